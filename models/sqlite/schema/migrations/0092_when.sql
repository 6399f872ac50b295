-- What is hidden later is found by whose it is and when it was said, without reading the rest of a session.
ALTER TABLE decisions ADD COLUMN speaker TEXT NOT NULL DEFAULT '';
ALTER TABLE decisions ADD COLUMN from_ms INTEGER NOT NULL DEFAULT 0; -- of the words that matched
ALTER TABLE decisions ADD COLUMN to_ms INTEGER NOT NULL DEFAULT 0;
UPDATE decisions SET
  speaker = ifnull(json_extract(doc, '$.speaker_id'), ''),
  from_ms = ifnull((SELECT min(json_extract(value, '$.start_ms')) FROM json_each(decisions.doc, '$.matched')), 0),
  to_ms = ifnull((SELECT max(json_extract(value, '$.end_ms')) FROM json_each(decisions.doc, '$.matched')), 0)
WHERE json_valid(doc);
CREATE INDEX decisions_when ON decisions (session, speaker, to_ms);
CREATE INDEX flags_when ON flags (session, speaker_id, end_ms);
CREATE INDEX utterances_when ON utterances (session, speaker_id, end_ms);
