-- What reviewing needs: the sound of flagged lines, and who changed what.

CREATE TABLE evidence (
  id       TEXT PRIMARY KEY,
  session  TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  epoch    INTEGER NOT NULL,
  track    TEXT NOT NULL,
  seq      INTEGER NOT NULL,
  start_ms INTEGER NOT NULL,
  end_ms   INTEGER NOT NULL,
  peaks    BLOB NOT NULL,
  expires  INTEGER NOT NULL,
  size     INTEGER NOT NULL,
  ogg      BLOB NOT NULL,
  UNIQUE (session, epoch, track, seq)
) STRICT;
CREATE INDEX evidence_expires ON evidence (expires);

-- Ids and verbs only. It outlives what it speaks of.
CREATE TABLE audit (
  id      INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  by      TEXT NOT NULL,
  what    TEXT NOT NULL,
  target  TEXT NOT NULL,
  session TEXT NOT NULL
) STRICT;
CREATE INDEX audit_session ON audit (session);

CREATE INDEX flags_decided ON flags (decided) WHERE decided IS NOT NULL;
CREATE INDEX flags_created ON flags (created);
CREATE INDEX flags_speaker ON flags (speaker_id);
