package lounge

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"earshot/bot"
	"earshot/bot/peer"
	"earshot/models"
)

const (
	maxEvent   = 1 << 20       // bytes of one event line
	quietLimit = 3 * PingEvery // an event stream that is silent for longer is dead
	joinWithin = 10 * time.Second
)

var (
	errQuiet  = errors.New("the event stream went silent")
	errBroken = errors.New("the event stream was cut off")
)

// follow reads the room's events until the context ends, the stream breaks or handle returns an error.
func (c *Client) follow(ctx context.Context, handle func(Event) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watchdog := time.AfterFunc(joinWithin, func() { cancel(errQuiet) })
	defer watchdog.Stop()
	resp, err := c.openEvents(ctx)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	err = readEvents(resp.Body, func(data []byte) error {
		watchdog.Reset(quietLimit)
		if len(data) == 0 {
			return nil
		}
		var e Event
		if err := json.Unmarshal(data, &e); err != nil {
			return fmt.Errorf("lounge: an event cannot be read: %w", err)
		}
		return handle(e)
	})
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

func (c *Client) openEvents(ctx context.Context) (*http.Response, error) {
	target := c.base + "/rooms/" + url.PathEscape(c.room) + "/events"
	if c.name != "" {
		target += "?" + url.Values{"listener": {c.name}}.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return nil, fmt.Errorf("lounge: %w", err)
	}
	c.authorize(req)
	resp, err := c.http.Do(req)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, errQuiet) {
			return nil, cause
		}
		err = peer.Unreachable(err, "check the host and port in the URL, and that the lounge is open")
		return nil, bot.Retry(models.EndFailedServer, fmt.Errorf("lounge: %s cannot be reached: %w", req.URL.Host, err))
	}
	if resp.StatusCode == http.StatusOK {
		return resp, nil
	}
	_ = resp.Body.Close()
	err = fmt.Errorf("lounge: the server answered HTTP %d to the join", resp.StatusCode)
	switch resp.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		return nil, models.WithHint(bot.End(models.EndFailedAuth, err), "check the host's token in EARSHOT_LOUNGE_TOKEN")
	case http.StatusNotFound:
		return nil, models.WithHint(bot.End(models.EndDenied, err), "check that the URL leads to a lounge, and the room's name")
	default:
		return nil, bot.Retry(models.EndFailedServer, err)
	}
}

// readEvents reads a text/event-stream (HTML standard, section 9.2) and calls handle with the data of each event, and
// with nothing for each comment. It returns handle's error, or errBroken at the end of the stream.
func readEvents(r io.Reader, handle func(data []byte) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), maxEvent)
	var data []byte
	for lines.Scan() {
		line := lines.Bytes()
		var err error
		switch {
		case len(line) == 0 && len(data) > 0:
			err = handle(data)
			data = nil
		case bytes.HasPrefix(line, []byte(":")):
			err = handle(nil)
		case bytes.HasPrefix(line, []byte("data:")):
			if len(data)+len(line) > maxEvent {
				return fmt.Errorf("lounge: an event is longer than %d bytes", maxEvent)
			}
			if data != nil {
				data = append(data, '\n')
			}
			data = append(data, bytes.TrimPrefix(line[len("data:"):], []byte(" "))...)
		}
		if err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("lounge: %w: %w", errBroken, err)
	}
	return fmt.Errorf("lounge: %w", errBroken)
}
