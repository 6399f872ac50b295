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

// answer is the result of an attempt.
type answer struct {
	err   error         // nil: accepted
	gone  bool          // 410: never again
	after time.Duration // the delay requested by the receiver; 0: none
}

// send makes one attempt. id is the notice's id, the same for all attempts.
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
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxRead)) // drains the response; its contents don't matter
	return judge(resp, now)
}

// judge interprets the status: 2xx is accepted, 410 means never again, anything else, including redirects, is retried.
func judge(resp *http.Response, now time.Time) answer {
	switch code := resp.StatusCode; {
	case code/100 == 2:
		return answer{}
	case code == http.StatusGone:
		return answer{err: errors.New("it answered 410: it accepts no more notifications"), gone: true}
	case code/100 == 3:
		return answer{err: fmt.Errorf("it answered %d: redirects are not followed", code)}
	default:
		return answer{err: fmt.Errorf("it answered %d", code), after: retryAfter(resp.Header, now)}
	}
}
