package bot

import (
	"fmt"

	"earshot/models"
)

// EndError is a connector's error with the reason why the stay is, or may be, over.
type EndError struct {
	Reason models.EndReason
	// Retry says that trying again may help.
	Retry bool
	Err   error // may be nil
}

// End makes an error that ends the session for good: a retry cannot help or would be wrong (replaced, removed, denied,
// room closed, credentials refused).
func End(reason models.EndReason, err error) error { return &EndError{Reason: reason, Err: err} }

// Retry makes an error that names the reason to be stored if the room must be given up; the Room tries again first.
func Retry(reason models.EndReason, err error) error {
	return &EndError{Reason: reason, Retry: true, Err: err}
}

// Error is the reason and, where there is one, the error behind it.
func (e *EndError) Error() string {
	if e.Err == nil {
		return string(e.Reason)
	}
	return fmt.Sprintf("%s: %v", e.Reason, e.Err)
}

// Unwrap returns the error behind the reason.
func (e *EndError) Unwrap() error { return e.Err }
