-- Whether a process was asked to hand its rooms over and take no more.
ALTER TABLE nodes ADD COLUMN drain bigint NOT NULL DEFAULT 0;
