package summary

import (
	"cmp"
	"slices"
	"time"

	"earshot/models"
)

// Input is what a summary is made from. It is neither changed nor retained.
type Input struct {
	Session  models.Session
	Speakers []models.Speaker
	// Utterances, Flags and Actions may come in any order.
	Utterances []models.Utterance
	Flags      []models.Flag
	Actions    []models.Action
	// SinceMS is where the summary begins, in ms from the session's start: lines that ended before it are left out. 0 leaves out nothing.
	SinceMS int64
	// Now is the summary's Created time.
	Now time.Time
}

// inOrder returns the lines with text, without those that ended before SinceMS, in the order they began.
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
