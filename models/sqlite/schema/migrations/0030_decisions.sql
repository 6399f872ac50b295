-- What came of flags. A decision and an action are read whole and searched by few columns, so the rest of them is JSON
-- (models.Decision, models.Action). Their ids are derived from what they belong to: storing one twice is storing it once.

CREATE TABLE decisions (
  id      TEXT PRIMARY KEY,
  session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  flag    TEXT NOT NULL,
  rule    TEXT NOT NULL,
  verdict TEXT NOT NULL,
  ask     TEXT NOT NULL,
  created INTEGER NOT NULL,
  doc     TEXT NOT NULL
) STRICT;
CREATE INDEX decisions_session ON decisions (session, created);
CREATE INDEX decisions_flag ON decisions (flag);
CREATE INDEX decisions_open ON decisions (session) WHERE ask = 'open' OR verdict = 'pending';

CREATE TABLE actions (
  id       TEXT PRIMARY KEY,
  session  TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  decision TEXT NOT NULL,
  state    TEXT NOT NULL,
  created  INTEGER NOT NULL,
  doc      TEXT NOT NULL
) STRICT;
CREATE INDEX actions_session ON actions (session, created);
CREATE INDEX actions_planned ON actions (created) WHERE state = 'planned';

CREATE TABLE ledger (
  id      TEXT PRIMARY KEY,
  session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  ledger  TEXT NOT NULL,
  person  TEXT NOT NULL,
  scope   TEXT NOT NULL,
  flag    TEXT NOT NULL,
  points  REAL NOT NULL,
  pending INTEGER NOT NULL,
  by      TEXT NOT NULL,
  at      INTEGER NOT NULL
) STRICT;
CREATE INDEX ledger_scope ON ledger (scope, at);
CREATE INDEX ledger_person ON ledger (person);
CREATE INDEX ledger_session ON ledger (session);
