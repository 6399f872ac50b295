-- What a session was about, one row for each kind of summary. body is the JSON of models.Summary: it is read and written
-- as a whole and never searched.
CREATE TABLE summaries (
  session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  kind    TEXT NOT NULL,
  body    TEXT NOT NULL,
  created INTEGER NOT NULL,
  PRIMARY KEY (session, kind)
) STRICT;
