-- Who may open the pages. Secrets are stored as hashes only: passwords by argon2id, tokens (256 random bits) by SHA-256.
CREATE TABLE users (
  id       TEXT PRIMARY KEY,
  name     TEXT NOT NULL UNIQUE COLLATE NOCASE,
  access   TEXT NOT NULL,               -- in all rooms; '': only where rooms says so
  rooms    TEXT NOT NULL,               -- JSON: {"room":"access"}
  password TEXT NOT NULL,               -- '': logs in by link only
  created  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE credentials (
  hash    TEXT PRIMARY KEY,
  kind    TEXT NOT NULL,                -- session, link, key
  user    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  label   TEXT NOT NULL,
  access  TEXT NOT NULL,                -- no more than this; '': as the user
  created INTEGER NOT NULL,
  expires INTEGER                       -- NULL: never
) STRICT, WITHOUT ROWID;
CREATE INDEX credentials_user ON credentials (user);
