package store

import "errors"

// Why a record is refused when it is opened, or found to be unsound. It is left as it is in every case.
var (
	// ErrInUse says that another process holds a record that only one may write to.
	ErrInUse = errors.New("in use")
	// ErrCorrupt says that the record is damaged.
	ErrCorrupt = errors.New("damaged")
	// ErrForeign says that what lies there is no record of Earshot.
	ErrForeign = errors.New("not an Earshot database")
	// ErrNewerSchema says that a newer Earshot made the record.
	ErrNewerSchema = errors.New("made by a newer Earshot")
	// ErrOlderSchema says that a record opened for reading only has to be brought up to date first.
	ErrOlderSchema = errors.New("made by an older Earshot")
	// ErrBehind says that the record is older than it was when it was last written to.
	ErrBehind = errors.New("older than when it was last written to")
)
