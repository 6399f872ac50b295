-- Which record this is, and how often it was written to. The same stands in the reserve beside the database, so that a
-- database that lost its log, or an old copy of it, is not taken for the record.
CREATE TABLE lineage (
  id      TEXT NOT NULL,                -- changes when a backup takes the record's place
  commits INTEGER NOT NULL
) STRICT;
INSERT INTO lineage (id, commits) VALUES (lower(hex(randomblob(16))), 0);
