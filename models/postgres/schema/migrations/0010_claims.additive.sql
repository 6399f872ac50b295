-- Who decodes a clip, and who has which work. Points in time are by the database's clock, in ms.
ALTER TABLE spool
  ADD COLUMN home    text COLLATE "C" NOT NULL DEFAULT '',  -- the node that stores the clip's line
  ADD COLUMN holder  text COLLATE "C" NOT NULL DEFAULT '',  -- the node that decodes it
  ADD COLUMN lease   bigint NOT NULL DEFAULT 0,             -- until when it is the holder's
  ADD COLUMN offered bigint NOT NULL DEFAULT 0,             -- from when other nodes than home may decode it
  ADD COLUMN due     bigint NOT NULL DEFAULT 0,             -- when its text is due
  ADD COLUMN turn    bigint NOT NULL DEFAULT 0,             -- orders clips fairly between sessions
  ADD COLUMN result  text COLLATE "C" NOT NULL DEFAULT '';  -- JSON: the line, while home has not stored it
ALTER TABLE spool ALTER COLUMN opus SET STORAGE EXTERNAL;   -- Opus cannot be compressed
CREATE INDEX spool_due ON spool (due) WHERE parked = 0 AND result = '';
CREATE INDEX spool_turn ON spool (turn) WHERE parked = 0 AND result = '';
CREATE INDEX spool_session_turn ON spool (session, turn) WHERE parked = 0;
CREATE INDEX spool_home ON spool (home) WHERE parked = 0;

CREATE TABLE work (
  name  text COLLATE "C" PRIMARY KEY,
  node  text COLLATE "C" NOT NULL,
  lease bigint NOT NULL
);
