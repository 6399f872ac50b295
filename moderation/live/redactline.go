package live

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"earshot/bot/audio"
	"earshot/models"
	"earshot/moderation/engine"
)

// RedactLine takes words, by their places in the line, out of a stored line at a host's wish: out of all that quotes it,
// and out of every clip of the same person that they are heard in, where a tone stands in their place. What is still to be
// kept of the session's sound is covered too.
func (d *Desk) RedactLine(ctx context.Context, k models.Key, places []int, by string, when time.Time) (models.Utterance, error) {
	j, err := d.judged(ctx, k.Session)
	if err != nil {
		return models.Utterance{}, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	u, err := d.store.Utterance(ctx, k)
	if err != nil {
		return u, err
	}
	words, err := chosen(u, places)
	if err != nil {
		return u, err
	}
	j.cover([]engine.Redaction{{Speaker: u.SpeakerID, Words: words, Clip: engine.ClipBeep}})
	clips, err := d.coveredClips(ctx, u, words)
	if err != nil {
		return u, err
	}
	u, err = d.store.RedactLine(ctx, models.LineRedaction{Key: k, Words: places, By: by, When: when, Clips: clips})
	if err != nil {
		return u, err
	}
	for _, e := range clips {
		d.showEvidence(e)
	}
	return u, nil
}

// chosen are the words at some places of a line.
func chosen(u models.Utterance, places []int) (out []models.Word, err error) {
	for _, i := range places {
		if i < 0 || i >= len(u.Words) {
			return nil, fmt.Errorf("%w: word %d of %d", models.ErrInvalid, i, len(u.Words))
		}
		out = append(out, u.Words[i])
	}
	return out, nil
}

// coveredClips are the clips in which some words of a person are heard, with a tone over the words.
func (d *Desk) coveredClips(ctx context.Context, u models.Utterance, words []models.Word) (out []models.Evidence, err error) {
	now := time.Now()
	kept, err := d.store.SessionEvidence(ctx, u.Session, now)
	if err != nil {
		return nil, err
	}
	spans := models.Mask{Words: words}.Spans()
	for _, e := range kept {
		line, err := d.store.Utterance(ctx, e.Utterance)
		if err != nil || line.SpeakerID != u.SpeakerID || !touches(e, spans) {
			continue
		}
		if e, err = d.store.Evidence(ctx, e.ID, now); err != nil {
			return nil, err
		}
		if err := Bleep(&e, spans); err != nil {
			if e.Utterance == u.Key {
				continue // it can't be read: the line's own clip is deleted when it is not among those that are covered
			}
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

func touches(e models.Evidence, spans [][2]int64) bool {
	for _, s := range spans {
		if s[0] <= e.EndMS && s[1] >= e.StartMS {
			return true
		}
	}
	return false
}

// Bleep puts a tone over stretches of a clip, in ms of the session, and makes its waveform anew.
func Bleep(e *models.Evidence, spans [][2]int64) error {
	over := make([]covered, len(spans))
	for i, s := range spans {
		over[i] = covered{s, true}
	}
	if err := coverUp(e, over); err != nil {
		return err
	}
	pcm, err := audio.ReadOggOpus(bytes.NewReader(e.Ogg))
	if err != nil {
		return err
	}
	e.Peaks = peaks(pcm, peaksPerClip)
	return nil
}
