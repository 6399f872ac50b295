// Package openai calls servers with the OpenAI API, such as llama.cpp's and Ollama. It uses no proxy and follows no redirect, so that
// what was said goes to the configured server only, and its errors contain nothing of what was sent or answered.
package openai

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"earshot/models"
)

// Config configures a Client.
type Config struct {
	// Setting is the section of the configuration ("opinion"), for errors.
	Setting string
	// URL is the base URL of the API, including the version: http://127.0.0.1:11434/v1.
	URL string
	// Model is the model's name in the API.
	Model string
	// Key is the bearer token; it may be empty.
	Key string
	// Timeout bounds a call, and MaxAnswer a response, in bytes.
	Timeout   time.Duration
	MaxAnswer int64
}

// Client calls a server. It may be used from any goroutine.
type Client struct {
	cfg  Config
	at   models.Endpoint
	http *http.Client
}

// New validates the URL. It does not call the server.
func New(c Config) (*Client, error) {
	at, err := models.ParseEndpoint(c.Setting+".url", c.URL, "http://127.0.0.1:11434/v1")
	if err != nil {
		return nil, err
	}
	return &Client{
		cfg: c, at: at,
		http: &http.Client{
			Transport:     &http.Transport{ResponseHeaderTimeout: c.Timeout, MaxResponseHeaderBytes: 32 << 10, IdleConnTimeout: time.Minute},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			Timeout:       c.Timeout,
		},
	}, nil
}

// NeedModel returns an error if no model is configured, which the chat API needs.
func (c *Client) NeedModel() error {
	if c.cfg.Model == "" {
		return models.WithHint(errors.New(c.cfg.Setting+".model is empty"), "name the model as the server calls it")
	}
	return nil
}

// Host returns host:port of the server.
func (c *Client) Host() string { return c.at.Host }

// Local reports whether the server is on this machine.
func (c *Client) Local() bool { return c.at.Local }

// Close closes idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Post sends a request as JSON to a path of the API ("/moderations") and returns the response, which the caller owns.
func (c *Client) Post(ctx context.Context, path string, question any) ([]byte, error) {
	body, err := json.Marshal(question)
	if err != nil {
		return nil, errors.New("the question cannot be written as JSON")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.at.URL+path, bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("no request can be made of the address")
	}
	req.Header.Set("Content-Type", "application/json")
	if c.cfg.Key != "" {
		req.Header.Set("Authorization", "Bearer "+c.cfg.Key)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the server answered %d", res.StatusCode)
	}
	answer, err := io.ReadAll(io.LimitReader(res.Body, c.cfg.MaxAnswer+1))
	if err != nil {
		return nil, err
	}
	if int64(len(answer)) > c.cfg.MaxAnswer {
		return nil, fmt.Errorf("the answer is longer than %d KiB", c.cfg.MaxAnswer>>10)
	}
	return answer, nil
}
