-- Up to when each target that gets a daily digest has got it.
CREATE TABLE digests (
  target TEXT PRIMARY KEY,
  until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
