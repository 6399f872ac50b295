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

// What has words side by side that no sentence has, or no main clause, is quoted only for want of anything else.
func TestBrokenSentences(t *testing.T) {
	for text, want := range map[string]bool{
		"The boat is in the on the shore.":                            true,
		"He is ready for I saw the boat.":                             true,
		"We could sail with it being I suppose one of the boats.":     true,
		"That was like one of the first tasks was the mast.":          true,
		"You or have a finished boat and a working mast.":             true,
		"The screen the channel goes to twenty five.":                 true,
		"Allows for the possibility of a larger boat.":                true,
		"Would be good to have it on the boat.":                       true,
		"We have a menu button and a s":                               true,
		"People who were working on the mast of the boat.":            true,
		"The new mast that the club will start to build.":             true,
		"This issue of the contents of the boat in an outline form.":  true,
		"Shapes and colours and basically how to make it nice.":       true,
		"Rather than take pictures of the boat.":                      true,
		"Considering we are not going to build a boat.":               true,
		"The question of whether the mast is in the boat or outside.": true,
		"The boat is on the shore.":                                   false,
		"What we could do is drop the mast.":                          false,
		"The thing that I like is the colour.":                        false,
		"If you hold it, the boat goes to the left.":                  false,
		"The whole point is that the mast and the sail are alike.":    false,
		"The display requires an advanced chip.":                      false,
		"Let's take the boat to the shed.":                            false,
		"Use the mast as the starting point.":                         false,
		"The boat, I think, belongs to the club.":                     false,
		"Could we use it on the next part of the trip?":               false,
		"As you can see from the map, we are nearly done.":            false,
		"You and I take the boat to the shed.":                        false,
	} {
		if ps := pieces(text); (rough(ps) || !complete(ps)) != want {
			t.Errorf("%q: rough %v, complete %v", text, rough(ps), complete(ps))
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
