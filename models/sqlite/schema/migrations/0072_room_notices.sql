-- Notices of other things than flags. Of kind 'deaf' the column flag is the id of whoever is not heard.
ALTER TABLE notices ADD COLUMN kind TEXT NOT NULL DEFAULT 'flag';
