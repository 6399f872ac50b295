// Package opinion requests a model's second opinion on words that a rule matched, through the OpenAI moderation or chat API, which
// llama.cpp's server and Ollama implement too. The answer can only lower a verdict: the caller does less if the model disagrees, and
// ignores every other answer.
//
// What was said is data, never instruction: it is sent as JSON under this package's instructions, and only a yes or no is read from the
// answer.
package opinion

import (
	"context"
	"fmt"
	"strings"
	"time"

	"earshot/moderation/openai"
)

// DefaultTimeout bounds one question.
const DefaultTimeout = 5 * time.Second

// The bounds of what is sent and read.
const (
	maxWords  = 240      // of an excerpt
	maxAnswer = 64 << 10 // bytes
)

// Kind is the API to use. The list is closed.
type Kind string

// The kinds of API.
const (
	KindModeration Kind = "moderation" // POST …/moderations: flagged or not
	KindChat       Kind = "chat"       // POST …/chat/completions: asked to agree or not
)

// Config configures a Client.
type Config struct {
	// URL is the base URL of the API, including the version: http://127.0.0.1:11434/v1.
	URL string
	// Model is the model's name in the API. It is required for chat; the moderation API has a default.
	Model string
	// Key is the bearer token; it may be empty.
	Key string
	// Kind is the API; empty: KindChat.
	Kind Kind
	// Timeout bounds one question; 0: DefaultTimeout.
	Timeout time.Duration
}

// Question is a match to be judged.
type Question struct {
	// Rule is the rule's id. Matched are the words that it matched, and Excerpt is those with their neighbours.
	Rule, Matched, Excerpt string
}

// Client requests opinions. It may be used from any goroutine.
type Client struct {
	cfg Config
	api *openai.Client
}

// New validates the configuration. It does not call the server.
func New(c Config) (*Client, error) {
	if c.Kind == "" {
		c.Kind = KindChat
	}
	if c.Kind != KindChat && c.Kind != KindModeration {
		return nil, fmt.Errorf("opinion.kind: there is no %q", c.Kind)
	}
	if c.Timeout <= 0 {
		c.Timeout = DefaultTimeout
	}
	api, err := openai.New(openai.Config{Setting: "opinion", URL: c.URL, Model: c.Model, Key: c.Key, Timeout: c.Timeout, MaxAnswer: maxAnswer})
	if err == nil && c.Kind == KindChat {
		err = api.NeedModel()
	}
	if err != nil {
		return nil, err
	}
	return &Client{c, api}, nil
}

// Host returns host:port of the server.
func (c *Client) Host() string { return c.api.Host() }

// Leaves reports whether questions leave this machine.
func (c *Client) Leaves() bool { return !c.api.Local() }

// By returns the model and its host, as model@host.
func (c *Client) By() string { return strings.TrimPrefix(c.cfg.Model+"@"+c.Host(), "@") }

// Timeout returns the time limit of a question.
func (c *Client) Timeout() time.Duration { return c.cfg.Timeout }

// Close closes idle connections.
func (c *Client) Close() { c.api.Close() }

// Ask returns whether the model disagrees with the rule, or an error if there was no usable answer. Errors contain nothing of what was
// sent or answered.
func (c *Client) Ask(ctx context.Context, q Question) (disagrees bool, err error) {
	q.Excerpt, q.Matched = firstWords(q.Excerpt), firstWords(q.Matched)
	if c.cfg.Kind == KindModeration {
		disagrees, err = c.moderate(ctx, q)
	} else {
		disagrees, err = c.chat(ctx, q)
	}
	if err != nil {
		return false, fmt.Errorf("second opinion: %w", err)
	}
	return disagrees, nil
}

// firstWords truncates a text to maxWords.
func firstWords(s string) string {
	words := strings.Fields(strings.ToValidUTF8(s, "?"))
	return strings.Join(words[:min(len(words), maxWords)], " ")
}
