package models

import "errors"

// ErrNotFound is returned (wrapped) by store methods for something that is not stored.
var ErrNotFound = errors.New("not found")

// ErrConflict is returned (wrapped) when a request conflicts with the present state.
var ErrConflict = errors.New("conflict")

// ErrInvalid is returned (wrapped) for invalid input: a retry does not help.
var ErrInvalid = errors.New("invalid")

// ErrUnreadable is returned (wrapped) together with the readable rest when some stored data can't be read: another version wrote it,
// or the disk failed. A caller that can use the rest does, and reports it.
var ErrUnreadable = errors.New("stored data cannot be read")

// ErrForbidden is returned (wrapped) when a request needs more access.
var ErrForbidden = errors.New("forbidden")

// ErrUnavailable is returned (wrapped) when the store can't work now, for instance because the disk is full or the database is
// locked. Nothing was changed, and the same call may succeed later.
var ErrUnavailable = errors.New("the store is unavailable")

// Readable returns nil for ErrUnreadable, and err otherwise.
func Readable(err error) error {
	if errors.Is(err, ErrUnreadable) {
		return nil
	}
	return err
}

// Hinted is an error with a hint for the user: what to do next.
type Hinted struct {
	Err  error
	Hint string
}

// Error returns the error without the hint.
func (h *Hinted) Error() string { return h.Err.Error() }

// Unwrap returns the error.
func (h *Hinted) Unwrap() error { return h.Err }

// WithHint adds a hint to an error; a nil error stays nil.
func WithHint(err error, hint string) error {
	if err == nil {
		return nil
	}
	return &Hinted{Err: err, Hint: hint}
}

// Hint returns the hint of an error, or "".
func Hint(err error) string {
	var h *Hinted
	if errors.As(err, &h) {
		return h.Hint
	}
	return ""
}

// InputError is an error caused by the user's input: settings, rules, addresses or files.
type InputError struct{ error }

// Unwrap returns the error.
func (e InputError) Unwrap() error { return e.error }

// BadInput marks an error as an InputError. nil stays nil.
func BadInput(err error) error {
	if err == nil {
		return nil
	}
	return InputError{err}
}
