package live

import (
	"context"
	"slices"

	"earshot/models"
	"earshot/moderation/engine"
)

// soundFor reads the clip of a line for second looks, before storing the line removes it; nil if there are no looks, or the clip is
// gone.
func (v *env) soundFor(ctx context.Context, u models.Utterance, looks []engine.LookRequest) *models.Clip {
	if len(looks) == 0 {
		return nil
	}
	clip, err := v.store.Clip(ctx, u.Key)
	if err != nil {
		v.log.Warn("no sound for a second look", "key", u.Key.String(), "err", err)
		return nil
	}
	clip.Spoken = u.Spoken
	return &clip
}

// linesOf reads the stored lines of a match, in which redacted words are masked.
func (v *env) linesOf(ctx context.Context, r engine.OpinionRequest) ([]models.Utterance, error) {
	u, err := v.store.Utterance(ctx, r.Utterance)
	if err != nil || r.Matched[0].StartMS >= u.StartMS {
		return []models.Utterance{u}, err
	}
	all, err := v.store.Utterances(ctx, r.Utterance.Session)
	return slices.DeleteFunc(all, func(l models.Utterance) bool {
		return l.SpeakerID != u.SpeakerID || l.EndMS < r.Matched[0].StartMS || l.StartMS > u.StartMS
	}), err
}
