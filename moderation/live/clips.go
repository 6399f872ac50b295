package live

import (
	"context"
	"errors"
	"slices"
	"time"

	"earshot/models"
	"earshot/moderation/engine"
)

const (
	// settles is how long after a moment its last packets may still come, in ms.
	settles = 1000
	// maxCovered bounds what is remembered of one person in one session; older sound is not kept anew any more.
	maxCovered = 256
)

// clips keeps the sound of a session's flagged lines. It is the session's, and used in its mailbox.
type clips struct {
	*env
	session string // its id
	keep    Keep
	memory  Memory  // of the latest room; nil before
	pieces  []piece // of lines whose sound is to be completed
	covers  map[string][]covered
}

// cover remembers what is to be covered up in the sound.
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

// again covers a stored clip of somebody once more, with what has come since.
func (c *clips) again(e *models.Evidence, speaker string) error {
	if err := coverUp(c.sounds, e, c.covers[speaker]); err != nil {
		return err
	}
	_, err := wave(c.sounds, e)
	return err
}

// errNotHeld says that the sound is not in memory any more.
var errNotHeld = errors.New("the sound is not held in memory")

// remembered makes the evidence of a piece from what the room still holds; it covers the line, or is an error.
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

// kept is the evidence that a container makes, with what was redacted covered up.
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

// await has a piece completed when what comes after its line has been heard; e is what is stored of it so far.
func (c *clips) await(p piece, e *models.Evidence) {
	p.had = models.Span{StartMS: e.StartMS, EndMS: e.EndMS}
	if p.to > e.EndMS {
		c.pieces = append(c.pieces, p)
	}
}

// completed makes the evidence anew of the pieces that have been heard by a time of the session, where it has more than what
// is stored; all: of every piece, since nothing will come any more.
func (c *clips) completed(now int64, all bool) (out []models.Evidence) {
	var wait []piece
	for _, p := range c.pieces {
		if !all && now < p.to+settles {
			wait = append(wait, p)
			continue
		}
		e, err := c.remembered(p)
		if err == nil && e.StartMS <= p.had.StartMS+settles && e.EndMS > p.had.EndMS { // else what is stored is as good
			out = append(out, *e)
		}
	}
	c.pieces = wait
	return out
}

// due is when the next piece can be completed, from the session's start, or never.
func (c *clips) due() (time.Duration, bool) {
	if len(c.pieces) == 0 {
		return 0, false
	}
	first := slices.MinFunc(c.pieces, func(a, b piece) int { return int(a.to - b.to) })
	return time.Duration(first.to+settles) * time.Millisecond, true
}

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
