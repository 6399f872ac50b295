package review

import (
	"earshot/moderation/review/web"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// readJSON takes one JSON object with known keys. What comes after it is refused.
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
