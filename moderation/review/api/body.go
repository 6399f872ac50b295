package api

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"earshot/moderation/review/web"
)

// readJSON reads one JSON object with known keys. Trailing data is refused.
func readJSON[T any](r *http.Request, want string) (in T, err error) {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err = d.Decode(&in); err == nil {
		if err = d.Decode(&struct{}{}); err == io.EOF {
			return in, nil
		}
	}
	if web.TooLong(err) {
		return in, fmt.Errorf("body: %w", err)
	}
	return in, web.Refuse(http.StatusBadRequest, "want "+want)
}

// limitOf parses the parameter limit.
func limitOf(r *http.Request) (int, error) {
	q := r.URL.Query().Get("limit")
	if q == "" {
		return 100, nil
	}
	n, err := strconv.Atoi(q)
	if err != nil || n < 1 || n > 1000 {
		return 0, web.Refuse(http.StatusBadRequest, "limit: want a whole number from 1 to 1000")
	}
	return n, nil
}
