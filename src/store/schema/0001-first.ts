/** The first schema. A released migration is never edited: what is wrong in it is put right by the next one. */
export const firstSchema = `
-- Small facts by name: the index id, and what the engine keeps about itself.
CREATE TABLE facts (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The highest counter any record was ever seen to hold of a writer. It outlives the records, because a counter that is used twice
-- makes two different versions look like one history (E7, I11).
CREATE TABLE counters (
  writer BLOB PRIMARY KEY,
  highest INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Records, in the order they became known here. AUTOINCREMENT: a number once given is never given again, also not after its record is
-- gone, or a peer that stands at that number would miss the one that got it next.
-- The columns from path to moved_to are what the body says, body to signature the proof of it. Times are decimal text, here and below:
-- years that disks and records can hold (2400, say) do not fit into 64 bits of nanoseconds.
-- A superseded record is out of the index and kept only while it is a path's agreed version; of such a one the body may be missing,
-- since it will never be sent again.
CREATE TABLE records (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id BLOB NOT NULL UNIQUE,
  superseded INTEGER NOT NULL DEFAULT 0,
  path TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('file', 'directory', 'link', 'deleted')),
  root BLOB NOT NULL,
  size INTEGER NOT NULL,
  block_size INTEGER NOT NULL,
  mtime TEXT NOT NULL, -- nanoseconds
  executable INTEGER NOT NULL,
  link_target TEXT NOT NULL,
  file_id BLOB NOT NULL,
  vector BLOB NOT NULL,
  writer BLOB NOT NULL,
  epoch BLOB NOT NULL,
  device_name TEXT NOT NULL,
  replaced_kind TEXT,
  replaced_root BLOB,
  moved_to TEXT,
  body BLOB,
  author BLOB,
  batch_index INTEGER,
  batch_count INTEGER,
  siblings BLOB,
  signature BLOB,
  CHECK (superseded OR body IS NOT NULL)
) STRICT;

CREATE INDEX versions ON records (path);
CREATE INDEX versions_by_content ON records (root) WHERE superseded = 0 AND kind = 'file';

-- One row a path, with its three sides: what the folder says (winner), what this disk last took over or gave (agreed), and what lies
-- here. Winner and agreed are sequence numbers of records. They are no foreign keys: deleting a record would have to search this
-- table for them, and the record tells its path anyway. Of both, what the questions below ask about is copied into the row; a record never
-- changes, so the copy cannot go stale.
-- The primary key orders by the bytes of the UTF-8 text, which is the path order of the engine. What lies below a directory is the
-- range from 'directory/' up to 'directory0', because 0 follows / in that order.
CREATE TABLE paths (
  path TEXT PRIMARY KEY,

  winner INTEGER,
  winner_kind TEXT,
  winner_size INTEGER,
  winner_root BLOB,

  agreed INTEGER,
  -- What is being put on the disk right now. After a crash it tells our own work from a person's.
  placing INTEGER,
  agreed_kind TEXT,
  agreed_root BLOB,

  -- Inode and device are unsigned and stored as the signed number of the same 64 bits. No disk path: the path itself.
  here_kind TEXT CHECK (here_kind IN ('file', 'directory', 'link')),
  here_root BLOB,
  here_disk_path TEXT,
  here_size INTEGER,
  here_mtime TEXT, -- nanoseconds
  here_ctime TEXT,
  here_inode INTEGER,
  here_device INTEGER,
  here_executable INTEGER,
  here_verified INTEGER,

  ignored INTEGER NOT NULL DEFAULT 0,
  -- Whether there is a problem of this path: the triggers on problems keep it.
  held INTEGER NOT NULL DEFAULT 0,
  -- Whether the path is named like a conflict copy (E4).
  conflict_copy INTEGER NOT NULL DEFAULT 0,

  -- What the disk still has to take over: 'live' or 'deleted'. Records are compared, not contents, because a newer record of equal
  -- content has to be agreed to as well. A deletion of what was never here is no need.
  need TEXT GENERATED ALWAYS AS (CASE
    WHEN ignored OR winner IS NULL OR winner IS agreed THEN NULL
    WHEN winner_kind <> 'deleted' THEN 'live'
    WHEN agreed IS NULL AND here_kind IS NULL THEN NULL
    ELSE 'deleted'
  END) VIRTUAL,

  -- What each row adds to the totals.
  file_count INTEGER GENERATED ALWAYS AS (winner_kind IS 'file' OR winner_kind IS 'link') VIRTUAL,
  file_bytes INTEGER GENERATED ALWAYS AS (CASE WHEN file_count THEN winner_size ELSE 0 END) VIRTUAL,
  need_count INTEGER GENERATED ALWAYS AS (need IS NOT NULL) VIRTUAL,
  need_bytes INTEGER GENERATED ALWAYS AS (CASE WHEN need IS 'live' THEN file_bytes ELSE 0 END) VIRTUAL,
  here_count INTEGER GENERATED ALWAYS AS (here_kind IS 'file' OR here_kind IS 'link') VIRTUAL,
  pending_deletion INTEGER GENERATED ALWAYS AS (need IS 'deleted' AND (here_kind IS 'file' OR here_kind IS 'link')) VIRTUAL,
  local_change INTEGER GENERATED ALWAYS AS (CASE
    WHEN ignored THEN 0
    WHEN here_kind IS NULL THEN agreed_kind IS NOT NULL AND agreed_kind <> 'deleted'
    ELSE here_kind IS NOT agreed_kind OR here_root IS NOT agreed_root
  END) VIRTUAL
) STRICT, WITHOUT ROWID;

-- Each question that is asked often has an index holding its answers only, in path order.
CREATE INDEX live_content ON paths (winner_root) WHERE winner_kind = 'file';
CREATE INDEX needs ON paths (need, held, path) WHERE need IS NOT NULL;
CREATE INDEX local_changes ON paths (path) WHERE local_change = 1;
CREATE INDEX conflict_copies ON paths (path) WHERE conflict_copy = 1 AND file_count = 1;
CREATE INDEX live_paths ON paths (path) WHERE winner_kind <> 'deleted';
CREATE INDEX paths_here ON paths (path) WHERE here_kind IS NOT NULL;
CREATE INDEX content_here ON paths (here_root) WHERE here_kind IN ('file', 'link') AND here_verified = 1;

-- The sums over all paths, kept as they change so that asking every second costs nothing.
CREATE TABLE totals (
  file_count INTEGER NOT NULL,
  file_bytes INTEGER NOT NULL,
  need_count INTEGER NOT NULL,
  need_bytes INTEGER NOT NULL,
  here_count INTEGER NOT NULL,
  pending_deletions INTEGER NOT NULL,
  local_changes INTEGER NOT NULL
) STRICT;
INSERT INTO totals VALUES (0, 0, 0, 0, 0, 0, 0);

CREATE TRIGGER path_added AFTER INSERT ON paths BEGIN
  UPDATE totals SET
    file_count = file_count + NEW.file_count,
    file_bytes = file_bytes + NEW.file_bytes,
    need_count = need_count + NEW.need_count,
    need_bytes = need_bytes + NEW.need_bytes,
    here_count = here_count + NEW.here_count,
    pending_deletions = pending_deletions + NEW.pending_deletion,
    local_changes = local_changes + NEW.local_change;
  UPDATE paths SET held = 1 WHERE path = NEW.path AND EXISTS (SELECT 1 FROM problems WHERE problems.path = NEW.path);
END;

CREATE TRIGGER path_changed AFTER UPDATE ON paths
WHEN NEW.file_count <> OLD.file_count
  OR NEW.file_bytes <> OLD.file_bytes
  OR NEW.need_count <> OLD.need_count
  OR NEW.need_bytes <> OLD.need_bytes
  OR NEW.here_count <> OLD.here_count
  OR NEW.pending_deletion <> OLD.pending_deletion
  OR NEW.local_change <> OLD.local_change
BEGIN
  UPDATE totals SET
    file_count = file_count + NEW.file_count - OLD.file_count,
    file_bytes = file_bytes + NEW.file_bytes - OLD.file_bytes,
    need_count = need_count + NEW.need_count - OLD.need_count,
    need_bytes = need_bytes + NEW.need_bytes - OLD.need_bytes,
    here_count = here_count + NEW.here_count - OLD.here_count,
    pending_deletions = pending_deletions + NEW.pending_deletion - OLD.pending_deletion,
    local_changes = local_changes + NEW.local_change - OLD.local_change;
END;

CREATE TRIGGER path_removed AFTER DELETE ON paths BEGIN
  UPDATE totals SET
    file_count = file_count - OLD.file_count,
    file_bytes = file_bytes - OLD.file_bytes,
    need_count = need_count - OLD.need_count,
    need_bytes = need_bytes - OLD.need_bytes,
    here_count = here_count - OLD.here_count,
    pending_deletions = pending_deletions - OLD.pending_deletion,
    local_changes = local_changes - OLD.local_change;
END;

-- Paths that cannot sync, and why. The path is shown text and need not be one of paths. Until retry_ms (0: until somebody
-- clears it) the path is not among the needs.
CREATE TABLE problems (
  path TEXT PRIMARY KEY,
  code TEXT NOT NULL,
  message TEXT NOT NULL,
  retry_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX retries ON problems (retry_ms) WHERE retry_ms > 0;

CREATE TRIGGER problem_added AFTER INSERT ON problems BEGIN
  UPDATE paths SET held = 1 WHERE path = NEW.path;
END;

CREATE TRIGGER problem_removed AFTER DELETE ON problems BEGIN
  UPDATE paths SET held = 0 WHERE path = OLD.path;
END;

-- The block hashes of a file's content, 32 bytes a block, by the hash over them.
CREATE TABLE blocks (
  root BLOB NOT NULL UNIQUE,
  block_size INTEGER NOT NULL,
  hashes BLOB NOT NULL
) STRICT;

-- Who may write, as signed by the folder's writer key.
CREATE TABLE certificates (
  author BLOB PRIMARY KEY,
  device BLOB NOT NULL,
  role TEXT NOT NULL,
  body BLOB NOT NULL,
  signature BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE peers (
  device BLOB PRIMARY KEY,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  first_seen_ms INTEGER NOT NULL,
  last_seen_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How far we have read in a peer's index; the number means something only together with the id of that index.
CREATE TABLE cursors (
  device BLOB PRIMARY KEY,
  index_id BLOB NOT NULL,
  sequence INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What happened, for people. Only the newest rows are kept.
CREATE TABLE history (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms INTEGER NOT NULL,
  path TEXT NOT NULL,
  action TEXT NOT NULL,
  device TEXT NOT NULL,
  size INTEGER NOT NULL
) STRICT;
`
