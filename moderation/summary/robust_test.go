//go:build !race

package summary

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"earshot/models"
)

// shaped creates unusual sessions from a synthetic room of six topics.
func shaped(t *testing.T, change func(us []models.Utterance) []models.Utterance) Input {
	r := makeRoom(t, 11, 6, 40, "")
	r.in.Utterances = change(slices.Clone(r.in.Utterances))
	return r.in
}

// Unusual sessions get a summary of the usual size that is based on their lines.
func TestOddSessions(t *testing.T) {
	for name, tt := range map[string]struct {
		change                func(us []models.Utterance) []models.Utterance
		highlights, chapters  int // at least
		mostActions, leastOut int
	}{
		"one speaker alone": {func(us []models.Utterance) []models.Utterance {
			for i := range us {
				us[i].SpeakerID, us[i].SpeakerName = "ana", "Ana"
			}
			return us
		}, 5, 2, maxListed, 0},
		"sixty speakers": {func(us []models.Utterance) []models.Utterance {
			for i := range us {
				us[i].SpeakerID, us[i].SpeakerName = fmt.Sprint("p", i%60), fmt.Sprint("Person", i%60)
			}
			return us
		}, 5, 2, maxListed, 0},
		"one word a line": {func(us []models.Utterance) []models.Utterance {
			for i := range us {
				us[i].Text = strings.Fields(us[i].Text)[0]
			}
			return us
		}, 1, 1, 0, 0},
		"half doubtful": {func(us []models.Utterance) []models.Utterance {
			for i := range us {
				if i%2 == 0 {
					us[i].Doubt = []models.Doubt{models.DoubtPhantom}
				}
			}
			return us
		}, 5, 1, maxListed, 100},
		"two languages": {func(us []models.Utterance) []models.Utterance {
			for i := range us {
				if i%3 == 0 {
					us[i].Text, us[i].Language = "Kita bahas harga sewa gedung untuk acara bulan depan.", "id"
				}
			}
			return us
		}, 5, 1, maxListed, 0},
	} {
		in := shaped(t, tt.change)
		s := Make(in)
		if len(s.Highlights) < tt.highlights || len(s.Chapters) < tt.chapters || len(s.Actions) > tt.mostActions || s.LeftOut < tt.leastOut {
			t.Errorf("%s: %d highlights, %d chapters, %d actions, %d left out", name, len(s.Highlights), len(s.Chapters), len(s.Actions), s.LeftOut)
		}
		doubtful := map[models.Key]bool{}
		for _, u := range in.Utterances {
			doubtful[u.Key] = len(u.Doubt) > 0
		}
		for _, it := range slices.Concat(s.Highlights, s.Decisions, s.Actions, s.Questions) {
			for _, c := range it.Cites {
				if bad, known := doubtful[c]; bad || !known {
					t.Errorf("%s: %q rests on %v", name, it.Text, c)
				}
			}
		}
	}
}
