package models

import "errors"

// ErrNotFound is returned (wrapped) by every store method that is asked for one thing that is not there.
var ErrNotFound = errors.New("not found")

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
