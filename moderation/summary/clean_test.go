//go:build !race

package summary

import (
	"slices"
	"testing"
)

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

// What a speaker abandoned is left out where the words around it tell.
func TestCleanLeavesOutWhatWasAbandoned(t *testing.T) {
	for in, want := range map[string]string{
		// Words that are said again.
		"It began in the spring in the spring of last year.":                  "It began in the spring of last year.",
		"We painted it with the somehow with the cheap brush.":                "We painted it somehow with the cheap brush.",
		"It is just the bottom of the tank the bottom of the tank that leaks": "It is just the bottom of the tank that leaks",
		"For the design of a for the beginning of the new garden.":            "For the beginning of the new garden.",
		"I wasn't, no sorry, I wasn't thinking of the boat.":                  "I wasn't thinking of the boat.",
		"We'll then we'll paint the boat.":                                    "We'll paint the boat.",
		"We sail in a way which can which should be learned.":                 "We sail in a way which should be learned.",
		"He gave up we gave up on the harbour.":                               "We gave up on the harbour.",
		"These are the opinion the opinions of the members.":                  "These are the opinions of the members.",
		"I start we started on the fence.":                                    "We started on the fence.",
		"School begins in the sixt in the sixteenth week.":                    "School begins in the sixteenth week.",
		"The whole can we canc we cancel the trip.":                           "The whole can we cancel the trip.",
		// Clauses that begin anew.
		"That's the boat we want to that's the boat for the trip.":     "That's the boat for the trip.",
		"I can I'll carry the boat to the river.":                      "I'll carry the boat to the river.",
		"That would basically it's another boat with a sail.":          "It's another boat with a sail.",
		"The there were two boats on the river.":                       "There were two boats on the river.",
		"The, as you can see from the map, is the bridge is too low.":  "As you can see from the map, is the bridge is too low.",
		"I but it is impossible to steer the boat.":                    "It is impossible to steer the boat.",
		"It is easy for to steer the boat.":                            "It is easy to steer the boat.",
		"You have to oil and there is a can of oil in the shed.":       "You have to oil and there is a can of oil in the shed.",
		"You want to and there is a can of oil in the shed.":           "There is a can of oil in the shed.",
		"This we're looking for a mast of the right length.":           "We're looking for a mast of the right length.",
		"The boat is the yeah the one with a sail.":                    "The boat is the one with a sail.",
		"The mast and the oars were a, an old gift.":                   "The mast and the oars were an old gift.",
		"Say the what's happening on the river.":                       "Say what's happening on the river.",
		"The sails were made by the people from the of the harbour.":   "The sails were made by the people of the harbour.",
		"We can offer up the boat, yeah, we can offer the sails too.":  "We can offer up the boat, we can offer the sails too.",
		"I get to write on the, oops, on the side of the boat.":        "I get to write on the side of the boat.",
		"All no, that's another boat with a sail.":                     "That's another boat with a sail.",
		"Excellent, so we'll go with the bigger boat.":                 "We'll go with the bigger boat.",
		"Perfect weather is rare on the river.":                        "Perfect weather is rare on the river.",
		"This re remote island has a harbour.":                         "This remote island has a harbour.",
		"W could you email the map to the others?":                     "Could you email the map to the others?",
		"Anot the boat was sold to my cousin.":                         "The boat was sold to my cousin.",
		"They gave it up i in the first place.":                        "They gave it up in the first place.",
		"Then you need five oars for the boat.":                        "You need five oars for the boat.",
		"That those things have a similar effect on the boat.":         "Those things have a similar effect on the boat.",
		"Take the boat component components to the shed by the river.": "Take the boat components to the shed by the river.",
		// Nothing was abandoned.
		"What I have I keep in the shed.":                                 "What I have I keep in the shed.",
		"The problem with it is it's too heavy for the shed.":             "The problem with it is it's too heavy for the shed.",
		"The number of oars equals the number of rowers.":                 "The number of oars equals the number of rowers.",
		"It has the green button and the red button and the blue button.": "It has the green button and the red button and the blue button.",
		"The IT department and the A team were on the boat.":              "The IT department and the A team were on the boat.",
		"We, in the club, are happy with the boat.":                       "We, in the club, are happy with the boat.",
		"It is the sum of the oars of the boats of the club.":             "It is the sum of the oars of the boats of the club.",
		"We had to go to and from the harbour.":                           "We had to go to and from the harbour.",
		"We use the user manual of the boat.":                             "We use the user manual of the boat.",
		"The way it is now we have to carry the boat.":                    "The way it is now we have to carry the boat.",
		"As soon as we can we will paint the boat.":                       "As soon as we can we will paint the boat.",
		"Turn it on and off with the key on the left.":                    "Turn it on and off with the key on the left.",
		"We decided to buy 3 oars.":                                       "We decided to buy 3 oars.",
		"The meeting about the meeting was long.":                         "The meeting about the meeting was long.",
		"The oars go in the front and in the middle and in the back.":     "The oars go in the front and in the middle and in the back.",
		"It's what it's worth that counts.":                               "It's what it's worth that counts.",
		"The what and the how of the trip are clear.":                     "The what and the how of the trip are clear.",
		"He was on the up and up.":                                        "He was on the up and up.",
		"They asked the club who they were and what they did.":            "They asked the club who they were and what they did.",
	} {
		if got := clean(in, true); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if in := "Of the in the we can I'll, for to."; clean(in, false) != in {
		t.Errorf("in another language: %q", clean(in, false))
	}
}

// A word of grammar with a capital begins a sentence, even where a recogniser heard no end of the one before.
func TestSentencesBeginWithACapital(t *testing.T) {
	for in, want := range map[string]int{
		"We went to the middle of the So we took the boat.": 1, // after an article, it may be a word that was misheard
		"We went to the middle So we took the boat.":        2,
		"We When you row you get tired.":                    2,
		"We read The Times in The Hague on Monday.":         1,
		"The club and I took The New Boat.":                 1,
	} {
		if got := sentences(in, true); len(got) != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

// A part of a sentence is quoted by itself only where nothing is left out that it depends on.
func TestParts(t *testing.T) {
	for text, want := range map[string][]string{
		"We painted the boat last week, and the club, the mast is it the.": {"We painted the boat last week."},
		"The red mast, so the sail, so we took the boat to the shed.": {
			"The sail, so we took the boat to the shed.", "We took the boat to the shed.",
		},
		"We have the new sail already and then is the mast or is it.":      nil, // what the last words ask is not known
		"If the wind turns to the north, and we take the boat out there.":  nil,
		"We would not buy a new mast for it, and we take the boat out.":    {"We would not buy a new mast for it."},
		"I think that the boat is too old, and the club has no more money": nil,
		"The boat is in the shed by the river, and it needs a new mast.": {
			"The boat is in the shed by the river.",
		},
		"The boat is in the shed by the river, which is open, and it needs a new mast.": {
			"The boat is in the shed by the river, which is open.", "The boat is in the shed by the river.",
		},
		"The boat is in the shed.": nil,
	} {
		if got := unitOf(text).parts(); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
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
