package live

import (
	"context"
	"errors"
	"time"

	"earshot/models"
	"earshot/moderation/engine"
)

// evidence makes the sound of a flagged line fit to be kept, or nil: without a flag, or when none is to be kept, or when
// the clip is gone. It never keeps a line from being stored. more: what comes after the
// line is added when it was heard.
func (c *clips) evidence(
	ctx context.Context, u models.Utterance, requests []engine.ClipRequest, more bool,
) *models.Evidence {
	if len(requests) == 0 || c.keep.For <= 0 {
		return nil
	}
	p := c.keep.piece(u, requests, time.Now())
	if !p.expires.After(time.Now()) {
		return nil
	}
	e, err := c.remembered(p)
	if err != nil { // the memory does not reach back so far: the line itself, at least
		var clip models.Clip
		if clip, err = c.store.Clip(ctx, u.Key); err == nil {
			e, err = c.kept(p, clip.Opus, clip.StartMS)
		}
	}
	if err != nil {
		c.log.Warn("the sound of a flagged line is not kept", "key", u.Key.String(), "err", err)
		return nil
	}
	if more {
		c.await(p, e)
	}
	return e
}

// complete adds what came after the lines to the sound that is kept of them, where it has been heard by now; all: whatever
// there is, since nothing will come any more.
func (c *clips) complete(ctx context.Context, now int64, all bool) {
	for _, e := range c.completed(now, all) {
		switch err := c.store.ReplaceEvidence(ctx, e); {
		case errors.Is(err, models.ErrNotFound): // erased meanwhile
		case err != nil:
			c.log.Warn("the sound after a flagged line is not kept", "key", e.Utterance.String(), "err", err)
		default:
			c.showEvidence(e)
		}
	}
}

// masked shows the lines again that words were hidden in, and covers the words up in the sound that is kept of the same
// person. The masks are stored.
func (c *clips) masked(ctx context.Context, rs []engine.Redaction, but models.Key) {
	for _, r := range rs {
		spans := models.Mask{Words: r.Words}.Spans()
		if len(spans) == 0 {
			continue
		}
		lines, err := c.store.LinesOf(ctx, c.session, r.Speaker, spans[0].StartMS, spans[len(spans)-1].EndMS)
		if err != nil {
			c.log.Error("redacted lines cannot be read", "session", c.session, "err", err)
			return
		}
		for _, u := range lines {
			if u.Key != but && r.Text {
				c.hub.Publish(models.Event{SessionID: u.Session, Utterance: &u})
			}
		}
		if covers(r) {
			c.coverStored(ctx, r.Speaker, spans)
		}
	}
}

// coverStored covers words of somebody up in the sound that is stored already.
func (c *clips) coverStored(ctx context.Context, speaker string, spans []models.Span) {
	kept, err := c.store.SessionEvidence(ctx, c.session, time.Now())
	for _, e := range kept {
		from, to := spans[0].StartMS, spans[len(spans)-1].EndMS
		if e.StartMS > to || e.EndMS < from {
			continue
		}
		line, lineErr := c.store.Utterance(ctx, e.Utterance)
		if lineErr != nil || line.SpeakerID != speaker {
			continue
		}
		if err = c.coverAgain(ctx, e, speaker); err != nil {
			break
		}
	}
	if err != nil {
		c.log.Error("redacted words may still be heard in the sound that is kept", "session", c.session, "err", err)
	}
}

func (c *clips) coverAgain(ctx context.Context, e models.Evidence, speaker string) error {
	e, err := c.store.Evidence(ctx, e.ID, time.Now())
	if err != nil {
		return err
	}
	if err := c.again(&e, speaker); err != nil {
		return err
	}
	if err := c.store.ReplaceEvidence(ctx, e); err != nil {
		return err
	}
	c.showEvidence(e)
	return nil
}
