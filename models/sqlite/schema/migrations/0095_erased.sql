-- Whose words of a session were erased, and when: what was said before and comes to be stored later is not wanted. A person is
-- a mark that tells nothing by itself.
CREATE TABLE erased (
  session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  mark    TEXT NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (session, mark)
) STRICT, WITHOUT ROWID;
