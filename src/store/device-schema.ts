/** The versions of the schema of `device.db`, oldest first: who may use the web interface, and how much was transferred when. */

const firstSchema = `
-- Browsers. Only a hash of the token is kept, so that a copy of this file opens nothing. Times are milliseconds since 1970.
CREATE TABLE sessions (
  hash               BLOB PRIMARY KEY,
  id                 TEXT NOT NULL UNIQUE,
  created_ms         INTEGER NOT NULL,
  last_used_ms       INTEGER NOT NULL,
  address            TEXT NOT NULL,
  agent              TEXT NOT NULL,
  confirmed_until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Programs.
CREATE TABLE tokens (
  hash         BLOB PRIMARY KEY,
  id           TEXT NOT NULL UNIQUE,
  name         TEXT NOT NULL,
  scope        TEXT NOT NULL CHECK (scope IN ('read', 'control')),
  created_ms   INTEGER NOT NULL,
  expires_ms   INTEGER,
  last_used_ms INTEGER
) STRICT, WITHOUT ROWID;

-- Bytes of one hour, named by its number since 1970.
CREATE TABLE traffic_hours (
  hour     INTEGER PRIMARY KEY,
  received INTEGER NOT NULL,
  sent     INTEGER NOT NULL
) STRICT;
`

export const deviceMigrations: readonly string[] = [firstSchema]
