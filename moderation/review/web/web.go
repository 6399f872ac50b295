// Package web is shared by pages, API and event streams: limits on the size and duration of requests, parsing of forms, and how
// errors are presented.
package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"earshot/models"
)

// Limits of a request.
const (
	MaxBody  = 64 << 10 // bytes of a form or of JSON
	MaxQuery = 4 << 10  // bytes of an address
	// AnswerWithin limits everything but event streams, logins and requests that wait for a language model.
	AnswerWithin = 10 * time.Second
)

// Routes maps patterns of http.ServeMux, method and path, to handlers.
type Routes map[string]http.Handler

// Within limits a request's context to a duration.
func Within(d time.Duration, next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), d)
		defer cancel()
		next(w, r.WithContext(ctx))
	})
}

// ReadForm parses the form of a request. The error wraps *http.MaxBytesError if the form is too long, with or without a declared
// length, and models.ErrInvalid if it is not a form.
func ReadForm(r *http.Request) error {
	err := r.ParseForm()
	if err == nil {
		return nil
	}
	if TooLong(err) {
		return fmt.Errorf("form: %w", err)
	}
	return fmt.Errorf("form: %w", models.ErrInvalid)
}

// TooLong reports whether a body was too long.
func TooLong(err error) bool {
	var long *http.MaxBytesError
	return errors.As(err, &long)
}
