package live

import (
	"context"
	"slices"

	"earshot/models"
	"earshot/moderation/engine"
)

// soundFor fetches the sound of a line that is to be looked at again, before the line's storing lets go of it; nil when
// nothing is to be looked at, or the sound is gone.
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

// linesOf reads the lines that a match lies in, as they are stored: what was redacted is masked in them.
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
