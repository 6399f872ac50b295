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
		"So y we could use it again.":                                       "We could use it again.",
		"'Cause it is too loud for the room.":                               "It is too loud for the room.",
		"The cause of it is the belt.":                                      "The cause of it is the belt.",
		"Like for the shape, we take the round one.":                        "For the shape, we take the round one.",
		"Right, and they said it was fine.":                                 "They said it was fine.",
		"Right angles are easier to cut.":                                   "Right angles are easier to cut.",
		"D batteries go in.":                                                "D batteries go in.",
		"We hav- have the plan.":                                            "We have the plan.",
	} {
		if got := clean(in, true); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// What is quoted neither begins nor ends where nothing does.
func TestStandsAlone(t *testing.T) {
	for text, want := range map[string]bool{
		"How that would power the lamp in the hall.":          false,
		"To come up with a plan, and to tell the others.":     false,
		"Could use it on the next part of the text.":          false,
		"Could we use it on the next part of the text?":       true,
		"Is that we finished the plan, and then looked at it": false,
		"We looked at the plan of the hall and per.":          false,
		"For the plan, we were told to wait until Monday.":    true,
		"On Monday the office looked at the plan, and left.":  true,
	} {
		if got := standsAlone(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	if got, want := standing("The office has seen the rest of the"), "The office has seen the rest"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
