package lounge

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"earshot/bot"
	"earshot/bot/lounge/names"
	"earshot/models"
)

// Execute implements bot.Moderator over HTTP, with the host's token where one was given.
func (c *Client) Execute(ctx context.Context, o bot.Command) error {
	s := c.now.Load()
	if s == nil {
		return bot.ErrNotJoined
	}
	if o.Verb != models.VerbMessage {
		_, err := c.post(ctx, s, "/people/"+url.PathEscape(o.Target)+"/"+string(o.Verb), nil)
		return err
	}
	body, err := c.post(ctx, s, "/chat", map[string]string{"text": o.Text, "to": o.Target})
	if err != nil {
		return err
	}
	var line Chat
	if err := json.Unmarshal(body, &line); err != nil {
		return fmt.Errorf("lounge: the answer to a line cannot be read: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.said) >= keepLines {
		clear(s.said)
	}
	s.said[o] = line.ID
	return nil
}

// Effect implements bot.Moderator from the room's events.
func (c *Client) Effect(o bot.Command) (bool, string) {
	s := c.now.Load()
	if s == nil {
		return false, ""
	}
	return s.effect(o)
}

// post sends a request about the room and returns the answer's body.
func (c *Client) post(ctx context.Context, s *seen, path string, in any) ([]byte, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"/rooms/"+c.room+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("lounge: %w", err)
	}
	c.authorize(req)
	req.Header.Set("Content-Type", "application/json")
	s.mu.Lock()
	req.Header.Set(WatcherHeader, s.you)
	s.mu.Unlock()
	resp, err := c.http.Do(req)
	if err != nil {
		var ue *url.Error
		if errors.As(err, &ue) {
			err = ue.Err
		}
		return nil, fmt.Errorf("lounge: %w", err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxEvent))
	if err != nil {
		return nil, fmt.Errorf("lounge: reading an answer: %w", err)
	}
	return b, verdict(resp.StatusCode, b)
}

// verdict turns the lounge's answer to a request into an error that says whether asking again can help.
func verdict(status int, body []byte) error {
	var problem Problem
	_ = json.Unmarshal(body, &problem) // a proxy's page has no title
	err := fmt.Errorf("HTTP %d", status)
	switch {
	case status < 300:
		return nil
	case status == http.StatusNotFound:
		return fmt.Errorf("%w: %w", bot.ErrAbsent, err)
	case status == http.StatusTooManyRequests || status >= 500:
		return err
	default:
		return bot.Refuse(names.Line("the lounge says: "+problem.Title, names.MaxLength), err)
	}
}

// Rename implements bot.Renamer: everybody in the lounge sees the listener's name.
func (c *Client) Rename(ctx context.Context, name string) error {
	s := c.now.Load()
	if s == nil {
		return bot.ErrNotJoined
	}
	if name == "" {
		name = c.name
	}
	_, err := c.post(ctx, s, "/name", map[string]string{"name": name})
	return err
}

// Caption implements bot.Captioner: the page of everybody in the lounge shows it. It needs the host's token.
func (c *Client) Caption(ctx context.Context, x bot.Caption) error {
	s := c.now.Load()
	if s == nil {
		return bot.ErrNotJoined
	}
	_, err := c.post(ctx, s, "/captions", Caption{ID: x.Line, Person: x.SpeakerID, Name: x.SpeakerName, Text: x.Text, Final: x.Final})
	return err
}
