-- When the bot is to be in rooms, in addition to the configuration. until is when one that takes place once is over; 0: it is weekly.
CREATE TABLE schedules (
  id    TEXT PRIMARY KEY,
  room  TEXT NOT NULL,
  doc   TEXT NOT NULL,
  until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
