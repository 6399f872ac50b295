package store

import "errors"

// The errors of opening or checking a record, which is not changed in any case.
var (
	// ErrInUse means that another process has opened the record for writing.
	ErrInUse = errors.New("in use")
	// ErrCorrupt means that the record is damaged.
	ErrCorrupt = errors.New("damaged")
	// ErrForeign means that the data is not a record of Earshot.
	ErrForeign = errors.New("not an Earshot database")
	// ErrNewerSchema means that the record is from a newer version.
	ErrNewerSchema = errors.New("made by a newer Earshot")
	// ErrOlderSchema means that a record opened read-only needs a migration first.
	ErrOlderSchema = errors.New("made by an older Earshot")
	// ErrBehind means that the record is older than when it was last written to.
	ErrBehind = errors.New("older than when it was last written to")
)

// ErrFenced means that another process carries a session on: the epoch of who writes is past, and nothing was changed.
var ErrFenced = errors.New("another process carries this session on")
