// Package opinion asks a model for a second opinion on words that a rule matched, over the OpenAI API for moderation or for
// chat, which llama.cpp's server and Ollama speak too. The answer may only lower a verdict: whoever asks treats Disagrees as
// a reason to do less, and every other answer, or none, as no reason for anything.
//
// What was said is data, never instruction: it goes out as JSON under instructions of this package, and of what comes back
// only one yes or no is read.
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
	cfg Config
	api *openai.Client
}

// New checks the configuration. It does not call the server.
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

// Host is host:port of the server.
func (c *Client) Host() string { return c.api.Host() }

// Leaves reports whether what is asked about leaves this machine.
func (c *Client) Leaves() bool { return !c.api.Local() }

// By names the model and its host.
func (c *Client) By() string { return strings.TrimPrefix(c.cfg.Model+"@"+c.Host(), "@") }

// Timeout is how long an answer is waited for.
func (c *Client) Timeout() time.Duration { return c.cfg.Timeout }

// Close lets go of idle connections.
func (c *Client) Close() { c.api.Close() }

// Ask asks whether the model disagrees with the rule. The error says that there was no answer that could be used; it holds
// nothing of what was sent or answered.
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

// firstWords cuts a text that is too long to be sent.
func firstWords(s string) string {
	words := strings.Fields(strings.ToValidUTF8(s, "?"))
	return strings.Join(words[:min(len(words), maxWords)], " ")
}
