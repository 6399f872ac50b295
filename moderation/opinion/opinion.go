// Package opinion asks a model for a second opinion on words that a rule matched, over the OpenAI API for moderation or for
// chat, which llama.cpp's server and Ollama speak too. The answer may only lower a verdict: whoever asks treats Disagrees as
// a reason to do less, and every other answer, or none, as no reason for anything.
//
// What was said is data, never instruction: it goes out as JSON under instructions of this package, and of what comes back
// only one yes or no is read.
package opinion

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"earshot/models"
)

// DefaultTimeout bounds one question.
const DefaultTimeout = 5 * time.Second

// Limits of what is sent and read.
const (
	maxWords  = 240      // of an excerpt
	maxAnswer = 64 << 10 // bytes
)

// Kind is the API that is asked. The list is closed.
type Kind string

// The kinds of API.
const (
	KindModeration Kind = "moderation" // POST …/moderations: flagged or not
	KindChat       Kind = "chat"       // POST …/chat/completions: asked to agree or not
)

// Config says where the model is.
type Config struct {
	// URL is the base of the API, up to and with its version: http://127.0.0.1:11434/v1.
	URL string
	// Model is what the API calls the model. The moderation API has a default; for chat it must be named.
	Model string
	// Key is sent as a bearer token; empty: none is sent.
	Key string
	// Kind is the API; empty: KindChat.
	Kind Kind
	// Timeout bounds one question; 0: DefaultTimeout.
	Timeout time.Duration
}

// Question is what is asked about.
type Question struct {
	// Rule is the rule's id. Matched are the words that it matched, and Excerpt is those with their neighbours.
	Rule, Matched, Excerpt string
}

// Client asks a model. It may be used from any goroutine.
type Client struct {
	cfg      Config
	endpoint string
	host     string
	local    bool
	http     *http.Client
}

// New checks the configuration. It does not call the server.
func New(c Config) (*Client, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return nil, models.WithHint(errors.New("opinion.url is no address of an API"), "for example http://127.0.0.1:11434/v1")
	}
	path := "/chat/completions"
	switch c.Kind {
	case KindModeration:
		path = "/moderations"
	case KindChat, "":
		c.Kind = KindChat
		if c.Model == "" {
			return nil, models.WithHint(errors.New("opinion.model is empty"), "name the model as the server calls it")
		}
	default:
		return nil, fmt.Errorf("opinion.kind: there is no %q", c.Kind)
	}
	if c.Timeout <= 0 {
		c.Timeout = DefaultTimeout
	}
	name := u.Hostname()
	ip := net.ParseIP(name)
	return &Client{
		cfg: c, endpoint: strings.TrimSuffix(u.String(), "/") + path, host: u.Host, local: name == "localhost" || ip != nil && ip.IsLoopback(),
		http: &http.Client{
			// No proxy: what was said goes to the named server or nowhere.
			Transport:     &http.Transport{ResponseHeaderTimeout: c.Timeout, MaxResponseHeaderBytes: 32 << 10, IdleConnTimeout: time.Minute},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			Timeout:       c.Timeout,
		},
	}, nil
}

// Host is host:port of the server.
func (c *Client) Host() string { return c.host }

// Leaves reports whether what is asked about leaves this machine.
func (c *Client) Leaves() bool { return !c.local }

// By names the model and its host.
func (c *Client) By() string { return strings.TrimPrefix(c.cfg.Model+"@"+c.host, "@") }

// Timeout is how long an answer is waited for.
func (c *Client) Timeout() time.Duration { return c.cfg.Timeout }

// Close lets go of idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Ask asks whether the model disagrees with the rule. The error says that there was no answer that could be used; it holds
// nothing of what was sent or answered.
func (c *Client) Ask(ctx context.Context, q Question) (disagrees bool, err error) {
	q.Excerpt, q.Matched = firstWords(q.Excerpt), firstWords(q.Matched)
	body, err := c.body(q)
	if err != nil {
		return false, errors.New("second opinion: the question cannot be written as JSON")
	}
	answer, err := c.post(ctx, body)
	if err != nil {
		return false, err
	}
	if c.cfg.Kind == KindModeration {
		return readModeration(answer)
	}
	return readChat(answer)
}

// firstWords cuts a text that is too long to be sent.
func firstWords(s string) string {
	words := strings.Fields(strings.ToValidUTF8(s, "?"))
	return strings.Join(words[:min(len(words), maxWords)], " ")
}

func (c *Client) post(ctx context.Context, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint, bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("second opinion: no request can be made of its address")
	}
	req.Header.Set("Content-Type", "application/json")
	if c.cfg.Key != "" {
		req.Header.Set("Authorization", "Bearer "+c.cfg.Key)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("second opinion: %w", err)
	}
	defer res.Body.Close() //nolint:errcheck // only read
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("second opinion: the server answered %d", res.StatusCode)
	}
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("second opinion: %w", err)
	}
	if len(answer) > maxAnswer {
		return nil, fmt.Errorf("second opinion: the answer is longer than %d KiB", maxAnswer>>10)
	}
	return answer, nil
}

// errUnusable: the server answered something else.
var errUnusable = errors.New("second opinion: the answer is neither yes nor no")

// readModeration reads whether the moderation API flags the text. A model that does not flag it disagrees.
func readModeration(answer []byte) (bool, error) {
	var r struct {
		Results []struct {
			Flagged *bool `json:"flagged"`
		} `json:"results"`
	}
	if json.Unmarshal(answer, &r) != nil || len(r.Results) != 1 || r.Results[0].Flagged == nil {
		return false, errUnusable
	}
	return !*r.Results[0].Flagged, nil
}

// readChat reads {"agree": true} or {"agree": false}, alone or in a fence of backquotes. Anything beside it makes the
// answer unusable: a model that was talked into chatting has no opinion.
func readChat(answer []byte) (bool, error) {
	var r struct {
		Choices []struct {
			Message struct {
				Content string `json:"content"`
			} `json:"message"`
		} `json:"choices"`
	}
	if json.Unmarshal(answer, &r) != nil || len(r.Choices) != 1 {
		return false, errUnusable
	}
	text := strings.TrimSpace(r.Choices[0].Message.Content)
	text = strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(text, "```json"), "```"), "```")
	var a struct {
		Agree *bool `json:"agree"`
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if d.Decode(&a) != nil || a.Agree == nil {
		return false, errUnusable
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return false, errUnusable
	}
	return !*a.Agree, nil
}
