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

-- Who is in no session of the room any more has no name there either.
CREATE TRIGGER speakers_forget AFTER DELETE ON speakers BEGIN
  DELETE FROM identities WHERE speaker_id = old.id AND NOT EXISTS (
    SELECT 1 FROM speakers p JOIN sessions s ON s.id = p.session WHERE p.id = old.id AND s.room = identities.room);
END;
CREATE TRIGGER identities_forget AFTER DELETE ON identities BEGIN
  DELETE FROM people WHERE id = old.person AND NOT EXISTS (SELECT 1 FROM identities WHERE person = old.person);
END;
