package live

import (
	"context"
	"errors"
	"slices"
	"time"

	"earshot/models"
	"earshot/models/store"
	"earshot/moderation/engine"
)

const (
	// settles is how long after a moment its last packets may still arrive, in ms.
	settles = 1000
	// maxCovered bounds the covered spans remembered per person and session.
	maxCovered = 256
)

// clips stores the audio of a session's flagged lines. It is used in the session's mailbox only.
type clips struct {
	*env
	session string // its id
	keep    Keep
	memory  Memory  // of the latest stay in the room; nil before the first
	pieces  []piece // clips to be completed
	covers  map[string][]covered
}

// cover remembers the words to cover in audio.
func (c *clips) cover(rs []engine.Redaction) {
	for _, r := range rs {
		if !covers(r) {
			continue
		}
		for _, span := range (models.Mask{Words: r.Words}).Spans() {
			c.covers[r.Speaker] = append(c.covers[r.Speaker], covered{span, r.Clip == engine.ClipBeep})
		}
		if n := len(c.covers[r.Speaker]); n > maxCovered {
			c.covers[r.Speaker] = c.covers[r.Speaker][n-maxCovered:]
		}
	}
}

// again covers a stored clip of a speaker anew, with all redactions so far.
func (c *clips) again(e *models.Evidence, speaker string) error {
	if err := coverUp(c.sounds, e, c.covers[speaker]); err != nil {
		return err
	}
	_, err := wave(c.sounds, e)
	return err
}

// errNotHeld means that the audio is not in memory any more.
var errNotHeld = errors.New("the audio is not held in memory")

// remembered returns the evidence of a piece from the audio that the room still holds.
func (c *clips) remembered(p piece) (*models.Evidence, error) {
	if c.memory == nil {
		return nil, errNotHeld
	}
	opus, from, to := c.memory.Recent(p.speaker, p.key.Track, p.from, p.to)
	if opus == nil {
		return nil, errNotHeld
	}
	e, err := c.kept(p, opus, from)
	if err == nil {
		e.EndMS = to
	}
	return e, err
}

// kept returns a container as evidence, with redacted words covered.
func (c *clips) kept(p piece, opus []byte, startMS int64) (*models.Evidence, error) {
	ogg, err := c.sounds.Ogg(opus)
	if err != nil {
		return nil, err
	}
	e := &models.Evidence{Utterance: p.key, StartMS: startMS, Expires: p.expires, Ogg: ogg}
	if err := coverUp(c.sounds, e, c.covers[p.speaker]); err != nil {
		return nil, err
	}
	ms, err := wave(c.sounds, e)
	e.EndMS = startMS + ms
	return e, err
}

// await schedules the completion of a piece whose end has not been heard yet; e is what is stored so far.
func (c *clips) await(p piece, e *models.Evidence) {
	p.had = models.Span{StartMS: e.StartMS, EndMS: e.EndMS}
	if p.due = p.to + settles; p.to > e.EndMS {
		c.pieces = append(c.pieces, p)
	}
}

// take returns and removes the pieces that have been heard completely by a session time, or with all every piece.
func (c *clips) take(now int64, all bool) (taken []piece) {
	c.pieces = slices.DeleteFunc(c.pieces, func(p piece) bool {
		if all || now >= p.due {
			taken = append(taken, p)
			return true
		}
		return false
	})
	return taken
}

// due returns the session time at which the next piece can be completed; false if there is none.
func (c *clips) due() (time.Duration, bool) {
	if len(c.pieces) == 0 {
		return 0, false
	}
	first := slices.MinFunc(c.pieces, func(a, b piece) int { return int(a.due - b.due) })
	return time.Duration(first.due) * time.Millisecond, true
}

// evidence returns the audio to keep of a flagged line, or nil if there is none to keep or it is gone, which never prevents the
// line from being stored. With more, the audio after the line is added later.
func (c *clips) evidence(ctx context.Context, u models.Utterance, requests []engine.ClipRequest, more bool) *models.Evidence {
	if len(requests) == 0 || c.keep.For <= 0 {
		return nil
	}
	p := c.keep.piece(u, requests, time.Now())
	if !p.expires.After(time.Now()) {
		return nil
	}
	e, err := c.remembered(p)
	if err != nil { // it is no longer in memory: use the line's own clip
		var clip models.Clip
		if clip, err = c.store.Clip(ctx, u.Key); err == nil {
			e, err = c.kept(p, clip.Opus, clip.StartMS)
		}
	}
	if err != nil {
		c.log.Warn("cannot keep the audio of a flagged line", "key", u.Key.String(), "err", err)
		return nil
	}
	if more {
		c.await(p, e)
	}
	return e
}

// complete stores the pieces that have been heard completely by a session time, or with all every piece. What can't be stored is tried
// again, unless this is the end.
func (c *clips) complete(ctx context.Context, now int64, all bool) {
	for _, p := range c.take(now, all) {
		again, err := c.lengthen(ctx, p)
		switch {
		case err == nil || errors.Is(err, models.ErrNotFound): // erased meanwhile
		case again && !all:
			p.due, p.failed = now+lookEvery.Milliseconds(), err
			c.pieces = append(c.pieces, p)
		default:
			c.log.Warn("cannot keep the audio after a flagged line", "key", p.key.String(), "err", err)
		}
	}
}

// lengthen replaces the stored audio of a piece, if more of it is held in memory. again reports that an error may pass.
func (c *clips) lengthen(ctx context.Context, p piece) (again bool, err error) {
	e, err := c.remembered(p)
	switch {
	case errors.Is(err, errNotHeld), err == nil && (e.StartMS > p.had.StartMS+settles || e.EndMS <= p.had.EndMS):
		return false, p.failed // if nothing failed, what is stored is as good
	case err != nil:
		return false, err
	}
	if err := c.store.ReplaceEvidence(ctx, *e); err != nil {
		return !errors.Is(err, models.ErrInvalid) && !errors.Is(err, store.ErrFenced), err
	}
	c.showEvidence(*e)
	return false, nil
}

// masked republishes the lines whose words were masked, and covers the words in the speaker's stored audio. The masks are stored
// already.
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

// coverStored covers words in a speaker's stored audio.
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
		c.log.Error("redacted words may still be audible in stored audio", "session", c.session, "err", err)
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
