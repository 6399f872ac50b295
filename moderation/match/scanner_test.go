//go:build !race

package match_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"earshot/models"
	"earshot/moderation/match"
)

// said is a line of which every word was heard surely, 300 ms each.
func said(text string, from int64) match.Utterance {
	u := models.Utterance{StartMS: from}
	for _, w := range strings.Fields(text) {
		u.Words = append(u.Words, models.Word{Text: w, StartMS: from, EndMS: from + 300, P: 0.9})
		from += 300
	}
	u.EndMS = from
	return match.Utterance{Of: u, Words: u.Words}
}

// remembered is a scanned line as those after it look back at it.
func remembered(s *match.Scanner) match.Utterance {
	l := s.Window.Lines[len(s.Window.Lines)-1].Utterance
	for _, t := range s.Window.Tokens[s.Window.Cut:] {
		t.Word -= s.Window.CutAt
		l.Tokens = append(l.Tokens, t)
	}
	return l
}

// found are the words of the matches of a source.
func found(s *match.Scanner, source int) string {
	var out []string
	for _, m := range s.Found(source) {
		var words []string
		for _, i := range m.Words {
			words = append(words, s.Window.Words[i].Text)
		}
		out = append(out, strings.Join(words, " "))
	}
	return strings.Join(out, " | ")
}

func TestPhrasesAreFoundInTheirForms(t *testing.T) {
	for _, c := range []struct {
		form         match.Form
		lang, phrase string
		gap          int
		say, want    string
	}{
		{form: match.Exact, phrase: "you are a pig", say: "well you're a PIG", want: "you're a PIG"},
		{form: match.Exact, phrase: "pig", say: "three pigs", want: ""},
		{form: match.Exact, phrase: "buy coins", gap: 2, say: "buy all our coins now", want: "buy coins"},
		{form: match.Exact, phrase: "buy coins", gap: 2, say: "buy some of all coins", want: ""},
		{form: match.Inflected, lang: "en", phrase: "insult", say: "they insulted him", want: "insulted"},
		{form: match.Inflected, lang: "id", phrase: "bunuh", say: "dia dibunuhnya", want: "dibunuhnya"},
		{form: match.Inflected, lang: "sv", phrase: "idiot", say: "dessa idioterna", want: "idioterna"},
		{form: match.Near, phrase: "stupid", say: "how stupied and stpuid, stupids, stupidest", want: "stupied | stpuid, | stupids,"},
		{form: match.Near, phrase: "idiot", say: "an idiit", want: ""}, // too short to forgive a letter
		{form: match.Sound, phrase: "moron", say: "what a moren", want: "moren"},
		{form: match.Sound, phrase: "moron", say: "what a mountain", want: ""},
		{form: match.Inside, phrase: "shit", say: "bullshitting again", want: "bullshitting"},
	} {
		b := match.NewBuilder()
		source := b.Source()
		if err := b.Phrase(source, c.phrase, c.form, c.lang, c.gap); err != nil {
			t.Fatal(err)
		}
		s := match.NewScanner(b.Build())
		s.Scan(nil, said(c.say, 0))
		if got := found(s, source); got != c.want {
			t.Errorf("%s %q in %q: %q, want %q", c.form, c.phrase, c.say, got, c.want)
		}
	}
}

func TestAnotherSourceExcusesWhatLiesInside(t *testing.T) {
	b := match.NewBuilder()
	rude, never := b.Source(), b.Source()
	for source, phrase := range map[int]string{rude: "ass", never: "a smart ass answer"} {
		if err := b.Phrase(source, phrase, match.Exact, "", 0); err != nil {
			t.Fatal(err)
		}
	}
	b.Except(rude, never)
	s := match.NewScanner(b.Build())
	s.Scan(nil, said("a smart ass answer from an ass", 0))
	if got := found(s, rude); got != "ass" || s.Found(rude)[0].First != 6 || len(s.Excused(rude)) != 1 {
		t.Errorf("%q found, %d excused", got, len(s.Excused(rude)))
	}
}

func TestWhatLooksOverLinesLooksBack(t *testing.T) {
	for _, over := range []bool{true, false} {
		b := match.NewBuilder()
		phrase, pattern := b.Source(), b.Source()
		if err := b.Phrase(phrase, "five coins", match.Exact, "", 0); err != nil {
			t.Fatal(err)
		}
		if err := b.Pattern(pattern, `buy (\w+ ){1,2}now`); err != nil {
			t.Fatal(err)
		}
		if over {
			b.OverLines(phrase)
			b.OverLines(pattern)
		}
		s := match.NewScanner(b.Build())
		s.Scan(nil, said("buy five", 0))
		first := remembered(s)
		s.Scan([]match.Utterance{first}, said("coins now", 1000))
		want := map[bool]string{true: "five coins, buy five coins now", false: ", "}[over]
		if got := found(s, phrase) + ", " + found(s, pattern); got != want {
			t.Errorf("over lines %v: %q, want %q", over, got, want)
		}
	}
}

func TestBuilderSaysWhatIsWrong(t *testing.T) {
	b := match.NewBuilder()
	source := b.Source()
	phrase := func(text string, form match.Form) error { return b.Phrase(source, text, form, "", 0) }
	for err, want := range map[error]string{
		phrase("?!", match.Exact):                        `"?!" holds no letters or digits, so it is never said`,
		phrase(strings.Repeat("word ", 17), match.Exact): "a phrase has at most 16 words, this one has 17",
		phrase("ass", match.Inside):                      `"ass" is too short to look for inside of other words: at least 4 letters`,
		b.Pattern(source, "a(b"):                         `bad pattern at character 2: missing closing ): "a(b"`,
		b.Pattern(source, "x*"):                          "pattern matches the empty text, so it would match every line",
		b.Pattern(source, "don’t"): `pattern never matches: it looks for an apostrophe, ` +
			`but "you're" is read as "you are"; write that`,
	} {
		if err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if s := match.NewScanner(b.Build()); s == nil {
		t.Fatal("what is wrong is left out, and the rest built")
	}
}

func TestReportedSpeechHasACueNearBy(t *testing.T) {
	b := match.NewBuilder()
	source := b.Source()
	if err := b.Phrase(source, "idiot", match.Exact, "", 0); err != nil {
		t.Fatal(err)
	}
	s := match.NewScanner(b.Build())
	for say, want := range map[string]bool{
		"she called me an idiot":                 true,
		"idiot is what they yelled":              true,
		"dia bilang aku idiot":                   true,
		"I called you an idiot":                  false,
		"she said it was fine, you idiot":        false,
		"they said hello. You are an idiot":      false,
		"you idiot, that is what I said":         false,
		"he said he is an idiot and you idiot":   false, // the second is far from the cue
		"he said so and now you there you idiot": false,
	} {
		s.Scan(nil, said(say, 0))
		if got := s.Window.Reported(s.Found(source)); got != want {
			t.Errorf("%q: reported %v, want %v", say, got, want)
		}
	}
}

// TestManyPhrasesFindWhatEachFinds: matches are those of each phrase alone, however many there are.
func TestManyPhrasesFindWhatEachFinds(t *testing.T) {
	b := match.NewBuilder()
	var sources []int
	for i := range 500 {
		source := b.Source()
		sources = append(sources, source)
		if err := b.Phrase(source, fmt.Sprintf("word%d word%d", i%20, i/20), match.Exact, "", 0); err != nil {
			t.Fatal(err)
		}
	}
	s := match.NewScanner(b.Build())
	s.Scan(nil, said("word3 word4 word5 word0", 0))
	var got []int
	for _, source := range sources {
		if len(s.Found(source)) > 0 {
			got = append(got, source)
		}
	}
	if want := []int{4*20 + 3, 5*20 + 4, 0*20 + 5}; !slices.Equal(got, slices.Sorted(slices.Values(want))) {
		t.Errorf("sources %v, want %v", got, want)
	}
}

// TestWhatIsAskedForLaterIsOfTheLastLine: patterns run when somebody asks for their source, and only for the line scanned last.
func TestWhatIsAskedForLaterIsOfTheLastLine(t *testing.T) {
	b := match.NewBuilder()
	source, never := b.Source(), b.Source()
	if err := b.Pattern(source, `pay (\w+ )?now`); err != nil {
		t.Fatal(err)
	}
	if err := b.Phrase(never, "pay nothing now", match.Exact, "", 0); err != nil {
		t.Fatal(err)
	}
	b.Except(source, never)
	s := match.NewScanner(b.Build())
	for _, c := range []struct {
		say            string
		ask            bool
		found, excused int
	}{
		{"pay me now", false, 0, 0},
		{"well", true, 0, 0},
		{"pay me now", true, 1, 0},
		{"pay nothing now", false, 0, 0},
		{"", true, 0, 0},
		{"you pay nothing now but you pay now", true, 1, 1},
	} {
		s.Scan(nil, said(c.say, 0))
		for range 2 {
			if c.ask && (len(s.Excused(source)) != c.excused || len(s.Found(source)) != c.found) {
				t.Errorf("%q: %d found, %d excused", c.say, len(s.Found(source)), len(s.Excused(source)))
			}
		}
	}
}
