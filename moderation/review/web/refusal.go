package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"earshot/models"
)

// Refusal is an error that whoever asked may read.
type Refusal struct {
	Status  int
	Message string
}

// Refuse makes a Refusal.
func Refuse(status int, message string) *Refusal { return &Refusal{status, message} }

// Error is the message.
func (e *Refusal) Error() string { return e.Message }

// Status maps an error to an HTTP status and a sentence for people. Only of a Refusal it repeats the text.
func Status(err error) (int, string) {
	var refused *Refusal
	switch {
	case errors.As(err, &refused):
		return refused.Status, refused.Message
	case errors.Is(err, models.ErrNotFound):
		return http.StatusNotFound, "There is no such thing here."
	case errors.Is(err, models.ErrConflict):
		return http.StatusConflict, "That is so already, or it can't be now."
	case TooLong(err):
		return http.StatusRequestEntityTooLarge, "That is too much at once. Send less: a form or an order holds at most 64 kB."
	case errors.Is(err, models.ErrForbidden):
		return http.StatusForbidden, "You may read this and not change it. An owner can give you more access."
	case errors.Is(err, models.ErrInvalid):
		return http.StatusBadRequest, "That can't be asked for in this way."
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, models.ErrUnavailable):
		return http.StatusServiceUnavailable, "The record took too long to answer. Try again in a moment."
	default:
		return http.StatusInternalServerError, "The record could not be read. The log says why."
	}
}

// Fault says that an error is one of the server's own, which the log should hold: neither a refusal, nor the reader's doing.
func Fault(err error) bool {
	var refused *Refusal
	status, _ := Status(err)
	return status >= http.StatusInternalServerError && !errors.As(err, &refused) && !errors.Is(err, context.Canceled)
}

// Explained turns an error whose text is written for people into a Refusal with that text; others stay as they are.
func Explained(err error) error {
	for kind, status := range map[error]int{
		models.ErrConflict: http.StatusConflict, models.ErrInvalid: http.StatusBadRequest, models.ErrUnavailable: http.StatusServiceUnavailable,
		models.ErrForbidden: http.StatusForbidden,
	} {
		if errors.Is(err, kind) {
			return &Refusal{status, Text(err)}
		}
	}
	return err
}

// Text is an error's text without its kind, with the hint that it carries.
func Text(err error) string {
	text := err.Error()
	for _, kind := range []error{models.ErrInvalid, models.ErrConflict, models.ErrUnavailable, models.ErrNotFound, models.ErrForbidden} {
		text = strings.TrimPrefix(text, kind.Error()+": ")
	}
	if hint := models.Hint(err); hint != "" {
		text += ". " + hint
	}
	return text
}

// Sentence begins a text with a capital and ends it with a full stop.
func Sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// ErrorType is the type of an error whose text may hold what people said, for the log.
func ErrorType(err error) string { return fmt.Sprintf("%T", err) }
