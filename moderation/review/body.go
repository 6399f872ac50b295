package review

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"earshot/models"
)

// tooMuch is the answer to a body longer than maxBody.
const tooMuch = "That is too much at once. Send less: a form or an order holds at most 64 kB."

// readForm reads the form of a request. The error wraps *http.MaxBytesError when the form is too long, whether it said
// its length or not, and models.ErrInvalid when it is no form.
func readForm(r *http.Request) error {
	err := r.ParseForm()
	if err == nil {
		return nil
	}
	if tooLong(err) {
		return fmt.Errorf("form: %w", err)
	}
	return fmt.Errorf("form: %w", models.ErrInvalid)
}

// tooLong says that a body was longer than it may be.
func tooLong(err error) bool {
	var long *http.MaxBytesError
	return errors.As(err, &long)
}

// readJSON takes one JSON object with known keys. What comes after it is refused.
func readJSON[T any](r *http.Request, want string) (in T, err error) {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err = d.Decode(&in); err == nil {
		if err = d.Decode(&struct{}{}); err == io.EOF {
			return in, nil
		}
	}
	if tooLong(err) {
		return in, fmt.Errorf("body: %w", err)
	}
	return in, &refusal{http.StatusBadRequest, "want " + want}
}

// refuseLength answers a body that says that it is too long: data to programs, a page to people.
func (s *Server) refuseLength(w http.ResponseWriter, r *http.Request) {
	err := &http.MaxBytesError{Limit: maxBody}
	if strings.HasPrefix(r.URL.Path, "/api/") {
		s.apiError(w, r, err)
		return
	}
	s.render(w, r, s.failed(r, err))
}
