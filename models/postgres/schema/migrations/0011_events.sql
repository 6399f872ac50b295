-- What processes tell each other of what happens. It is not in the server's log: after a crash it is empty, and pages reload.
CREATE SEQUENCE events_seq;  -- which survives, so that no number is used twice
CREATE UNLOGGED TABLE events (
  seq bigint PRIMARY KEY DEFAULT nextval('events_seq'),
  at  bigint NOT NULL,               -- by the database's clock
  doc text COLLATE "C" NOT NULL      -- JSON: models.Event
);
