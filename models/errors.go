package models

import (
	"errors"
)

// ErrNotFound is returned (wrapped) by every store method that is asked for one thing that is not there.
var ErrNotFound = errors.New("not found")

// ErrConflict is returned (wrapped) when what was asked for is so already, or stands against something that is.
var ErrConflict = errors.New("conflict")

// ErrInvalid is returned (wrapped) when what was asked for makes no sense: the caller's input must change, trying again does not help.
var ErrInvalid = errors.New("invalid")

// ErrUnreadable is returned (wrapped) beside what could be read when some of what is stored cannot be: another version wrote it,
// or the disk erred. Whoever can do with the rest goes on with it, and says so.
var ErrUnreadable = errors.New("something that is stored cannot be read")

// ErrForbidden is returned (wrapped) when what was asked for needs somebody who may do more.
var ErrForbidden = errors.New("forbidden")

// ErrUnavailable is returned (wrapped) when the store cannot do its work now, for instance because the disk is full or the
// database is locked. Nothing was changed, nothing is lost, and the same call may succeed later: keep what you hold and try again.
var ErrUnavailable = errors.New("the store is unavailable")

// Readable is err, but for ErrUnreadable: nil, for who goes on with what could be read.
func Readable(err error) error {
	if errors.Is(err, ErrUnreadable) {
		return nil
	}
	return err
}

// Hinted is an error with advice for the person at the keyboard: what to do next.
type Hinted struct {
	Err  error
	Hint string
}

// Error is the error without its hint.
func (h *Hinted) Error() string { return h.Err.Error() }

// Unwrap gives the error that was hinted at.
func (h *Hinted) Unwrap() error { return h.Err }

// WithHint joins advice to an error; a nil error stays nil.
func WithHint(err error, hint string) error {
	if err == nil {
		return nil
	}
	return &Hinted{Err: err, Hint: hint}
}

// Hint finds the advice that was joined to an error, or "".
func Hint(err error) string {
	var h *Hinted
	if errors.As(err, &h) {
		return h.Hint
	}
	return ""
}

// InputError is an error that is the fault of what was given: settings, rules, addresses or files.
type InputError struct{ error }

// Unwrap gives what is wrong.
func (e InputError) Unwrap() error { return e.error }

// BadInput marks an error as the fault of what was given. nil stays nil.
func BadInput(err error) error {
	if err == nil {
		return nil
	}
	return InputError{err}
}
