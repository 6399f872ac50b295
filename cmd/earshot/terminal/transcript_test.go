package terminal

import (
	"testing"

	"earshot/models"
)

// TestFlagMarksAreColouredByTheirWeight: each mark is followed by the id by which commands name the flag.
func TestFlagMarksAreColouredByTheirWeight(t *testing.T) {
	u := models.Utterance{SpeakerName: "Ana", Text: "hello", State: models.UtteranceOK, StartMS: 5000}
	line := func(f models.Flag) string { return utteranceLine(u, []models.Flag{f}, 3, Palette{on: true}) }
	p := Palette{on: true}
	for _, tt := range []struct {
		flag models.Flag
		want string
	}{
		{models.Flag{ID: "f1", Rule: "r", Level: models.LevelHigh}, p.Alert("▲ r high")},
		{models.Flag{ID: "f1", Rule: "r", Level: models.LevelLow}, p.Warn("▲ r low")},
		{models.Flag{ID: "f1", Rule: "r", Level: models.LevelHigh, Status: models.FlagDismissed}, p.Dim("▲ r high (dismissed)")},
		{models.Flag{ID: "f1", Rule: "r", Level: models.LevelHigh, Status: models.FlagConfirmed}, p.Alert("▲ r high (confirmed)")},
	} {
		if got, want := line(tt.flag), "00:05  Ana  hello  "+tt.want+"  "+p.Dim("f1"); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
