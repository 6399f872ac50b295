//go:build !race

package summary

import (
	"math"
	"slices"
	"testing"
)

// chatter is a talk of lines that hold nothing to list, with some lines in its middle.
func chatter(middle ...string) Input {
	talk := []string{
		"Ana: The engine is in the garage of the office.", "Ben: The gears of the engine look fine to me.",
		"Cem: Mine makes a noise when it is cold.", "Ana: The noise comes from the belt, not from the gears.",
		"Ben: The belt of mine is from last year.", "Cem: There are three belts in the garage.",
	}
	var lines []string
	for range 6 {
		lines = append(lines, talk...)
	}
	return said(slices.Insert(lines, 20, middle...)...)
}

// What cues take for a decision or an action is not listed where what was said around it tells otherwise.
func TestSurroundingsDecide(t *testing.T) {
	told := "So, when the old engine was built, there were four gears, and the people at the office had a lot of trouble with them, " +
		"because each of them needed a belt of its own. So we decided to replace the gears. That was a lot of work, and " +
		"it took us the whole winter, but it gave us the engine as you see it today, which is why the belt is where it is."
	for _, c := range []struct {
		name              string
		lines             []string
		decisions, action int
	}{
		{"agreed", []string{
			"Ana: Any objections to the smaller engine for the office?", "Ben: No, I support it.",
			"Ana: Okay, so we have consensus on the smaller engine.", "Ben: Great, thank you.",
		}, 1, 0},
		{"told", []string{"Ana: " + told, "Ben: How long is the belt?"}, 0, 0},
		{"promised", []string{
			"Ben: Who knows the man with the belts?", "Ana: I'll call the man with the belts tomorrow.", "Ben: Okay, thanks.",
		}, 0, 1},
		{"called on", []string{"Ana: Ben, do you want to review the engine for us?", "Ben: Yes, the engine is loud."}, 0, 0},
	} {
		s := Make(chatter(c.lines...))
		if len(s.Decisions) != c.decisions || len(s.Actions) != c.action {
			t.Errorf("%s: %q %q, want %d decisions and %d actions", c.name, itemTexts(s.Decisions), itemTexts(s.Actions), c.decisions, c.action)
		}
		for _, it := range slices.Concat(s.Decisions, s.Actions) {
			if it.Sure < 0.6 || it.Sure > mostSure {
				t.Errorf("%s: listed as %.2f sure", c.name, it.Sure)
			}
		}
	}
	cues := MakeWith(chatter("Ana: "+told, "Ben: How long is the belt?"), onlyCues())
	if len(cues.Decisions) != 1 {
		t.Errorf("by cues alone: %q, want one: the test would prove nothing", itemTexts(cues.Decisions))
	}
}

// The features are those of which the weights were trained, each with a number.
func TestListSamples(t *testing.T) {
	if !slices.Equal(trained.Lists.Decisions.Features, DecisionFeatures()) || !slices.Equal(trained.Lists.Actions.Features, ActionFeatures()) {
		t.Error("lists.json was trained on other features")
	}
	kinds := map[string]int{}
	lines := []string{"Ana: Okay, so we have consensus on the smaller engine.", "Ben: I'll call the man with the belts tomorrow."}
	for _, s := range ListSamplesOf(chatter(lines...)) {
		kinds[s.Kind]++
		want := len(DecisionFeatures())
		if s.Kind == "action" {
			want = len(ActionFeatures())
		}
		if len(s.Features) != want || slices.ContainsFunc(s.Features, func(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) }) {
			t.Errorf("%q: features %v, want %d numbers", s.Text, s.Features, want)
		}
		if s.Cue < ListedByCues {
			t.Errorf("%q: %.2f by its cues", s.Text, s.Cue)
		}
	}
	if kinds["decision"] != 1 || kinds["action"] != 1 {
		t.Errorf("%v, want a decision and an action", kinds)
	}
}
