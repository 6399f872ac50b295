-- Who is told of flags, and what is still to be told. The row is written by the statement that stores the flag, so that
-- neither can be without the other; it names the flag and holds nothing of it.

CREATE TABLE notice_targets (
  name     TEXT PRIMARY KEY,
  level    INTEGER NOT NULL,            -- 0 info, 1 low, 2 medium, 3 high
  rooms    TEXT NOT NULL,               -- room ids between spaces; '' for all rooms
  mark     TEXT NOT NULL,
  disabled TEXT NOT NULL DEFAULT ''     -- why nothing is sent there any more
) STRICT, WITHOUT ROWID;

CREATE TABLE notices (
  id       TEXT PRIMARY KEY,
  target   TEXT NOT NULL,
  session  TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  flag     TEXT NOT NULL,
  created  INTEGER NOT NULL,
  due      INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  state    TEXT NOT NULL DEFAULT 'waiting',
  error    TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX notices_due ON notices (target, due) WHERE state = 'waiting';
CREATE INDEX notices_session ON notices (session);
CREATE INDEX notices_flag ON notices (flag);

CREATE TRIGGER flags_notices AFTER INSERT ON flags WHEN new.mode <> 'watch' AND new.status = 'open' BEGIN
  INSERT INTO notices (id, target, session, flag, created, due)
  SELECT 'msg_' || lower(hex(randomblob(16))), name, new.session, new.id, new.created, new.created
  FROM notice_targets
  WHERE disabled = ''
    AND level <= CASE new.level WHEN 'high' THEN 3 WHEN 'medium' THEN 2 WHEN 'low' THEN 1 ELSE 0 END
    AND (rooms = '' OR instr(rooms, ' ' || (SELECT room FROM sessions WHERE id = new.session) || ' ') > 0);
END;
