//go:build !race

package summary

import (
	"slices"
	"strings"
	"testing"
)

// TestGuesses: somebody who says that they don't know may still answer.
func TestGuesses(t *testing.T) {
	for text, want := range map[string]bool{
		"I don't know.": false, "I have no idea, to be honest.": false, "Good question, I don't know yet.": false,
		"Aurora I don't know. I don't know what they do in Aurora.": false, "I don't know that yet, I'll look into it.": false,
		"I dunno, be cool.": true, "I don't know if there is really.": true, "I dunno but it's an automatic robot.": true,
		"I guess so. I don't know.": true, "I don't know, they might put us there.": true,
	} {
		if guesses(text) != want {
			t.Errorf("%q: a guess is %v, want %v", text, !want, want)
		}
	}
}

func listed(in Input) (decisions, actions, questions []string) {
	s := Make(in)
	return itemTexts(s.Decisions), itemTexts(s.Actions), itemTexts(s.Questions)
}

// TestNotListed has kinds of sentences that look like items of a list but are not, each found in other words in a real meeting.
func TestNotListed(t *testing.T) {
	for _, text := range []string{
		"We have to decide what buttons we are going to use on the panel.",
		"I'm writing about the timetable update we agreed on at the office.",
		"Either we build the engine, or we go with the old engine then.",
		"So we agreed on the colour, well, not unanimously.",
		"Yesterday the other committee agreed to close the library.",
		"I'll be happy to send you something about the engine.",
		"I will try to explain the engine this week.",
		"I have to remind my colleague that we paid for the engine this week.",
		"And then people say okay I will send the engine to you.",
		"It's a simple engine, whatever they say about the gears, you know?",
		"Luckily we chose a simple shape for the engine.",
		"I got a letter from the committee that said no, we decided to close the office.",
		"They have already sold the engine, so that is settled.",
		"Okay, I am going to check.",
		"I will talk to you all at the office in two weeks.",
		"We will set up the next meeting at the office.",
		"We'll find out tomorrow whether the engine fits the office.",
		"I'm unsure about how to put the gears into the engine.",
		"I promise you, I can make the engine awkward.",
		"I promise this engine will be easier than the gears.",
		"The topic of this morning's meeting is that we are going to get an engine.",
		"I don't have to write the manual myself and remember to update it with the engine.",
		"Ben, could you summarise where we are with the engine.",
		"Can you remind me what the gears of the engine were.",
		"The gears, or we probably can somebody can write the manual of the engine.",
		"I'm going to do quite a bit of work on the engine this week.",
		"Anything about the engine that comes in late, I have to check by Monday.",
		"We've both marked the engine, so let's leave it there.",
		"What I'm proposing for the engine is not anything that's final.",
		"I'm happy to write the manual of the engine as soon as there's consensus.",
		"It looks okay, but a general consensus on the engine would be great.",
		"We concluded that there were two ways to build the engine.",
		"We resolved the question of the engine internally.",
		"Last meeting on Friday, we agreed that the engine will be blue.",
		"We have already settled on the smaller engine.",
		"We agreed on the engine a while earlier.",
		"Let me share the agenda for today with the engine.",
		"Please contact some of us about the engine.",
		"The way we resolved it is that the engine is blue.",
		"Okay, so let's go for the update on the engine.",
		"Ana's check of the engine is what makes it good.",
		"I know the plan is to discuss the engine at the office.",
		"Do we have consensus on the smaller engine.",
		"Unfortunately that's decided by the school, the engine is blue.",
		"Remember, this is only the first engine, so we've agreed on the gears.",
		"We decided in Geneva that the engine has merit.",
		"We decided a long time ago that the engine is blue.",
		"The list for the engine is also committee approved.",
		"You'll just copy the manual of the engine over.",
		"I'm going to reply to Ben about the engine.",
		"I'll summarise what we said about the engine.",
		"I'll find out he's got a better engine at home.",
		"I will share the manual of the engine in the chat.",
		"Please send a message if you have a question on the engine.",
		"I'll ping you if I have doubts about the engine.",
		"I'm going to move forward to the engine of the office.",
		"They say \"I want a stable engine because I'm going to write a manual for the engine\".",
		"I'll need to check if any of the gears of the engine…",
		"I was waiting to say that with the engine we had examples where there were too many gears to choose from and we decided to " +
			"change them into levers because a gear is not expressive enough and this happens over and over again in every engine.",
	} {
		d, a, q := listed(said("Ana: "+text, "Ben: Okay, yes.", "Cem: The engine is in the garage of the office."))
		if len(d)+len(a)+len(q) > 0 {
			t.Errorf("%q is listed: %q %q %q", text, d, a, q)
		}
	}
}

// TestStillListed has sentences that resemble those of TestNotListed but are items of a list.
func TestStillListed(t *testing.T) {
	for _, text := range []string{
		"So finally we chose the simple shape for the engine.",
		"The committee said no, so we decided to close the office.",
		"The engine is sold then, so that is settled.",
		"Okay, I am going to check the engine of the office.",
		"I'll find out tomorrow whether the engine fits the office.",
		"We decided that the engine has merit.",
		"I'll share the manual of the engine after the call.",
		"I'm going to forward the manual of the engine.",
		"Please send the manual of the engine to Cem.",
		"I promise to send the manual of the engine.",
		"Can you send me the manual of the engine?",
		"I'll write the manual of the engine this week.",
		"We'll send the manual of the engine this morning, Ben will print it.",
		"So we have consensus on the smaller engine.",
		"Ben, remember to send the manual of the engine.",
	} {
		d, a, q := listed(said("Ana: "+text, "Ben: Okay, yes.", "Cem: The engine is in the garage of the office."))
		if len(d)+len(a)+len(q) != 1 {
			t.Errorf("%q is not listed: %q %q %q", text, d, a, q)
		}
	}
}

// TestRefusedIsNotDecided: what somebody says no to is no decision, and no task of who was asked; "no objections" is a yes.
func TestRefusedIsNotDecided(t *testing.T) {
	for reply, want := range map[string]int{"No, the engine is not enough for that.": 0, "No objections.": 1, "Okay.": 1} {
		d, _, _ := listed(said("Ana: So the conclusion is to use the old engine. Mm.", "Ben: "+reply, "Cem: The gears are in the garage."))
		if len(d) != want {
			t.Errorf("%q: decisions %q, want %d", reply, d, want)
		}
	}
}

// TestRolesAreNoTasks: what a kick-off meeting assigns are roles, not tasks; at the end of a meeting the same words are tasks.
func TestRolesAreNoTasks(t *testing.T) {
	lines := make([]string, 100)
	for i := range lines {
		lines[i] = "Ben: The engine and the gears are in the garage."
	}
	role := "Ana: Cem will write the manual of the engine."
	lines[15] = role
	if _, a, _ := listed(said(append(slices.Clone(lines), "Cem: Fine.")...)); len(a) > 0 {
		t.Errorf("a role is listed: %q", a)
	}
	lines[15], lines[90] = lines[14], role
	if _, a, _ := listed(said(append(slices.Clone(lines), "Cem: Fine.")...)); len(a) != 1 {
		t.Errorf("the task at the end is not listed: %q", a)
	}
}

// TestOwnersByTheirWholeName: somebody named "Service Manager" is not the Project Manager.
func TestOwnersByTheirWholeName(t *testing.T) {
	for name, want := range map[string]string{
		"Project Manager": "Project Manager", "Service Manager": "Service Manager", "Manager": "Project Manager",
	} {
		in := said(
			"Project Manager: We looked at the engine.", "Service Designer: The engine has gears.",
			"Cem: The "+name+" will write the manual of the engine by Friday.", "Service Designer: The gears are in the garage.",
		)
		s := Make(in)
		if len(s.Actions) != 1 || s.Actions[0].Owner != want {
			t.Errorf("%s: actions %+v, want one of %q", name, s.Actions, want)
		}
	}
}

// TestADecisionHasNoOwner: the owner of a task in the same sentence does not own the decision.
func TestADecisionHasNoOwner(t *testing.T) {
	s := Make(said("Ana: So we decided to use the old engine, and I will have a look at it.", "Ben: Okay.", "Cem: The engine is old."))
	if len(s.Decisions) != 1 || s.Decisions[0].Owner != "" {
		t.Errorf("decisions %+v", s.Decisions)
	}
}

// TestTitlesAreNames: a title is a phrase that names something; verbs, participles and numbers name nothing.
func TestTitlesAreNames(t *testing.T) {
	var lines []string
	for range 12 {
		lines = append(lines,
			"Ana: We generate eighty parts for the steam engine, and the cords attached to the steam engine are red.",
			"Ben: You have to generate eighty drawings of the steam engine before we generate the cords attached.",
		)
	}
	s := Make(said(lines...))
	for _, c := range s.Chapters {
		low := strings.ToLower(c.Title)
		if !strings.Contains(low, "steam engine") || strings.Contains(low, "generate") || strings.Contains(low, "eighty") ||
			strings.Contains(low, "attached") {
			t.Errorf("title %q", c.Title)
		}
	}
	if !strings.Contains(s.Headline, "steam engine") {
		t.Errorf("headline %q", s.Headline)
	}
}

// TestTitlesEndWithThings: adjectives, adverbs and verbs at the end of a phrase name nothing.
func TestTitlesEndWithThings(t *testing.T) {
	for last, want := range map[string]string{"anymore": "", "pretty": "", "consists": "", "young": "", "gearbox": "steam gearbox"} {
		var lines []string
		for range 8 {
			lines = append(lines, "Ana: The steam "+last+" is in the garage.", "Ben: We painted the steam "+last+" in the corridor.")
		}
		for _, c := range Make(said(lines...)).Chapters {
			if low := strings.ToLower(c.Title); want == "" && strings.Contains(low, last) || !strings.Contains(low, want) {
				t.Errorf("title %q of talk about the steam %s", c.Title, last)
			}
		}
	}
}

// unitOf is a sentence as it stands in a document.
func unitOf(text string) *unit {
	g := newGlossary()
	return &unit{text: text, said: g.pack(words(text)), glossary: &g}
}

// TestQuotesThatLean: what says nothing without the sentence before it is no highlight if there is anything else.
func TestQuotesThatLean(t *testing.T) {
	for text, want := range map[string]bool{
		"They had two filters for the engine of the garage.": true, "If you have a good estimate of the noise": true,
		"If the belt breaks, the engine stops at once.": false, "The engine has two filters in the garage.": false,
	} {
		if got := unitOf(text).leans(); got != want {
			t.Errorf("%q leans: %v, want %v", text, got, want)
		}
	}
}

// TestQuotesThatPointBack: a pronoun at the beginning points to something that is not quoted, unless it stands for what follows.
func TestQuotesThatPointBack(t *testing.T) {
	for text, want := range map[string]bool{
		"It was on the side of the engine.": true, "It's a gear of the engine.": true, "That would be the red engine.": true,
		"This is what the engine does.": true, "That really depends on the engine.": true,
		"It is important to oil the engine.": false, "It turns out that the engine is red.": false, "That engine is red.": false,
		"It would be nice if the engine ran.": false, "The engine is red.": false, "It's to be an engine.": true,
		"It would be sold to the garage.": true, "It came down to the engine.": true, "That involves an engine.": true,
		"You put it on the engine.": true, "We can imagine it in the garage.": true, "I think it would be a good idea to oil the engine.": false,
		"Now he's doing that with the engine.": true, "This process is slow.": false,
	} {
		if got := unitOf(text).pointsBack(); got != want {
			t.Errorf("%q points back: %v, want %v", text, got, want)
		}
	}
}

// TestQuotedWithTheSentenceBefore: what says what it is about only in the sentence before is quoted with it.
func TestQuotedWithTheSentenceBefore(t *testing.T) {
	const plan, promise = "The engine in the garage has no oil.", "I'll look into that tomorrow."
	for _, tt := range []struct {
		lines []string
		want  string
	}{
		{[]string{"Ana: The garage is cold today.", "Ben: " + plan, "Ben: " + promise, "Ana: Thank you."}, plan + " " + promise},
		{[]string{"Ana: The garage is cold today.", "Ben: " + plan + " " + promise, "Ana: Thank you."}, plan + " " + promise},
		{[]string{"Ana: The garage is cold today.", "Ana: " + plan, "Ben: " + promise, "Ana: Thank you."}, promise},
		{[]string{"Ana: The garage is cold today.", "Ben: They have no oil in the garage.", "Ben: " + promise, "Ana: Thank you."}, promise},
		{
			[]string{"Ana: The garage is cold today.", "Ben: " + plan, "Ben: I'll check the engine tomorrow.", "Ana: Thank you."},
			"I'll check the engine tomorrow.",
		},
	} {
		in := said(tt.lines...)
		actions := Make(in).Actions
		if tt.want == "" && len(actions) == 0 {
			continue
		}
		if len(actions) != 1 || actions[0].Text != tt.want || actions[0].Owner != "Ben" || actions[0].Due != "tomorrow" {
			t.Errorf("%q: %s", tt.lines, asJSON(t, actions))
			continue
		}
		if n := len(actions[0].Cites); n < 1 || actions[0].Cites[n-1].Track != "Ben" || n > 2 {
			t.Errorf("%q: cites %v", tt.lines, actions[0].Cites)
		}
	}
}

// TestQuotesThatReadBadly: what leads through a meeting, was broken off, points back or has no verb is no highlight if there is
// anything else.
func TestQuotesThatReadBadly(t *testing.T) {
	for _, text := range []string{
		"The large engine with seven gears that we have.", "The engine the seven gears are in the large garage.",
		"My question is for the engineer of the large engine.", "That was the large engine with seven gears.",
		"Let's move on to the engine of the garage.",
	} {
		d := newDocument(inOrder(said("Ana: "+text, "Ana: There was the large engine with seven gears.")), nil)
		v := d.vocabulary()
		v.judge(trained.Vocabulary, len(d.lines))
		same := v.of(d.units[1])
		if got := d.choose([]candidate{{unit: 0, words: same}, {unit: 1, words: same}}, v, trained.Choice, 1); len(got) != 1 || got[0].unit != 1 {
			t.Errorf("%q is chosen", text)
		}
	}
}

// TestTopicsWithAnd: two topics, one of which contains "and", are separated by a comma.
func TestTopicsWithAnd(t *testing.T) {
	d := &titler{titles: [][]phrase{{{text: "oil and gas", words: 3}}, {{text: "budget", words: 1}, {text: "carbon tax", words: 2}}}}
	cs := Make(said("Ana: x")).Chapters[:1]
	if got := d.about(append(cs, cs[0])); got != "oil and gas, and carbon tax" {
		t.Errorf("topics %q", got)
	}
}

// TestListedOnce: what is decided, taken on or asked several times is listed once, also in somewhat other words, as it was said first or
// last; what differs in a number, a day, a person or a "not" is something else.
func TestListedOnce(t *testing.T) {
	for _, tt := range []struct {
		lines []string
		want  int
	}{
		{[]string{"We decided to buy the smaller engine.", "We decided to buy the smaller engine."}, 1},
		{[]string{"We decided to buy the smaller engine.", "Okay, so we decided to buy the smaller engine then."}, 1},
		{[]string{"We decided to buy the smaller engine.", "So we decided that we buy the smaller engine for the garage."}, 1},
		{[]string{"We agreed that the smaller engine is bought.", "We agreed that the smaller engine is never bought."}, 2},
		{[]string{"We decided to buy the smaller engine.", "We decided to sell the smaller engine."}, 2},
		{[]string{"We decided to move the party to Friday.", "We decided to move the party to Sunday."}, 2},
		{[]string{"We decided to buy 3 engines.", "We decided to buy 4 engines."}, 2},
		{[]string{"We decided to paint the engine blue.", "We decided to paint the garage blue."}, 2},
		{[]string{"I'll send the drawings of the engine by Friday.", "I'll send the drawings of the engine by Friday."}, 1},
		{[]string{"Ben, please send the drawings to the office.", "Cem, please send the drawings to the office."}, 2},
		{[]string{"Kita sepakat the smaller engine is bought, ya.", "Kita sepakat the smaller engine is bought, ya."}, 1},
	} {
		in := said("Ben: The engine is in the garage of the office.")
		for i, l := range tt.lines {
			lines := []string{"Ana: " + l, "Ben: Okay, yes.", "Cem: The colours of lamp number " + string(rune('a'+i)) + " are blue."}
			for range 4 { // each of them several times
				in.Utterances = append(in.Utterances, said(lines...).Utterances...)
			}
		}
		for i := range in.Utterances {
			u := &in.Utterances[i]
			u.Seq, u.StartMS, u.EndMS = i+1, int64(i)*3000, int64(i)*3000+2500
			if strings.HasPrefix(tt.lines[0], "Kita") {
				u.Language = "id"
			}
		}
		s := Make(in)
		all := slices.Concat(s.Decisions, s.Actions, s.Questions)
		if len(all) != tt.want {
			t.Errorf("%q: %q, want %d", tt.lines, itemTexts(all), tt.want)
		}
		var first, last int64 = -1, -1
		for _, u := range in.Utterances {
			if strings.Contains(u.Text, "engine") && u.SpeakerName == "Ana" && first < 0 {
				first = u.StartMS
			}
			if u.SpeakerName == "Ana" {
				last = u.StartMS
			}
		}
		if tt.want == 1 && len(all) == 1 && all[0].StartMS != first && all[0].StartMS != last {
			t.Errorf("%q: cited at %d ms, said from %d to %d", tt.lines, all[0].StartMS, first, last)
		}
	}
}

// TestEndlessWords: a word that is far longer than any cue word is not spelled letter by letter.
func TestEndlessWords(t *testing.T) {
	s := newSpeller(cueWords(), nil)
	endless := strings.Repeat("decided", 2000)
	if n := testing.AllocsPerRun(1, func() { s.right(endless) }); n > 0 {
		t.Errorf("%d letters take %v allocations", len(endless), n)
	}
}
