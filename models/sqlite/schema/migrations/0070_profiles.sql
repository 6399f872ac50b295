-- How a session is treated: by which profile, and whether its words may be written down at all. The latter is kept with
-- the session, so that what still waits for decoding is treated as promised even when the settings have changed.
ALTER TABLE sessions ADD COLUMN profile TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN moderate_only INTEGER NOT NULL DEFAULT 0;
