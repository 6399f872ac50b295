package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// answer is what became of a try.
type answer struct {
	err   error         // nil: it was taken
	gone  bool          // 410: never again
	after time.Duration // what the receiver asked to wait; 0: nothing
}

// send makes one try. id is the notice's, the same over all tries.
func (t Target) send(ctx context.Context, client *http.Client, id string, m message) answer {
	body, err := m.body(t.Kind)
	if err != nil {
		return answer{err: errors.New("the notice cannot be written as JSON")}
	}
	ctx, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.URL, bytes.NewReader(body))
	if err != nil {
		return answer{err: errors.New("its address is not valid")}
	}
	now := time.Now()
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Earshot")
	if t.Kind == KindWebhook {
		key, err := decodeSecret(t.Secret)
		if err != nil {
			return answer{err: err}
		}
		req.Header.Set("webhook-id", id)
		req.Header.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
		req.Header.Set("webhook-signature", sign(key, id, now, body))
	}
	resp, err := client.Do(req)
	if err != nil {
		return answer{err: cause(err)}
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxRead)) // for good manners; what it says does not matter
	return judge(resp, now)
}

// judge reads the status: 2xx is taken, 410 is never again, everything else, redirects included, is tried again.
func judge(resp *http.Response, now time.Time) answer {
	switch code := resp.StatusCode; {
	case code/100 == 2:
		return answer{}
	case code == http.StatusGone:
		return answer{err: errors.New("it answered 410: it wants no more notices"), gone: true}
	case code/100 == 3:
		return answer{err: fmt.Errorf("it answered %d: redirects are not followed", code)}
	default:
		return answer{err: fmt.Errorf("it answered %d", code), after: retryAfter(resp.Header, now)}
	}
}
