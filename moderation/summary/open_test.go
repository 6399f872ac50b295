//go:build !race

package summary

import "testing"

// A question is open if somebody says that they don't know, and nobody has an answer.
func TestOpenQuestions(t *testing.T) {
	for _, c := range []struct {
		open  bool
		lines []string
	}{
		{true, []string{"Ana: Who pays for the engine when the belt breaks?", "Ben: I don't know, I'll have to check."}},
		{true, []string{"Ana: Who pays for the engine when the belt breaks?", "Ben: Not sure; we need to ask the garage."}},
		{true, []string{"Ana: Who pays for the engine when the belt breaks? Or is there an insurance?", "Ben: That's an open question."}},
		{false, []string{"Ana: Who pays for the engine when the belt breaks?", "Ben: Not sure we want a belt at all."}},
		{false, []string{"Ana: How many belts does the engine have now?", "Ben: No idea.", "Cem: I think it has about three of them."}},
		{false, []string{
			"Ana: Who pays for the engine when the belt breaks?", "Ben: I don't know.",
			"Ana: My question is who pays for the engine, Cem?", "Cem: The office does.",
		}},
		{false, []string{"Ana: Till the belt breaks, or what does the garage say?", "Ben: I don't know."}},
		{false, []string{"Ana: Are people using the engine without a belt?", "Ben: I don't know of anybody in the office."}},
		{false, []string{"Ana: The engine is too loud for the office, right Ben?", "Ben: I'm not sure."}},
	} {
		if got := Make(chatter(c.lines...)).Questions; (len(got) > 0) != c.open {
			t.Errorf("%q: %q", c.lines, itemTexts(got))
		}
	}
}
