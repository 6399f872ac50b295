package bot

import (
	"fmt"

	"earshot/models"
)

// EndError is a connector's error with the reason why the session has, or may have, ended.
type EndError struct {
	Reason models.EndReason
	// Retry reports that a retry may help.
	Retry bool
	Err   error // may be nil
}

// End returns an error that ends the session for good: a retry cannot help or would be wrong (replaced, removed, denied, room
// closed, credentials rejected).
func End(reason models.EndReason, err error) error { return &EndError{Reason: reason, Err: err} }

// Retry returns an error with the reason to be stored if retrying fails in the end.
func Retry(reason models.EndReason, err error) error {
	return &EndError{Reason: reason, Retry: true, Err: err}
}

// Error returns the reason and the underlying error, if any.
func (e *EndError) Error() string {
	if e.Err == nil {
		return string(e.Reason)
	}
	return fmt.Sprintf("%s: %v", e.Reason, e.Err)
}

// Unwrap returns the underlying error.
func (e *EndError) Unwrap() error { return e.Err }
