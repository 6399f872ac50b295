package store

// Live is what a session writes to, and reads, while it runs.
type Live interface {
	Sessions
	Speakers
	Spool
	Gaps
	Records
	Transcripts
	Evidence
	Flags
	Decisions
	Actions
	Restrictions
	Consents
	Notices
}

// Fenced keeps a session for one process at a time.
type Fenced interface {
	// Under returns the store as the process uses it that runs a session under an epoch (see Sessions.StartSession): once the epoch is
	// past, every method that writes, and Stored for the session, changes nothing and returns ErrFenced. past, which may be nil, is
	// called before each such return, on the caller's goroutine; it must not block. The handle needs no closing.
	Under(session string, epoch int, past func()) Live
}
