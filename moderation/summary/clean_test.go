//go:build !race

package summary

import "testing"

func TestCleanSaysWhatWasMeant(t *testing.T) {
	for in, want := range map[string]string{
		"So, uh, just also a note on wearing the microphones.":              "Just also a note on wearing the microphones.",
		"And, um, uh, you you put up there data format,":                    "You put up there data format",
		"OK, but, I think in any event we're agreed that the first step is": "I think in any event we're agreed that the first step is",
		"Well, I think I think th the goal is s speed.":                     "I think the goal is speed.",
		"We could, you know, ask them, I mean, by email.":                   "We could, ask them, by email.",
		"What kind of light is it?":                                         "What kind of light is it?",
		"It is kind of heavy, you know.":                                    "It is heavy.",
		"No one came to the hall.":                                          "No one came to the hall.",
		"So far it works.":                                                  "So far it works.",
		"We will meet on Friday, so, um.":                                   "We will meet on Friday.",
		"Um.":                                                               "",
		"":                                                                  "",
		"The number is five five five one two.":                             "The number is five five five one two.",
		"The number is 5 5 5 1 2.":                                          "The number is 5 5 5 1 2.",
		"I I'll send it.":                                                   "I'll send it.",
		"S I'll send it.":                                                   "I'll send it.",
		"So that the output of the net is pretty well formed.":              "The output of the net is pretty well formed.",
		"That it controls the channels and the volume.":                     "It controls the channels and the volume.",
		"That is the price of the remote control.":                          "That is the price of the remote control.",
		"I There is a study on exactly that problem.":                       "There is a study on exactly that problem.",
		"There is one one thing to do.":                                     "There is one thing to do.",
		"D batteries go in.":                                                "D batteries go in.",
		"We hav- have the plan.":                                            "We have the plan.",
	} {
		if got := clean(in, true); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
