package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"earshot/models"
)

// Refusal is an error whose text may be shown to the visitor.
type Refusal struct {
	Status  int
	Message string
	Hint    string // what to do about it, or ""
}

// Refuse returns a Refusal.
func Refuse(status int, message string) *Refusal { return &Refusal{Status: status, Message: message} }

// Error returns the message followed by the hint.
func (e *Refusal) Error() string { return withHint(e.Message, e.Hint) }

func withHint(text, hint string) string {
	if hint == "" {
		return text
	}
	if strings.HasPrefix(hint, "earshot ") { // a command
		return text + ". " + hint
	}
	return text + ". " + strings.ToUpper(hint[:1]) + hint[1:]
}

// Problem is Status with a separate hint, for programs.
func Problem(err error) (status int, message, hint string) {
	var refused *Refusal
	if errors.As(err, &refused) {
		return refused.Status, refused.Message, refused.Hint
	}
	status, message = Status(err)
	return status, message, models.Hint(err)
}

// Status maps an error to an HTTP status and a sentence for people. Only a Refusal's own text is repeated.
func Status(err error) (int, string) {
	var refused *Refusal
	switch {
	case errors.As(err, &refused):
		return refused.Status, refused.Error()
	case errors.Is(err, models.ErrNotFound):
		return http.StatusNotFound, "Not found."
	case errors.Is(err, models.ErrConflict):
		return http.StatusConflict, "This has already been done, or can't be done now."
	case TooLong(err):
		return http.StatusRequestEntityTooLarge, "That is too much at once. Send less: a form or a request body holds at most 64 kB."
	case errors.Is(err, models.ErrForbidden):
		return http.StatusForbidden, "You have read-only access here. An owner can give you more."
	case errors.Is(err, models.ErrInvalid):
		return http.StatusBadRequest, "The request isn't valid."
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, models.ErrUnavailable):
		return http.StatusServiceUnavailable, "The database took too long to answer. Try again in a moment."
	default:
		return http.StatusInternalServerError, "The database could not be read. See the log for the cause."
	}
}

// Fault reports whether an error is the server's own, and should be logged: neither a refusal, nor caused by the visitor.
func Fault(err error) bool {
	var refused *Refusal
	status, _ := Status(err)
	return status >= http.StatusInternalServerError && !errors.As(err, &refused) && !errors.Is(err, context.Canceled)
}

// Explained turns an error whose text is written for people into a Refusal with that text; others are returned unchanged.
func Explained(err error) error {
	for kind, status := range map[error]int{
		models.ErrConflict: http.StatusConflict, models.ErrInvalid: http.StatusBadRequest, models.ErrUnavailable: http.StatusServiceUnavailable,
		models.ErrForbidden: http.StatusForbidden,
	} {
		if errors.Is(err, kind) {
			return explained(status, err)
		}
	}
	return err
}

// ExplainedToOwner is Explained for people who may see everything, and so may read what was not found.
func ExplainedToOwner(err error) error {
	if errors.Is(err, models.ErrNotFound) {
		return explained(http.StatusNotFound, err)
	}
	return Explained(err)
}

func explained(status int, err error) *Refusal { return &Refusal{status, plain(err), models.Hint(err)} }

// Text returns an error's text without its kind, with its hint.
func Text(err error) string { return withHint(plain(err), models.Hint(err)) }

// plain returns an error's text without its kind.
func plain(err error) string {
	text := err.Error()
	for _, kind := range []error{models.ErrInvalid, models.ErrConflict, models.ErrUnavailable, models.ErrNotFound, models.ErrForbidden} {
		text = strings.TrimPrefix(text, kind.Error()+": ")
	}
	return text
}

// Sentence capitalises a text and ends it with a full stop.
func Sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// ErrorType returns the type of an error whose text may contain what people said, for the log.
func ErrorType(err error) string { return fmt.Sprintf("%T", err) }
