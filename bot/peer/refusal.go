package peer

import (
	"net/http"
	"strconv"
	"time"

	"earshot/models"
)

// refusal turns an answer that is not a success into a StatusError with advice.
func refusal(resp *http.Response) error {
	kind, hint := kindOf(resp.StatusCode)
	e := &StatusError{Status: resp.StatusCode, Kind: kind}
	if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && s > 0 && s <= 3600 {
		e.RetryAfter = time.Duration(s) * time.Second
	}
	return models.WithHint(e, hint)
}

func kindOf(status int) (error, string) { //nolint:staticcheck // the error is the value here, not a failure
	switch {
	case status == http.StatusNotFound || status == http.StatusGone:
		return ErrNotFound, "check the path of the URL: the server knows no stream of that name"
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return ErrAuth, "check the token that is configured for this room"
	case status == http.StatusConflict || status == http.StatusTooEarly:
		return ErrConflict, "nobody is publishing there yet; the bot will try again"
	case status >= 500 || status == http.StatusTooManyRequests:
		return ErrServer, "the server is overloaded or broken; the bot will try again"
	case status >= 300 && status < 400:
		return ErrProtocol, "the server sends us to another host; use that address in the URL"
	default:
		return ErrProtocol, "check that the URL is a WHEP endpoint"
	}
}
