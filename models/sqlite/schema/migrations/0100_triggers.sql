-- Who is told of a flag, and when a name is forgotten, is decided by the program, in the transaction that stores or removes.
DROP TRIGGER IF EXISTS flags_notices;
DROP TRIGGER IF EXISTS speakers_forget;
DROP TRIGGER IF EXISTS identities_forget;
