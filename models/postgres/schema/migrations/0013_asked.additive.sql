-- What a host asked, on the page of another process, of the one that hears a room (models.RoomAsk).
ALTER TABLE rooms ADD COLUMN asked text COLLATE "C" NOT NULL DEFAULT '';
