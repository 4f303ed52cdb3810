/** What lies here can be damaged, and then its content is needed though it was agreed to. */
export const damageSchema = `
-- What stands in the way of giving the generated columns another meaning.
DROP TRIGGER path_added;
DROP TRIGGER path_changed;
DROP TRIGGER path_removed;
DROP INDEX needs;
ALTER TABLE paths DROP COLUMN need_count;
ALTER TABLE paths DROP COLUMN need_bytes;
ALTER TABLE paths DROP COLUMN pending_deletion;
ALTER TABLE paths DROP COLUMN need;

-- The root of what was found at a file whose stat is as it was, no bytes where it cannot be read; null: nothing of the kind. Then here_root is
-- what ought to lie there, and here_verified is 0.
ALTER TABLE paths ADD COLUMN here_damage BLOB;

-- As before, and what is damaged is needed again as long as the folder says just that content. A person's own, which nobody else has, is not.
ALTER TABLE paths ADD COLUMN need TEXT GENERATED ALWAYS AS (CASE
  WHEN ignored OR winner IS NULL THEN NULL
  WHEN unkept THEN
    CASE WHEN (here_verified OR here_damage IS NOT NULL) AND here_kind IS agreed_kind AND here_root IS agreed_root THEN 'unkept' END
  WHEN winner IS agreed AND NOT (here_damage IS NOT NULL AND winner_kind IS 'file' AND here_root IS winner_root) THEN NULL
  WHEN winner_kind <> 'deleted' THEN 'live'
  WHEN agreed IS NULL AND here_kind IS NULL THEN NULL
  ELSE 'deleted'
END) VIRTUAL;
ALTER TABLE paths ADD COLUMN need_count INTEGER GENERATED ALWAYS AS (need IS NOT NULL) VIRTUAL;
ALTER TABLE paths ADD COLUMN need_bytes INTEGER GENERATED ALWAYS AS (CASE WHEN need IS 'live' THEN file_bytes ELSE 0 END) VIRTUAL;
ALTER TABLE paths ADD COLUMN pending_deletion INTEGER
  GENERATED ALWAYS AS (need IS 'deleted' AND (here_kind IS 'file' OR here_kind IS 'link')) VIRTUAL;

CREATE INDEX needs ON paths (need, held, rank, path) WHERE need IS NOT NULL;
CREATE INDEX damaged_here ON paths (path) WHERE here_damage IS NOT NULL;

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
