-- The record of what was heard. Rows are known by (session, epoch, track, seq); the integer ids are this file's own
-- business (order of arrival, full-text index) and never leave it except as opaque paging cursors.
-- Points in time are Unix milliseconds (UTC); columns ending in _ms that lie inside a session count from its start.

CREATE TABLE sessions (
  id      TEXT PRIMARY KEY,
  room    TEXT NOT NULL,
  name    TEXT NOT NULL,
  url     TEXT NOT NULL,
  started INTEGER NOT NULL,
  ended   INTEGER,                      -- NULL while live
  reason  TEXT NOT NULL DEFAULT '',
  epoch   INTEGER NOT NULL,
  model   TEXT NOT NULL,
  rules   TEXT NOT NULL,
  erasing INTEGER NOT NULL DEFAULT 0    -- 1: deletion has begun and is taken up again after a crash
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_started ON sessions (started);
CREATE INDEX sessions_room ON sessions (room, started);
CREATE INDEX sessions_live ON sessions (started) WHERE ended IS NULL;

CREATE TABLE speakers (
  session  TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  id       TEXT NOT NULL,
  name     TEXT NOT NULL,
  role     TEXT NOT NULL,
  first_ms INTEGER NOT NULL,
  PRIMARY KEY (session, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX speakers_id ON speakers (id);

-- Clips that are not yet text: waiting ones, and those that could not be decoded and whose sound is kept (parked).
CREATE TABLE spool (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  session      TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  epoch        INTEGER NOT NULL,
  track        TEXT NOT NULL,
  seq          INTEGER NOT NULL,
  speaker_id   TEXT NOT NULL,
  speaker_name TEXT NOT NULL,
  attribution  TEXT NOT NULL,
  start_ms     INTEGER NOT NULL,
  end_ms       INTEGER NOT NULL,
  voiced_ms    INTEGER NOT NULL,
  concealed_ms INTEGER NOT NULL,
  level_dbfs   REAL NOT NULL,
  forced       INTEGER NOT NULL,
  attempts     INTEGER NOT NULL DEFAULT 0,
  parked       INTEGER NOT NULL DEFAULT 0,
  size         INTEGER NOT NULL,        -- bytes of sound, so that the quota need not read it
  opus         BLOB NOT NULL,
  UNIQUE (session, epoch, track, seq)
) STRICT;
CREATE INDEX spool_size ON spool (parked, session, size);

CREATE TABLE utterances (
  id           INTEGER PRIMARY KEY,
  session      TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  epoch        INTEGER NOT NULL,
  track        TEXT NOT NULL,
  seq          INTEGER NOT NULL,
  speaker_id   TEXT NOT NULL,
  speaker_name TEXT NOT NULL,
  attribution  TEXT NOT NULL,
  start_ms     INTEGER NOT NULL,
  end_ms       INTEGER NOT NULL,
  text         TEXT NOT NULL,
  words        TEXT NOT NULL,           -- JSON: {"t":[texts],"s":[start_ms],"e":[end_ms],"p":[probabilities]}, '' for none
  language     TEXT NOT NULL,
  state        TEXT NOT NULL,
  doubt        TEXT NOT NULL,           -- tags parted by spaces
  log_prob     REAL NOT NULL,
  no_speech    REAL NOT NULL,
  voiced_ms    INTEGER NOT NULL,
  concealed_ms INTEGER NOT NULL,
  level_dbfs   REAL NOT NULL,
  model        TEXT NOT NULL,
  degraded     INTEGER NOT NULL,
  late_ms      INTEGER NOT NULL,
  committed    INTEGER NOT NULL,
  facets       TEXT NOT NULL,           -- search tokens of session, speaker and rules; see facets.go
  UNIQUE (session, epoch, track, seq)
) STRICT;
CREATE INDEX utterances_session ON utterances (session);
CREATE INDEX utterances_talk ON utterances (session, speaker_id, voiced_ms, end_ms, doubt) WHERE text <> '';
CREATE INDEX utterances_failed ON utterances (session) WHERE state = 'failed';
CREATE INDEX utterances_speaker ON utterances (speaker_id);

-- Combining marks belong to words (Hindi, Thai), so that they are token characters; accents of Latin letters are folded.
CREATE VIRTUAL TABLE utterances_fts USING fts5 (
  text, facets,
  content = 'utterances', content_rowid = 'id',
  tokenize = "unicode61 remove_diacritics 2 categories 'L* M* N* Co'"
);
-- Without this a deleted row's words stay in the index's segments until they happen to be merged.
INSERT INTO utterances_fts (utterances_fts, rank) VALUES ('secure-delete', 1);

CREATE TRIGGER utterances_fts_insert AFTER INSERT ON utterances BEGIN
  INSERT INTO utterances_fts (rowid, text, facets) VALUES (new.id, new.text, new.facets);
END;
CREATE TRIGGER utterances_fts_delete AFTER DELETE ON utterances BEGIN
  INSERT INTO utterances_fts (utterances_fts, rowid, text, facets) VALUES ('delete', old.id, old.text, old.facets);
END;
CREATE TRIGGER utterances_fts_update AFTER UPDATE OF text, facets ON utterances BEGIN
  INSERT INTO utterances_fts (utterances_fts, rowid, text, facets) VALUES ('delete', old.id, old.text, old.facets);
  INSERT INTO utterances_fts (rowid, text, facets) VALUES (new.id, new.text, new.facets);
END;

-- A flag names its utterance by key and does not depend on it: flags may be kept longer than transcripts.
CREATE TABLE flags (
  id           TEXT PRIMARY KEY,
  session      TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  epoch        INTEGER NOT NULL,
  track        TEXT NOT NULL,
  seq          INTEGER NOT NULL,
  speaker_id   TEXT NOT NULL,
  speaker_name TEXT NOT NULL,
  rule         TEXT NOT NULL,
  pack         TEXT NOT NULL,
  hash         TEXT NOT NULL,
  level        TEXT NOT NULL,
  mode         TEXT NOT NULL,
  title        TEXT NOT NULL,
  matched      TEXT NOT NULL,           -- as utterances.words
  start_ms     INTEGER NOT NULL,
  end_ms       INTEGER NOT NULL,
  why          TEXT NOT NULL,
  status       TEXT NOT NULL,
  decided_by   TEXT NOT NULL DEFAULT '',
  decided      INTEGER,
  created      INTEGER NOT NULL
) STRICT;
CREATE INDEX flags_session ON flags (session, start_ms);
CREATE INDEX flags_utterance ON flags (session, epoch, track, seq);
CREATE INDEX flags_open ON flags (created) WHERE status = 'open';
CREATE INDEX flags_rule ON flags (rule, status);

CREATE TABLE gaps (
  id           INTEGER PRIMARY KEY,
  session      TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  speaker_id   TEXT NOT NULL,           -- '': everybody
  speaker_name TEXT NOT NULL,
  start_ms     INTEGER NOT NULL,
  end_ms       INTEGER NOT NULL,
  lost_ms      INTEGER NOT NULL,
  cause        TEXT NOT NULL,
  UNIQUE (session, start_ms, speaker_id, cause)
) STRICT;

-- Work that must be finished even if the program is stopped in the middle of it: 'scrub' stands here from the beginning
-- of a deletion until nothing of the deleted rows is left in the files.
CREATE TABLE chores (
  name TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
