-- When the bot is to be in rooms, in addition to the configuration. until is when one that takes place once is over; 0: it is weekly.
CREATE TABLE schedules (
  id    text COLLATE "C" PRIMARY KEY,
  room  text COLLATE "C" NOT NULL,
  doc   text NOT NULL,
  until bigint NOT NULL
);
