// Package web is what pages, API and event streams share in answering a request: how large it may be and how long it may
// take, how its form is read, and what an error is to whoever asked.
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
	// AnswerWithin bounds everything but event streams, logins and what a language model has to think about.
	AnswerWithin = 10 * time.Second
)

// Routes are ways to ask the server for something, by pattern as http.ServeMux takes it: method and path.
type Routes map[string]http.Handler

// Within ends a request's context after a time.
func Within(d time.Duration, next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), d)
		defer cancel()
		next(w, r.WithContext(ctx))
	})
}

// ReadForm reads the form of a request. The error wraps *http.MaxBytesError when the form is too long, whether it said
// its length or not, and models.ErrInvalid when it is no form.
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

// TooLong says that a body was longer than it may be.
func TooLong(err error) bool {
	var long *http.MaxBytesError
	return errors.As(err, &long)
}
