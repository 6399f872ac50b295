package live

import (
	"context"
	"fmt"
	"time"

	"earshot/models"
	"earshot/moderation/engine"
)

// RedactLine removes words, given by index, from a stored line on a host's request: from everything that quotes it, and from every
// clip of the speaker in which they are audible, where a tone replaces them. Audio of the session stored later is covered too.
func (h Hosts) RedactLine(ctx context.Context, k models.Key, places []int, by string, when time.Time) (u models.Utterance, err error) {
	s, err := h.sessions.Session(ctx, k.Session)
	if err != nil {
		return u, err
	}
	err = s.do(ctx, func() (err error) {
		u, err = s.redactLine(ctx, models.LineRedaction{Key: k, Words: places, By: by, When: when})
		return err
	})
	return u, err
}

func (s *Session) redactLine(ctx context.Context, r models.LineRedaction) (models.Utterance, error) {
	u, err := s.store.Utterance(ctx, r.Key)
	if err != nil {
		return u, err
	}
	words, err := chosen(u, r.Words)
	if err != nil {
		return u, err
	}
	s.clips.cover([]engine.Redaction{{Speaker: u.SpeakerID, Words: words, Clip: engine.ClipBeep}})
	if r.Clips, err = s.clips.coveredClips(ctx, u, words); err != nil {
		return u, err
	}
	if u, err = s.store.RedactLine(ctx, r); err != nil {
		return u, err
	}
	for _, e := range r.Clips {
		s.showEvidence(e)
	}
	return u, nil
}

// chosen returns the words of a line at the given indexes.
func chosen(u models.Utterance, places []int) (out []models.Word, err error) {
	for _, i := range places {
		if i < 0 || i >= len(u.Words) {
			return nil, fmt.Errorf("%w: word %d of %d", models.ErrInvalid, i, len(u.Words))
		}
		out = append(out, u.Words[i])
	}
	return out, nil
}

// coveredClips returns the clips of a speaker in which words are audible, with a tone over the words.
func (c *clips) coveredClips(ctx context.Context, u models.Utterance, words []models.Word) (out []models.Evidence, err error) {
	now := time.Now()
	kept, err := c.store.SessionEvidence(ctx, u.Session, now)
	if err != nil {
		return nil, err
	}
	spans := models.Mask{Words: words}.Spans()
	for _, e := range kept {
		line, err := c.store.Utterance(ctx, e.Utterance)
		if err != nil || line.SpeakerID != u.SpeakerID || !touches(e, spans) {
			continue
		}
		if e, err = c.store.Evidence(ctx, e.ID, now); err != nil {
			return nil, err
		}
		if err := Bleep(c.sounds, &e, spans); err != nil {
			if e.Utterance == u.Key {
				continue // unreadable: the store deletes the line's own clip if it is not among those returned
			}
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

func touches(e models.Evidence, spans []models.Span) bool {
	for _, span := range spans {
		if span.StartMS <= e.EndMS && span.EndMS >= e.StartMS {
			return true
		}
	}
	return false
}
