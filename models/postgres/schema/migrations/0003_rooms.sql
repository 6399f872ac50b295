-- The rooms that are to be heard, and which process hears each, until when and for the how manieth time (epoch).
CREATE TABLE rooms (
  id          text COLLATE "C" PRIMARY KEY,
  name        text COLLATE "C" NOT NULL,
  url         text COLLATE "C" NOT NULL,
  profile     text COLLATE "C" NOT NULL,
  identity    text COLLATE "C" NOT NULL,
  origin      text COLLATE "C" NOT NULL,               -- configured, invited or brought
  wanted      bigint NOT NULL,            -- when it was asked for last
  owner       text COLLATE "C" NOT NULL DEFAULT '',
  epoch       bigint NOT NULL DEFAULT 0,
  lease_until bigint NOT NULL DEFAULT 0,
  last_heard  bigint NOT NULL DEFAULT 0,  -- when the owner renewed its lease last
  moving      bigint NOT NULL DEFAULT 0,  -- 1: to be handed over, 2: the heir listens too
  heir        text COLLATE "C" NOT NULL DEFAULT '',
  heir_until  bigint NOT NULL DEFAULT 0,
  cut_ms      bigint NOT NULL DEFAULT 0   -- when the owner before stopped listening, in ms of session time
);
