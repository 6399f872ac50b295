// Package store is the contract of Earshot's store: an interface for each aggregate, the errors that callers distinguish and, in
// storetest, the conformance suite. models/sqlite is the embedded implementation.
//
// Every method may be called from any goroutine, returns after its work is durable, and changes nothing if it returns an error. Errors
// wrap models.ErrNotFound, models.ErrInvalid, models.ErrUnavailable or one of this package where a caller can act on the difference,
// and context.Canceled when the call was cancelled; they never contain what people said. Data of a session that is being erased is not
// found by any method, and nothing is added to it.
//
// Times are stored to the millisecond, in UTC; text as valid UTF-8 without control characters; numbers are finite.
//
// Consumers declare the one to three methods that they need; these interfaces are what the wiring hands out.
package store

// Store is the whole store.
type Store interface {
	Sessions
	Fenced
	Leases
	Speakers
	Spool
	Claims
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
	Schedules
	Audit
	Erasures
	Removals
	StaleFiles
	Nodes
	Work
	Health
	// Close closes the store, after waiting for calls in progress.
	Close() error
}
