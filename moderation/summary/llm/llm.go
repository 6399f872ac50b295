// Package llm puts a summary into a language model's words, for those who run one: any server with the OpenAI chat
// completions API. It goes by map and reduce: the model reads one chapter at a time and returns points, each with the
// lines it rests on; then it makes a headline of the points.
//
// The model is not trusted. It is given lines as data and no tool; what it returns is checked against the lines it cites:
// an unknown id, a number or a name that these lines do not hold, a link, words that are mostly not theirs, and the point
// is dropped. What was found without a model stays unless a point covers it, and stays alone when nothing passes.
package llm

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"earshot/moderation/openai"
)

// Limits of what is sent and read.
const (
	callTime     = 60 * time.Second
	maxAnswer    = 1 << 20 // bytes of one answer
	answerTokens = 900     // tokens the model may write in one answer
)

// Config says where the model is.
type Config struct {
	// URL is the base of the API, up to and with its version: http://127.0.0.1:11434/v1.
	URL string
	// Model is what the API calls the model.
	Model string
	// Key is sent as a bearer token; empty: none is sent.
	Key string
	// Timeout bounds one call; 0: 60 s.
	Timeout time.Duration
}

// Client asks a model. It may be used from any goroutine.
type Client struct {
	api   *openai.Client
	model string
}

// New checks the configuration. It does not call the server.
func New(c Config) (*Client, error) {
	if c.Timeout <= 0 {
		c.Timeout = callTime
	}
	api, err := openai.New(openai.Config{Setting: "summary", URL: c.URL, Model: c.Model, Key: c.Key, Timeout: c.Timeout, MaxAnswer: maxAnswer})
	if err == nil {
		err = api.NeedModel()
	}
	if err != nil {
		return nil, err
	}
	return &Client{api, c.Model}, nil
}

// ask sends data with instructions and decodes the JSON object that the model answers into out. ok is false when the
// answer is no such object; err is for a server that does not answer. Errors carry nothing of what was sent or answered.
func (c *Client) ask(ctx context.Context, instructions string, data, out any) (ok bool, err error) {
	text, err := c.api.AskJSON(ctx, instructions, data, answerTokens)
	if err != nil {
		return false, fmt.Errorf("language model: %w", err)
	}
	return json.Unmarshal([]byte(text), out) == nil, nil
}
