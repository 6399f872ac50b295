// Package llm puts a summary into a language model's words, for those who run one: any server with the OpenAI chat
// completions API. It goes by map and reduce: the model reads one chapter at a time and returns points, each with the
// lines it rests on; then it makes a headline of the points.
//
// The model is not trusted. It is given lines as data and no tool; what it returns is checked against the lines it cites:
// an unknown id, a number or a name that these lines do not hold, a link, words that are mostly not theirs, and the point
// is dropped. What was found without a model stays unless a point covers it, and stays alone when nothing passes.
package llm

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"earshot/models"
)

// Limits of what is sent and read.
const (
	callTime    = 60 * time.Second
	maxAnswer   = 1 << 20 // bytes of one answer
	answerWords = 900     // tokens the model may write in one answer
)

// Config says where the model is.
type Config struct {
	// URL is the base of the API, up to and with its version: http://127.0.0.1:11434/v1.
	URL string
	// Model is what the API calls the model.
	Model string
	// Key is sent as a bearer token; empty: none is sent.
	Key string
	// Transport carries the calls; nil: one that knows no proxy.
	Transport http.RoundTripper
	// Timeout bounds one call; 0: 60 s.
	Timeout time.Duration
}

// Client asks a model. It may be used from any goroutine.
type Client struct {
	endpoint string
	cfg      Config
	http     *http.Client
}

// New checks the configuration. It does not call the server.
func New(c Config) (*Client, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return nil, models.WithHint(errors.New("summary.url is no address of an API"), "for example http://127.0.0.1:11434/v1")
	}
	if c.Model == "" {
		return nil, models.WithHint(errors.New("summary.model is empty"), "name the model as the server calls it")
	}
	if c.Timeout <= 0 {
		c.Timeout = callTime
	}
	if c.Transport == nil {
		c.Transport = &http.Transport{ResponseHeaderTimeout: c.Timeout}
	}
	noRedirect := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{
		endpoint: strings.TrimSuffix(u.String(), "/") + "/chat/completions", cfg: c,
		http: &http.Client{Transport: c.Transport, CheckRedirect: noRedirect, Timeout: c.Timeout},
	}, nil
}

type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

type request struct {
	Model       string            `json:"model"`
	Messages    []message         `json:"messages"`
	Temperature float64           `json:"temperature"`
	Seed        int               `json:"seed"`
	MaxTokens   int               `json:"max_tokens"`
	Format      map[string]string `json:"response_format"`
	Stream      bool              `json:"stream"`
}

type response struct {
	Choices []struct {
		Message message `json:"message"`
	} `json:"choices"`
}

// ask sends data with instructions and decodes the JSON object that the model answers into out. ok is false when the
// answer is no such object; err is for a server that does not answer. Errors carry nothing of what was sent or answered.
func (c *Client) ask(ctx context.Context, instructions string, data, out any) (ok bool, err error) {
	lines, err := json.Marshal(data)
	if err != nil {
		return false, errors.New("language model: the lines cannot be written as JSON")
	}
	body, err := json.Marshal(request{
		Model: c.cfg.Model, Seed: 1, MaxTokens: answerWords, Format: map[string]string{"type": "json_object"},
		Messages: []message{{"system", instructions}, {"user", string(lines)}},
	})
	if err != nil {
		return false, errors.New("language model: the request cannot be written as JSON")
	}
	answer, err := c.post(ctx, body)
	if err != nil {
		return false, err
	}
	var r response
	if json.Unmarshal(answer, &r) != nil || len(r.Choices) == 0 {
		return false, errors.New("language model: the answer is not that of a chat completions API")
	}
	text := strings.TrimSpace(r.Choices[0].Message.Content)
	text = strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(text, "```json"), "```"), "```")
	return json.Unmarshal([]byte(text), out) == nil, nil
}

func (c *Client) post(ctx context.Context, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint, bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("language model: no request can be made of its address")
	}
	req.Header.Set("Content-Type", "application/json")
	if c.cfg.Key != "" {
		req.Header.Set("Authorization", "Bearer "+c.cfg.Key)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("language model: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("language model: the server answered %d", res.StatusCode)
	}
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("language model: %w", err)
	}
	if len(answer) > maxAnswer {
		return nil, fmt.Errorf("language model: the answer is longer than %d kB", maxAnswer>>10)
	}
	return answer, nil
}
