-- What was taken away from the record besides what stands in removals: words, logins, the right to be heard. No words, no
-- names. Restoring a backup takes it away again.
CREATE TABLE taken (
  id  INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  doc TEXT NOT NULL
) STRICT;

-- Which record this is for ever, also after a backup of it was restored.
ALTER TABLE lineage ADD COLUMN origin TEXT NOT NULL DEFAULT '';
UPDATE lineage SET origin = lower(hex(randomblob(16)));

INSERT INTO taken (uid, doc)
  SELECT uid, json_object('uid', uid, 'at', at, 'what', 'objected', 'mark', mark, 'room', room)
  FROM (SELECT lower(hex(randomblob(16))) AS uid, at, mark, room FROM objections);
INSERT INTO taken (uid, doc)
  SELECT uid, json_object('uid', uid, 'at', at, 'by', by, 'what', 'paused', 'room', room)
  FROM (SELECT lower(hex(randomblob(16))) AS uid, at, by, room FROM pauses);
