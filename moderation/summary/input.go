package summary

import (
	"cmp"
	"slices"
	"time"

	"earshot/models"
)

// Input is what a summary is made from. Nothing in it is changed or kept.
type Input struct {
	Session  models.Session
	Speakers []models.Speaker
	// Utterances, Flags and Actions may come in any order.
	Utterances []models.Utterance
	Flags      []models.Flag
	Actions    []models.Action
	// SinceMS leaves out what was said before it, in ms from the session's start: what a late-comer missed. 0: nothing.
	SinceMS int64
	// Now becomes the summary's Created.
	Now time.Time
}

// inOrder lists the lines with text in the order they began; what was said before SinceMS is not among them.
func inOrder(in Input) []*models.Utterance {
	var out []*models.Utterance
	for i := range in.Utterances {
		u := &in.Utterances[i]
		if u.Text != "" && u.State != models.UtteranceFailed && (in.SinceMS <= 0 || u.EndMS > in.SinceMS) {
			out = append(out, u)
		}
	}
	slices.SortFunc(out, func(a, b *models.Utterance) int {
		return cmp.Or(cmp.Compare(a.StartMS, b.StartMS), compareKeys(a.Key, b.Key))
	})
	return out
}

func compareKeys(a, b models.Key) int {
	return cmp.Or(cmp.Compare(a.Session, b.Session), cmp.Compare(a.Epoch, b.Epoch), cmp.Compare(a.Track, b.Track), cmp.Compare(a.Seq, b.Seq))
}
