-- Deletions that somebody asked for and that are not finished. A row goes when nothing of what it names is left.
CREATE TABLE erasures (
  id     INTEGER PRIMARY KEY AUTOINCREMENT,
  kind   TEXT NOT NULL,
  target TEXT NOT NULL,
  room   TEXT NOT NULL,                 -- a person: in this room only; '': everywhere
  by     TEXT NOT NULL,
  at     INTEGER NOT NULL
) STRICT;

-- What stays of what was removed. No words, no names; each hash covers the entry and the hash before it.
CREATE TABLE removals (
  id     INTEGER PRIMARY KEY,
  at     INTEGER NOT NULL,
  by     TEXT NOT NULL,
  what   TEXT NOT NULL,
  target TEXT NOT NULL,
  rows   INTEGER NOT NULL,
  hash   TEXT NOT NULL
) STRICT;
