// Package control is how commands talk to the service that is running on a record: over a socket in the record's folder, which only
// its owner may open. The socket offers the operations of the review API and a few of the service's own.
package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/user"
	"path/filepath"
	"time"

	"earshot/configs"
	"earshot/models"
)

// Path is the path of the service's socket under a configuration.
func Path(c configs.Config) string { return filepath.Join(c.DataDir, "control.sock") }

// Operator names whoever runs this command, for the list of removals.
func Operator() string {
	if u, err := user.Current(); err == nil {
		return "cli:" + u.Username
	}
	return "cli"
}

const (
	// answerWithin limits how long to wait for an answer, which may include posting a line in a room's chat.
	answerWithin = 30 * time.Second
	// maxAnswer limits the size of an answer, in bytes.
	maxAnswer = 8 << 20
)

// ErrNoService means that nothing listens on the socket.
var ErrNoService = errors.New("no running service found")

// Client sends requests to the running service. Its methods may be called from any goroutine. Errors carry the service's own
// messages and hints.
type Client struct{ cfg configs.Config }

// New makes a client for the service that is running on a configuration's record; it does not connect yet.
func New(c configs.Config) Client { return Client{c} }

// get reads an answer.
func (c Client) get(ctx context.Context, path string, into any) error {
	return c.do(ctx, answerWithin, http.MethodGet, path, nil, into)
}

// post sends a request; order and into may be nil.
func (c Client) post(ctx context.Context, path string, order, into any) error {
	return c.do(ctx, answerWithin, http.MethodPost, path, order, into)
}

// remove deletes something; into may be nil.
func (c Client) remove(ctx context.Context, path string, into any) error {
	return c.do(ctx, answerWithin, http.MethodDelete, path, nil, into)
}

func (c Client) do(ctx context.Context, most time.Duration, method, path string, order, into any) error {
	req, err := newRequest(ctx, method, path, order)
	if err != nil {
		return err
	}
	client := &http.Client{Timeout: most, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", Path(c.cfg))
		},
	}}
	res, err := client.Do(req)
	if err != nil {
		return models.WithHint(fmt.Errorf("%w for the database in %s", ErrNoService, c.cfg.DataDir),
			"\"earshot serve\" starts one; it must use the same data_dir and run as the same user")
	}
	defer res.Body.Close()
	if res.StatusCode >= http.StatusBadRequest {
		return problem(res)
	}
	if into == nil {
		return nil
	}
	return json.NewDecoder(io.LimitReader(res.Body, maxAnswer)).Decode(into)
}

func newRequest(ctx context.Context, method, path string, order any) (*http.Request, error) {
	var body io.Reader
	if order != nil {
		b, err := json.Marshal(order)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(b)
	}
	return http.NewRequestWithContext(ctx, method, "http://earshot"+path, body)
}

// refusal is an error that the service answered. It is models.ErrNotFound if the service knows nothing of what was asked for.
type refusal struct {
	status int
	text   string
}

func (r refusal) Error() string { return r.text }

func (r refusal) Is(target error) bool {
	return target == models.ErrNotFound && r.status == http.StatusNotFound
}

// problem turns an error response into an error.
func problem(res *http.Response) error {
	var p struct {
		Error struct{ Message, Hint string }
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, maxAnswer)).Decode(&p); err != nil || p.Error.Message == "" {
		return fmt.Errorf("the service answered %s", res.Status)
	}
	return models.WithHint(refusal{res.StatusCode, p.Error.Message}, p.Error.Hint)
}
