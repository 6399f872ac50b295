package main

import (
	"context"
	"errors"
	"time"

	"earshot/bot/audio"
	"earshot/cmd/earshot/desk"
	"earshot/models"
	"earshot/models/sqlite"
	"earshot/moderation/review"
)

// reviewStore is the store as the review page uses it: what a host says of a flag also reaches the judge.
type reviewStore struct {
	*sqlite.Store
	desk *desk.Desk
	hub  *review.Hub // nil: nobody watches
}

// SetFlagStatus stores a host's word on a flag, after the judge has drawn its consequences.
func (r reviewStore) SetFlagStatus(ctx context.Context, id string, status models.FlagStatus, by string, when time.Time) (models.Flag, error) {
	if status != models.FlagOpen {
		f, err := r.Flag(ctx, id)
		if err != nil {
			return f, err
		}
		if _, err := r.desk.Answer(ctx, f, status, by); err != nil {
			return f, err
		}
	}
	return r.Store.SetFlagStatus(ctx, id, status, by, when)
}

// RedactLine takes words out of a line and covers them in its clip with a tone.
func (r reviewStore) RedactLine(ctx context.Context, k models.Key, words []int, by string, when time.Time) (models.Utterance, error) {
	u, err := r.Utterance(ctx, k)
	if err != nil {
		return u, err
	}
	red := models.LineRedaction{Key: k, Words: words, By: by, When: when}
	clip, err := r.Evidence(ctx, models.EvidenceID(k), when)
	switch {
	case errors.Is(err, models.ErrNotFound):
	case err != nil:
		return u, err
	default:
		red.Ogg, red.Peaks = bleeped(clip, wordSpans(u, words))
	}
	return r.Store.RedactLine(ctx, red)
}

// wordSpans are the times of words, in ms from the session's start.
func wordSpans(u models.Utterance, words []int) (out [][2]int64) {
	for _, i := range words {
		if i >= 0 && i < len(u.Words) {
			out = append(out, [2]int64{u.Words[i].StartMS, u.Words[i].EndMS})
		}
	}
	return out
}

// bleeped is a clip with stretches of the session covered by a tone, and its waveform. It is nil when the clip can't be
// read: then it must not be kept as it is.
func bleeped(e models.Evidence, spans [][2]int64) (ogg, peaks []byte) {
	over := make([]audio.Stretch, len(spans))
	for i, s := range spans {
		over[i] = audio.Stretch{FromMS: s[0] - e.StartMS, ToMS: s[1] - e.StartMS}
	}
	ogg, pcm, err := audio.Bleep(e.Ogg, over)
	if err != nil {
		return nil, nil
	}
	return ogg, desk.Peaks(pcm)
}

// ErasePerson erases somebody, and what is still held of them for those who watch.
func (r reviewStore) ErasePerson(ctx context.Context, room, speaker, by string) error {
	err := r.Store.ErasePerson(ctx, room, speaker, by)
	if r.hub != nil {
		r.hub.Reset()
	}
	return err
}
