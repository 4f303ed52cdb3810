/** A folder whose secret was changed goes on as another one, and tells those that were members before. */
export const rotationSchema = `
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
