-- The rooms that are to be heard, and which process hears each, until when and for the how manieth time (epoch).
CREATE TABLE rooms (
  id          TEXT PRIMARY KEY,
  name        TEXT NOT NULL,
  url         TEXT NOT NULL,
  profile     TEXT NOT NULL,
  identity    TEXT NOT NULL,
  origin      TEXT NOT NULL,               -- configured, invited or brought
  wanted      INTEGER NOT NULL,            -- when it was asked for last
  owner       TEXT NOT NULL DEFAULT '',
  epoch       INTEGER NOT NULL DEFAULT 0,
  lease_until INTEGER NOT NULL DEFAULT 0,
  last_heard  INTEGER NOT NULL DEFAULT 0,  -- when the owner renewed its lease last
  moving      INTEGER NOT NULL DEFAULT 0,  -- 1: to be handed over, 2: the heir listens too
  heir        TEXT NOT NULL DEFAULT '',
  heir_until  INTEGER NOT NULL DEFAULT 0,
  cut_ms      INTEGER NOT NULL DEFAULT 0   -- when the owner before stopped listening, in ms of session time
) STRICT, WITHOUT ROWID;
