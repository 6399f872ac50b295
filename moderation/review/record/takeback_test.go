package record

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"earshot/models"
)

// TestTakeBack: what a reopened flag takes back is what holds still, of each person: also after its time, as long as its end was not
// seen.
func TestTakeBack(t *testing.T) {
	did := func(verb models.Verb, target string, state models.ActionState) models.Action {
		return models.Action{Verb: verb, TargetID: target, State: state, ForMS: 1000, Seen: time.Now().Add(-time.Hour)}
	}
	const seen, failed = models.ActionSeen, models.ActionFailed
	mute, audience := models.VerbMute, models.VerbToAudience
	for name, c := range map[string]struct {
		actions []models.Action
		want    []string
	}{
		"holds":             {[]models.Action{did(mute, "ana", seen)}, []string{"mute ana"}},
		"never took effect": {[]models.Action{did(mute, "ana", failed)}, nil},
		"its end failed":    {[]models.Action{did(mute, "ana", seen), did(models.VerbUnmute, "ana", failed)}, []string{"mute ana"}},
		"has ended":         {[]models.Action{did(mute, "ana", seen), did(models.VerbUnmute, "ana", seen)}, nil},
		"climbed":           {[]models.Action{did(mute, "ana", failed), did(audience, "ana", seen)}, []string{"to_audience ana"}},
		"of two, one has ended": {[]models.Action{
			did(audience, "ana", seen), did(audience, "ben", seen), did(models.VerbToStage, "ana", seen),
		}, []string{"to_audience ben"}},
		"once for the same":          {[]models.Action{did(mute, "ana", seen), did(mute, "ana", seen)}, []string{"mute ana"}},
		"a removal cannot be undone": {[]models.Action{did(models.VerbRemove, "ana", seen)}, nil},
		"set again after it was lifted": {
			[]models.Action{did(mute, "ana", seen), did(models.VerbUnmute, "ana", seen), did(mute, "ana", seen)}, []string{"mute ana"},
		},
	} {
		var got []string
		for _, a := range toTakeBack(c.actions) {
			got = append(got, fmt.Sprint(a.Verb, " ", a.TargetID))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
