-- Who decodes a clip, and who has which work. Points in time are by the database's clock, in ms.
ALTER TABLE spool ADD COLUMN home    TEXT NOT NULL DEFAULT '';     -- the node that stores the clip's line
ALTER TABLE spool ADD COLUMN holder  TEXT NOT NULL DEFAULT '';     -- the node that decodes it
ALTER TABLE spool ADD COLUMN lease   INTEGER NOT NULL DEFAULT 0;   -- until when it is the holder's
ALTER TABLE spool ADD COLUMN offered INTEGER NOT NULL DEFAULT 0;   -- from when other nodes than home may decode it
ALTER TABLE spool ADD COLUMN due     INTEGER NOT NULL DEFAULT 0;   -- when its text is due
ALTER TABLE spool ADD COLUMN turn    INTEGER NOT NULL DEFAULT 0;   -- orders clips fairly between sessions
ALTER TABLE spool ADD COLUMN result  TEXT NOT NULL DEFAULT '';     -- JSON: the line, while home has not stored it

CREATE TABLE work (
  name  TEXT PRIMARY KEY,
  node  TEXT NOT NULL,
  lease INTEGER NOT NULL
) WITHOUT ROWID;
