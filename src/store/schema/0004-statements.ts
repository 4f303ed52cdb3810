/**
 * What is said of members. Records signed before name their authors in another way, which counts for nothing now: such a device begins anew,
 * as after a lost database (E7).
 */
export const statementSchema = `
-- Numbered in one sequence with the records.
CREATE TABLE statements (
  sequence INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  body BLOB NOT NULL,
  signature BLOB NOT NULL
) STRICT;
INSERT INTO sqlite_sequence (name, seq) SELECT 'records', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'records');

-- One-time secrets this device issued, by the hash that names them. A row never goes back from ended to open.
CREATE TABLE invites (
  id BLOB PRIMARY KEY,
  role TEXT NOT NULL CHECK (role IN ('full', 'read-only')),
  created_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  end_kind TEXT CHECK (end_kind IN ('redeemed', 'expired', 'cancelled', 'restored')),
  end_ms INTEGER,
  -- Who redeemed it.
  device BLOB,
  author BLOB,
  device_name TEXT,
  CHECK ((end_kind IS NULL) = (end_ms IS NULL)),
  CHECK ((end_kind IS 'redeemed') = (author IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- Devices that wait to be let in; only the last ones seen are kept.
CREATE TABLE newcomers (
  device BLOB PRIMARY KEY,
  author BLOB NOT NULL,
  name TEXT NOT NULL,
  first_seen_ms INTEGER NOT NULL,
  last_seen_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

DROP TABLE certificates;
DELETE FROM records;
DELETE FROM paths;
DELETE FROM placings;
DELETE FROM problems;
DELETE FROM cursors;
DELETE FROM facts WHERE name <> 'diskId';
`
