package peer

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"earshot/models"
)

// refusal converts an unsuccessful response to a StatusError with a hint.
func refusal(resp *http.Response) error {
	kind, hint := kindOf(resp.StatusCode)
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		hint = redirectHint(resp)
	}
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
	default:
		return ErrProtocol, "check that the URL is a WHEP endpoint"
	}
}

// redirectHint says where a server redirects to; only redirects within the same server are followed.
func redirectHint(resp *http.Response) string {
	to, err := resp.Location()
	switch {
	case err != nil || to.Scheme != "http" && to.Scheme != "https":
		return "the server sends us to something that is no web address: check the URL"
	case to.Host == resp.Request.URL.Host && to.Scheme == resp.Request.URL.Scheme:
		return "the server sends us from one of its addresses to the next without an end: check the path of the URL"
	}
	return fmt.Sprintf("the server sends us to %s://%.100s; if that is right, write that server in the URL", to.Scheme, to.Host)
}

// Errors of a WHIP or WHEP server that callers distinguish.
var (
	ErrNotFound = errors.New("no such stream")         // 404, 410
	ErrAuth     = errors.New("credentials refused")    // 401, 403
	ErrConflict = errors.New("stream not ready")       // 409, 425: nobody is publishing yet
	ErrServer   = errors.New("the server failed")      // 5xx, 429
	ErrProtocol = errors.New("not a WHIP/WHEP server") // anything else that the specifications don't allow
)

// StatusError is a refused request with its HTTP status. It unwraps to one of the Err… values above.
type StatusError struct {
	Status int
	Kind   error
	// RetryAfter is taken from the response; 0 if absent.
	RetryAfter time.Duration
}

// Error returns the kind and the status, never the server's text.
func (e *StatusError) Error() string { return fmt.Sprintf("%v (HTTP %d)", e.Kind, e.Status) }

// Unwrap returns the kind.
func (e *StatusError) Unwrap() error { return e.Kind }
