-- A key may be for single rooms.
ALTER TABLE credentials ADD COLUMN rooms TEXT NOT NULL DEFAULT 'null'; -- JSON: ["room"]; null: all that the user may
