package record

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"earshot/models"
	"earshot/moderation/review/auth"
)

// LineKey returns the line of a URL like /s/{id}/line/{epoch}/{seq}/{track}.
func LineKey(r *http.Request) (models.Key, error) {
	epoch, err1 := strconv.Atoi(r.PathValue("epoch"))
	seq, err2 := strconv.Atoi(r.PathValue("seq"))
	if err1 != nil || err2 != nil {
		return models.Key{}, fmt.Errorf("line: %w", models.ErrNotFound)
	}
	return models.Key{Session: r.PathValue("id"), Epoch: epoch, Track: r.PathValue("track"), Seq: seq}, nil
}

// Line returns a line with its session, if the visitor may correct it.
func (c *Record) Line(ctx context.Context, k models.Key) (ses models.Session, u models.Utterance, err error) {
	if ses, err = c.Session(ctx, k.Session); err != nil {
		return ses, u, err
	}
	if err := auth.VisitorOf(ctx).Require(ses.Room, models.AccessReviewer); err != nil {
		return ses, u, err
	}
	if u, err = c.Store.Utterance(ctx, k); err != nil {
		return ses, u, fmt.Errorf("line: %w", err)
	}
	return ses, u, nil
}

// Correct stores a corrected text and publishes it.
func (c *Record) Correct(ctx context.Context, u models.Utterance, text string) (models.Utterance, error) {
	u, err := c.Store.CorrectText(ctx, u.Key, text, auth.VisitorOf(ctx).Name, c.Now())
	if err != nil {
		return u, fmt.Errorf("correct: %w", err)
	}
	c.Hub.Publish(models.Event{SessionID: u.Session, Utterance: &u})
	return u, nil
}

// Redact removes words from a line, for a host of its room, and publishes the new line. models.ErrInvalid: the line has no such
// word, or none was selected.
func (c *Record) Redact(ctx context.Context, k models.Key, chosen func(models.Utterance) []int) (models.Utterance, error) {
	ses, u, err := c.Line(ctx, k)
	if err != nil {
		return u, err
	}
	who := auth.VisitorOf(ctx)
	if !who.May(ses.Room, models.AccessHost) {
		return u, models.ErrForbidden
	}
	places := chosen(u)
	if len(places) == 0 {
		return u, fmt.Errorf("redact: no word was chosen: %w", models.ErrInvalid)
	}
	if u, err = c.Store.RedactLine(ctx, u.Key, places, who.Name, c.Now()); err != nil {
		return u, fmt.Errorf("redact: %w", err)
	}
	return u, c.showRedacted(ctx, u)
}

// showRedacted publishes the line as it is now, and drops earlier events with its old text.
func (c *Record) showRedacted(ctx context.Context, u models.Utterance) error {
	flags, err := c.Store.Flags(ctx, u.Session)
	if err != nil {
		return fmt.Errorf("flags: %w", err)
	}
	c.Hub.Forget(func(e models.Event) bool {
		return e.SessionID == u.Session && (e.Utterance != nil && e.Utterance.Key == u.Key || e.Decision != nil || e.Action != nil ||
			e.Flag != nil && e.Flag.SpeakerID == u.SpeakerID)
	})
	c.Hub.Publish(models.Event{SessionID: u.Session, Utterance: &u})
	for _, f := range flags {
		if f.SpeakerID == u.SpeakerID {
			c.Hub.Publish(models.Event{SessionID: u.Session, Flag: &f})
		}
	}
	return nil
}
