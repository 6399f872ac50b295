-- Corrections keep what was heard. original is NULL for a line as it was heard.
ALTER TABLE utterances ADD COLUMN original TEXT;
ALTER TABLE utterances ADD COLUMN original_words TEXT;
ALTER TABLE utterances ADD COLUMN edited_by TEXT NOT NULL DEFAULT '';
ALTER TABLE utterances ADD COLUMN edited INTEGER;

-- Human beings, where a host has said something about them: a display name, or that several identities are one person.
CREATE TABLE people (
  id   TEXT PRIMARY KEY,
  name TEXT NOT NULL                    -- '': as the platform calls them
) STRICT, WITHOUT ROWID;

CREATE TABLE identities (
  room       TEXT NOT NULL,
  speaker_id TEXT NOT NULL,
  person     TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  PRIMARY KEY (room, speaker_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX identities_person ON identities (person);

-- Identities whose erasure has begun; it is taken up again after a crash.
CREATE TABLE erasures (
  room       TEXT NOT NULL,
  speaker_id TEXT NOT NULL,
  PRIMARY KEY (room, speaker_id)
) STRICT, WITHOUT ROWID;
