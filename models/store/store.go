// Package store is the contract of Earshot's record: one interface for each thing that is kept, the errors that callers tell
// apart, and, in storetest, the tests that every implementation passes. models/sqlite is the embedded implementation.
//
// Every method may be called from any goroutine, returns after its work is durable, and changes nothing when it returns an
// error. Errors wrap models.ErrNotFound, models.ErrInvalid, models.ErrUnavailable or one of this package where a caller can
// act on the difference, and context.Canceled when the call was given up; they never carry what people said. What is stored
// of a session that is being erased is found by no method, and nothing is added to it.
//
// Points in time are kept to the millisecond, in UTC. Text is kept as valid UTF-8 without control characters, numbers as
// finite ones.
//
// Consumers declare the one to three methods that they need; these interfaces are what the wiring hands out.
package store

// Store is a whole record.
type Store interface {
	Sessions
	Speakers
	Spool
	Gaps
	Records
	Transcripts
	Search
	Summaries
	Evidence
	Flags
	Decisions
	Actions
	Restrictions
	People
	Consents
	Notices
	Digests
	Users
	Credentials
	Invitations
	Servers
	Audit
	Erasures
	Removals
	StaleFiles
	Health
	// Close ends the use of the record. It waits for calls under way.
	Close() error
}
