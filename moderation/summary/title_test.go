//go:build !race

package summary

import (
	"slices"
	"strings"
	"testing"
)

// A title is the name of a thing as it was said: no verb, no part of a longer name, no word that could be about anything.
func TestTitlesNameThings(t *testing.T) {
	for want, line := range map[string]string{
		"Steering wheel": "The shop sent a steering wheel, " +
			"and the steering wheel is really fully turning, so the steering wheel stays.",
		"Solar panel": "We put a particular amount of a solar panel there, " +
			"and the solar panel near the roof is of the solar panel firm.",
		"Maple syrup":    "They are pouring maple syrup, we are pouring maple syrup, and you were all pouring maple syrup.",
		"Pump handles":   "There are hundreds of pump handles, and the hundreds of pump handles are hundreds of pump handles.",
		"Floor plan":     "The floor plan besides the cooks is a floor plan cause the floor plan besides the cooks won.",
		"Paper lanterns": "We have the lanter lanterns, then the lanter lanterns, the lanter lanterns, and two paper lanterns.",
		"Children's orchestra": "The children's orchestra is here, " +
			"so we pay the children's orchestra, and it's the children's orchestra.",
		"Paint brushes": "It's water proof, they're water proof, so it's water proof. " +
			"The paint brushes are here, so take the paint brushes.",
		"Bread oven": "It has the harvest feast kick off, then the harvest feast kick off. " +
			"The bread oven is new, and the bread oven is hot.",
		"Seeds": "You bring the seeds Ann. The seeds are dear, and the seeds are wet, and the seeds are new.",
		"Oak table": "Those in favour of benches, all in favour of benches, " +
			"are in favour of benches. The oak table is here, so the oak table stays.",
		"Copper kettle": "The shiny original is a shiny original, like the shiny original. " +
			"The copper kettle is here, and a copper kettle boils.",
		"Wool curtains": "The wool curtains in place are the wool curtains in place, with wool curtains in place.",
		"Radio tower":   "The BBC ITV is the BBC ITV, and a BBC ITV. The radio tower is new, and the radio tower has a fence.",
		"Picnic basket": "The window fram fra is a window fram fra, and the window fram fra. " +
			"The picnic basket is full, so the picnic basket is shut.",
		"Sun and rain dance": "They have sun and rain, with sun and rain. So it's the sun and rain dance.",
		"Straw hats and odd parts": "The odd parts are the odd parts, like the odd parts of the odd parts. " +
			"The straw hats are here, with a straw hat.",
		"Training camp": "I am deciding on the training camp, " +
			"and you are deciding on the training camp, which is the training camp.",
	} {
		if got := Make(said("Ana: "+line, "Ben: Okay.", "Ana: "+line)).Chapters[0].Title; got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}

func TestAlike(t *testing.T) {
	for pair, want := range map[[2]string]bool{
		{"microphone", "microphones"}:       true,
		{"overlaps", "overlapping zone"}:    true,
		{"scroll wheel", "steering wheel"}:  true,
		{"child", "childcare offer"}:        true,
		{"scroll wheel", "remote control"}:  false,
		{"contract", "content of the page"}: false,
		{"car", "care"}:                     false,
	} {
		if got := alike(pair[0], pair[1]); got != want {
			t.Errorf("%q: %v", pair, got)
		}
	}
}

// A word on its own is no title where people say a name that has it, or name anything else.
func TestTitlesHaveTwoWords(t *testing.T) {
	var lines []string
	for range 6 {
		lines = append(lines, "Ana: The valve is old and the valve is loud.", "Ben: The valve costs a lot.")
	}
	for also, want := range map[string]string{
		"Ana: The relief valve is open, and the relief valve is red, and so is the relief valve.": "Relief valve",
		"Ana: The copper pipe is open, and the copper pipe is red.":                               "Copper pipe",
	} {
		if got := Make(said(slices.Insert(slices.Clone(lines), 6, also, also)...)).Chapters[0].Title; got != want {
			t.Errorf("%q: %q, want %q", also, got, want)
		}
	}
}

// Names keep their capitals, also if most of the sentences begin with them.
func TestTitlesKeepNames(t *testing.T) {
	lines := []string{"Ana: Berlin offices are dear.", "Ben: Berlin offices are large.", "Ana: The offices in Berlin, the Berlin offices."}
	if got := Make(said(lines...)).Headline; !strings.Contains(got, "about Berlin offices") {
		t.Errorf("headline %q", got)
	}
	d := &document{lang: languages()["en"]}
	if got := (&titler{document: d}).place(make([]span, 2), 0, []phrase{{text: "Dutch tulips", words: 2}}); got != "Dutch tulips" {
		t.Errorf("title %q", got)
	}
}

// titlesOf names chapters, each of which repeats its lines.
func titlesOf(times int, chapters ...[]string) []string {
	var lines []string
	var spans []span
	for _, c := range chapters {
		spans = append(spans, span{len(lines), len(lines) + times*len(c)})
		for range times {
			lines = append(lines, c...)
		}
	}
	d := newDocument(inOrder(said(lines...)), nil)
	var out []string
	for _, c := range newTitler(d, trained.Vocabulary).chaptersOf(spans) {
		out = append(out, c.Title)
	}
	return out
}

var (
	pumps = []string{"Ana: The water pump is loud, and the water pump leaks.", "Ben: A new water pump for the garden plan costs a lot."}
	sheds = []string{"Ana: The tool shed has a leak, so the tool shed is wet.", "Ben: In the garden plan the tool shed has a roof."}
	ponds = []string{"Ana: The frog pond is dry, and the frog pond smells.", "Ben: The garden plan puts the frog pond by the fence."}
)

// A chapter is called by what it has and the others don't, not by what the whole session is about.
func TestTitlesTellChaptersApart(t *testing.T) {
	got := titlesOf(4, pumps, sheds, ponds)
	if want := []string{"Water pump", "Tool shed", "Frog pond"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// What is said in passing is no topic, though it is said nowhere else: its words are rare.
func TestTitlesLeaveOutAsides(t *testing.T) {
	aside := []string{"Ana: My mint julep was warm.", "Ben: A mint julep?"}
	lines := slices.Concat(pumps, pumps, pumps, aside, pumps, pumps, pumps)
	if got := titlesOf(1, lines, slices.Concat(sheds, sheds, sheds)); got[0] != "Water pump" {
		t.Errorf("%q", got)
	}
}

// A name is no topic if anything else is, alone or beside a phrase.
func TestTitlesAreNoNames(t *testing.T) {
	names := []string{"Ana: We were in Port Alma, and Port Alma has Jerry Miller.", "Ben: So Jerry Miller of Port Alma sent us a postcard?"}
	got := titlesOf(4, sheds, slices.Concat(names, pumps), ponds)
	if got[1] != "Water pump" {
		t.Errorf("%q", got)
	}
	if got := titlesOf(4, sheds, names, ponds); got[1] != "Port Alma" && got[1] != "Jerry Miller" {
		t.Errorf("nothing else is said: %q", got)
	}
}

// Forms of a phrase are one phrase, shown as it is mostly said.
func TestTitlesCountFormsTogether(t *testing.T) {
	got := titlesOf(3, []string{
		"Ana: The rain barrels are full, and the copper pipe is green.", "Ben: A rain barrel holds more than the copper pipe.",
		"Ana: The rain barrels froze, and so did the rain barrels of others.",
	}, sheds)
	if !strings.HasPrefix(got[0], "Rain barrels") {
		t.Errorf("%q", got)
	}
}

// A phrase does not begin with what is a verb here, nor end with one.
func TestTitlesHaveNoVerbs(t *testing.T) {
	for want, line := range map[string]string{
		"Wool blankets": "Ana: We provide blankets, they provide blankets, " +
			"he can provide blankets. I like wool blankets, and the wool blankets.",
		"Bread oven": "Ana: The ovens heat the hall, and the ovens heat the yard. The bread oven is new, and the bread oven has a door.",
	} {
		if got := titlesOf(3, []string{line, "Ben: Okay."}, sheds); got[0] != want {
			t.Errorf("%q, want %q", got[0], want)
		}
	}
}

// A phrase that is said just once is better than a single word.
func TestTitlesPreferPhrases(t *testing.T) {
	var lines []string
	for i := range 40 {
		lines = append(lines, "Ana: So the agenda is long, and I like the agenda, but he doesn't.")
		if i == 20 {
			lines = append(lines, "Ben: The agenda items are on the wall.")
		}
	}
	if got := titlesOf(1, lines, slices.Concat(sheds, sheds, sheds)); got[0] != "Agenda items" {
		t.Errorf("%q", got)
	}
}

// A short first or last chapter in which nothing is a topic is called what it is.
func TestTitlesOfChaptersWithoutTopics(t *testing.T) {
	hello := []string{"Ana: Hello everybody, can you hear me?", "Ben: Yes, I can, hello. It's the laptop.", "Ana: Then let us begin."}
	bye := []string{"Ana: Thanks for coming.", "Ben: Thank you, it was fun, and see you in Lisbon.", "Ana: Bye."}
	long := func(c []string) []string { return slices.Concat(c, c, c, c, c, c, c) }
	got := titlesOf(1, hello, long(pumps), long(sheds), bye)
	if want := []string{"Introduction", "Water pump", "Tool shed", "Closing"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// What the whole session is about is no title by itself if the chapter has a phrase of its own.
func TestTitlesSayMoreThanTheTheme(t *testing.T) {
	theme := []string{"Ana: The garden plan is late, and the garden plan is dear.", "Ben: We have a garden plan, and this is the garden plan."}
	seeds := slices.Concat(theme, theme, theme, []string{"Ana: The pumpkin seeds are in the box."})
	got := titlesOf(1, slices.Concat(pumps, pumps, theme), seeds, slices.Concat(sheds, sheds, theme))
	if !strings.Contains(strings.ToLower(got[1]), "pumpkin seeds") {
		t.Errorf("%q", got)
	}
}

// No title says only what another one says too.
func TestTitlesAreNotInOthers(t *testing.T) {
	d := &titler{document: &document{lang: languages()["en"]}, vocabulary: &vocabulary{}}
	pump, shed := phrase{text: "water pump", terms: []int{1, 2}, words: 2}, phrase{text: "tool shed", terms: []int{3, 4}, words: 2}
	long := phrase{text: "rusty water pump", terms: []int{5, 1, 2}, words: 3}
	d.titles = [][]phrase{{shed, long}, {pump}}
	d.tellApart(1, subject{})
	if got := texts(d.titles[0]); !slices.Equal(got, []string{"tool shed"}) {
		t.Errorf("%q beside %q", got, texts(d.titles[1]))
	}
	d.titles = [][]phrase{{long}, {pump}, nil}
	d.tellApart(1, subject{phrases: map[string]*phrase{"tool shed": {
		text: "tool shed", terms: shed.terms, words: 2, noun: true, use: use{times: 3, things: 3},
	}}, times: map[int]float64{3: 3, 4: 3}})
	if got := texts(d.titles[1]); !slices.Equal(got, []string{"water pump", "tool shed"}) {
		t.Errorf("%q", got)
	}
	d.titles = [][]phrase{{pump}, {pump}}
	d.tellApart(1, subject{phrases: map[string]*phrase{"fence": {
		text: "fence", terms: []int{6}, words: 1, noun: true, use: use{times: 2, things: 2},
	}}, times: map[int]float64{6: 2}})
	if got := texts(d.titles[1]); !slices.Equal(got, []string{"water pump", "fence"}) {
		t.Errorf("%q beside %q", got, texts(d.titles[0]))
	}
}

// A short beginning in which people greet each other is no more than that, if its only phrase is said once.
func TestTitlesOfBeginnings(t *testing.T) {
	hello := []string{
		"Ana: Hello everybody, it's a sunny morning.",
		"Ben: Hello, a sunny afternoon.",
		"Ana: My name is Ana.",
		"Ben: We have a long agenda.",
	}
	got := titlesOf(1, hello, slices.Concat(pumps, pumps, pumps, pumps, pumps), slices.Concat(sheds, sheds, sheds, sheds, sheds))
	if got[0] != "Introduction" {
		t.Errorf("%q", got)
	}
}
