-- The processes that serve the record. Points in time are by the database's clock.
CREATE TABLE nodes (
  id      text COLLATE "C" PRIMARY KEY,  -- new in each run
  name    text COLLATE "C" NOT NULL,
  version text COLLATE "C" NOT NULL,
  started bigint NOT NULL,
  seen    bigint NOT NULL,               -- when it last said that it lives
  info    text COLLATE "C" NOT NULL      -- JSON: models.NodeInfo
);
