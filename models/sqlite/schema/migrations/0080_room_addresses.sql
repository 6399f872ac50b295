-- A room's identity is its whole address (models.Address.ID), no longer the last part of it alone; the rows that name rooms
-- are rewritten together with this script.

-- Room servers that an owner allowed the bot to be invited to, besides those that the configuration names.
CREATE TABLE servers (
  server  TEXT PRIMARY KEY,                 -- models.Address.Server()
  private INTEGER NOT NULL,                 -- 1: it may be in a private network
  by      TEXT NOT NULL,
  at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
