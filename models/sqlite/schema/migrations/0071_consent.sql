-- Who was told of the bot and when, and who objected. Entries go with the session, the person, and as old as flags may get.
CREATE TABLE consent (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  session      TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  speaker_id   TEXT NOT NULL,               -- '' where nobody is named
  speaker_name TEXT NOT NULL,
  what         TEXT NOT NULL,
  how          TEXT NOT NULL,
  by           TEXT NOT NULL,               -- '' for the person
  at           INTEGER NOT NULL
) STRICT;
CREATE INDEX consent_session ON consent (session, at);
CREATE INDEX consent_speaker ON consent (speaker_id);

-- Who is not to be written down, until they say otherwise. A person is a mark that tells nothing by itself, so that the
-- wish outlives the erasure of everything else.
CREATE TABLE objections (
  mark TEXT NOT NULL,
  room TEXT NOT NULL,
  at   INTEGER NOT NULL,
  PRIMARY KEY (mark, room)
) STRICT, WITHOUT ROWID;

-- Rooms in which a host has paused listening, so that a restart does not end the pause.
CREATE TABLE pauses (
  room TEXT PRIMARY KEY,
  by   TEXT NOT NULL,
  at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Links by which the bot can be invited once. Of the secret only the hash is kept.
CREATE TABLE invitations (
  hash    TEXT PRIMARY KEY,
  doc     TEXT NOT NULL,                    -- JSON: address, name, profile
  by      TEXT NOT NULL,
  expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
