/** A folder whose secret was changed goes on as another one, and tells those that were members before. */
export const rotationSchema = `
-- Said by this device itself, and not by another in its name: all of them sign with one key.
ALTER TABLE statements ADD COLUMN own INTEGER NOT NULL DEFAULT 0 CHECK (own IN (0, 1));

-- How this folder got its present secret: what those are told who come with the one before.
CREATE TABLE rotations (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  -- The folder as it was called before.
  folder_id BLOB NOT NULL,
  body BLOB NOT NULL,
  signature BLOB NOT NULL
) STRICT;

-- Members that have not been seen since the last change of the secret.
CREATE TABLE awaited (
  device BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;
`
