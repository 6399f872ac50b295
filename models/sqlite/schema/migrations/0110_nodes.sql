-- The processes that serve the record. Points in time are by the database's clock.
CREATE TABLE nodes (
  id      TEXT PRIMARY KEY,  -- new in each run
  name    TEXT NOT NULL,
  version TEXT NOT NULL,
  started INTEGER NOT NULL,
  seen    INTEGER NOT NULL,  -- when it last said that it lives
  info    TEXT NOT NULL      -- JSON: models.NodeInfo
) STRICT, WITHOUT ROWID;
