-- When a waiting clip's speech ended, by the wall clock at its cut: a session's start and the place in it tell that only
-- while nobody sets the clock and the machine does not sleep. NULL: nobody knows.
ALTER TABLE spool ADD COLUMN spoken INTEGER;
UPDATE spool SET spoken = (SELECT started FROM sessions WHERE id = spool.session) + end_ms;
