package live

import (
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
