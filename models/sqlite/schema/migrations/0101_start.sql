-- The lines next to one, in the order they began.
CREATE INDEX utterances_start ON utterances (session, start_ms);
