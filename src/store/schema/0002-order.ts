/** In which order files are fetched, which of them are not kept here, and more than one note of what was being put at a path. */
export const orderSchema = `
DROP TRIGGER path_added;
DROP TRIGGER path_changed;
DROP TRIGGER path_removed;
DROP TRIGGER problem_added;
DROP TRIGGER problem_removed;

-- The records that were about to be put on the disk at a path, or to take away what lay there, since it last agreed to one. After a crash
-- they tell our own work from a person's; more than one when the disk failed again and again. A superseded record that stands here is kept.
CREATE TABLE placings (
  path TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (path, sequence)
) STRICT, WITHOUT ROWID;
INSERT INTO placings SELECT path, placing FROM paths WHERE placing IS NOT NULL;

-- The table of paths once more, whose generated columns cannot be changed. What is not explained is as before.
CREATE TABLE ordered_paths (
  path TEXT PRIMARY KEY,

  winner INTEGER,
  winner_kind TEXT,
  winner_size INTEGER,
  winner_root BLOB,
  -- In milliseconds, rounded down and cut off far beyond any calendar.
  winner_mtime INTEGER,
  -- By which the folder's files are fetched: the smallest first, those of the same in path order. Depends on the fact 'order'.
  order_key INTEGER NOT NULL DEFAULT 0,

  agreed INTEGER,
  agreed_kind TEXT,
  agreed_root BLOB,

  here_kind TEXT CHECK (here_kind IN ('file', 'directory', 'link')),
  here_root BLOB,
  here_disk_path TEXT,
  here_size INTEGER,
  here_mtime TEXT,
  here_ctime TEXT,
  here_inode INTEGER,
  here_device INTEGER,
  here_executable INTEGER,
  here_verified INTEGER,

  ignored INTEGER NOT NULL DEFAULT 0,
  held INTEGER NOT NULL DEFAULT 0,
  conflict_copy INTEGER NOT NULL DEFAULT 0,
  -- A person asked for the file: it goes first, and is kept.
  asked INTEGER NOT NULL DEFAULT 0,
  -- The winner is a file and none of the newest, and only those are kept here. What is unkept and absent is not agreed to: that it is not here
  -- is nobody's change.
  unkept INTEGER NOT NULL DEFAULT 0,

  -- What takes no time to fetch never waits behind what does.
  rank INTEGER GENERATED ALWAYS AS (
    CASE WHEN NOT asked AND winner_kind IS 'file' AND winner_size > 0 THEN order_key ELSE -9007199254740992 END
  ) VIRTUAL,

  -- 'unkept' is to leave the disk, which only what nobody changed here may.
  need TEXT GENERATED ALWAYS AS (CASE
    WHEN ignored OR winner IS NULL THEN NULL
    WHEN unkept THEN CASE WHEN here_verified AND here_kind IS agreed_kind AND here_root IS agreed_root THEN 'unkept' END
    WHEN winner IS agreed THEN NULL
    WHEN winner_kind <> 'deleted' THEN 'live'
    WHEN agreed IS NULL AND here_kind IS NULL THEN NULL
    ELSE 'deleted'
  END) VIRTUAL,

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
  END) VIRTUAL,
  unkept_count INTEGER GENERATED ALWAYS AS (unkept AND NOT ignored) VIRTUAL,
  unkept_bytes INTEGER GENERATED ALWAYS AS (CASE WHEN unkept_count THEN winner_size ELSE 0 END) VIRTUAL
) STRICT, WITHOUT ROWID;

INSERT INTO ordered_paths
  (path, winner, winner_kind, winner_size, winner_root, winner_mtime, agreed, agreed_kind, agreed_root,
   here_kind, here_root, here_disk_path, here_size, here_mtime, here_ctime, here_inode, here_device, here_executable, here_verified,
   ignored, held, conflict_copy)
SELECT
  path, winner, winner_kind, winner_size, winner_root, (
    SELECT CAST(max(min(CAST(mtime AS REAL) / 1000000, 4503599627370496.0), -4503599627370496.0) AS INTEGER)
    FROM records WHERE sequence = winner
  ), agreed, agreed_kind, agreed_root,
  here_kind, here_root, here_disk_path, here_size, here_mtime, here_ctime, here_inode, here_device, here_executable, here_verified,
  ignored, held, conflict_copy
FROM paths;

DROP TABLE paths;
ALTER TABLE ordered_paths RENAME TO paths;

CREATE INDEX needs ON paths (need, held, rank, path) WHERE need IS NOT NULL;
CREATE INDEX live_content ON paths (winner_root) WHERE winner_kind = 'file';
CREATE INDEX local_changes ON paths (path) WHERE local_change = 1;
CREATE INDEX conflict_copies ON paths (path) WHERE conflict_copy = 1 AND file_count = 1;
CREATE INDEX live_paths ON paths (path) WHERE winner_kind <> 'deleted';
CREATE INDEX paths_here ON paths (path) WHERE here_kind IS NOT NULL;
CREATE INDEX content_here ON paths (here_root) WHERE here_kind IN ('file', 'link') AND here_verified = 1;

CREATE TRIGGER problem_added AFTER INSERT ON problems BEGIN
  UPDATE paths SET held = 1 WHERE path = NEW.path;
END;

CREATE TRIGGER problem_removed AFTER DELETE ON problems BEGIN
  UPDATE paths SET held = 0 WHERE path = OLD.path;
END;

-- How much is kept of a folder, in one row; none: everything. Files of more than so many bytes are not, nor is what comes behind the edge in
-- the order from new to old, which is the last file kept; no edge: nothing else is left out. The flags of paths follow this row at every moment.
-- It is out of date when files came or went since the edge was found.
CREATE TABLE keeping (
  files INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  edge_mtime INTEGER,
  edge_path TEXT,
  out_of_date INTEGER NOT NULL
) STRICT;

ALTER TABLE totals ADD COLUMN unkept_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE totals ADD COLUMN unkept_bytes INTEGER NOT NULL DEFAULT 0;

CREATE TRIGGER path_added AFTER INSERT ON paths BEGIN
  UPDATE totals SET
    file_count = file_count + NEW.file_count,
    file_bytes = file_bytes + NEW.file_bytes,
    need_count = need_count + NEW.need_count,
    need_bytes = need_bytes + NEW.need_bytes,
    here_count = here_count + NEW.here_count,
    pending_deletions = pending_deletions + NEW.pending_deletion,
    local_changes = local_changes + NEW.local_change,
    unkept_count = unkept_count + NEW.unkept_count,
    unkept_bytes = unkept_bytes + NEW.unkept_bytes;
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
  OR NEW.unkept_count <> OLD.unkept_count
  OR NEW.unkept_bytes <> OLD.unkept_bytes
BEGIN
  UPDATE totals SET
    file_count = file_count + NEW.file_count - OLD.file_count,
    file_bytes = file_bytes + NEW.file_bytes - OLD.file_bytes,
    need_count = need_count + NEW.need_count - OLD.need_count,
    need_bytes = need_bytes + NEW.need_bytes - OLD.need_bytes,
    here_count = here_count + NEW.here_count - OLD.here_count,
    pending_deletions = pending_deletions + NEW.pending_deletion - OLD.pending_deletion,
    local_changes = local_changes + NEW.local_change - OLD.local_change,
    unkept_count = unkept_count + NEW.unkept_count - OLD.unkept_count,
    unkept_bytes = unkept_bytes + NEW.unkept_bytes - OLD.unkept_bytes;
END;

CREATE TRIGGER path_removed AFTER DELETE ON paths BEGIN
  UPDATE totals SET
    file_count = file_count - OLD.file_count,
    file_bytes = file_bytes - OLD.file_bytes,
    need_count = need_count - OLD.need_count,
    need_bytes = need_bytes - OLD.need_bytes,
    here_count = here_count - OLD.here_count,
    pending_deletions = pending_deletions - OLD.pending_deletion,
    local_changes = local_changes - OLD.local_change,
    unkept_count = unkept_count - OLD.unkept_count,
    unkept_bytes = unkept_bytes - OLD.unkept_bytes;
END;
`
