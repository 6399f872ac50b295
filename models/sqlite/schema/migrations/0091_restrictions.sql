-- What is in force against people in a room: one row of each kind a person (models.Restriction). It belongs to the room, and
-- not to the stay in which it began: a later stay ends it. It holds nothing of what was said.

CREATE TABLE restrictions (
  room     TEXT NOT NULL,
  person   TEXT NOT NULL, -- '' is all who are new
  verb     TEXT NOT NULL,
  name     TEXT NOT NULL,
  action   TEXT NOT NULL,
  session  TEXT NOT NULL,
  decision TEXT NOT NULL,
  by       TEXT NOT NULL,
  since    INTEGER NOT NULL,
  seen     INTEGER, -- NULL: it is not known whether it took effect
  until    INTEGER, -- NULL: until it is taken back
  PRIMARY KEY (room, person, verb)
) STRICT, WITHOUT ROWID;

-- The ends of mutes that were planned and have not come.
INSERT OR REPLACE INTO restrictions (room, person, verb, name, action, session, decision, by, since, seen, until)
  SELECT s.room, json_extract(e.doc, '$.target_id'), 'mute', ifnull(json_extract(e.doc, '$.target'), ''), substr(e.id, 1, length(e.id) - 4),
    e.session, e.decision, ifnull(json_extract(e.doc, '$.by'), ''), e.created, e.created, e.created
  FROM actions e JOIN sessions s ON s.id = e.session
  WHERE e.state = 'planned' AND e.id LIKE '%-end' AND CASE WHEN json_valid(e.doc)
    THEN json_extract(e.doc, '$.verb') = 'unmute' AND json_extract(e.doc, '$.target_id') <> '' END
  ORDER BY e.created;
