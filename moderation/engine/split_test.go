//go:build !race

package engine

import (
	"os"
	"strings"
	"testing"

	"earshot/models"
)

const splitRules = `schema: 1
words:
  rude: {list: [stupid, numbskull, "dim wit"]}
rules:
  - {id: rude, when: {says: {words: rude}}, then: [flag: {level: high, title: Rude}]}
  - {id: you, when: {says: {pattern: "you are (so )?(stupid|useless)"}}, then: [flag: {}]}
  - {id: phrase, when: {says: {phrase: [quit being moronic]}}, then: [flag: {}]}
`

// TestPhrasesHeardInTwoParts: a word of a phrase is also found when recognised as two words beside another word of the phrase,
// whatever the parts mean, and so is a word of never:, even if one part is a listed word.
func TestPhrasesHeardInTwoParts(t *testing.T) {
	set := mustLoad(t, `schema: 1
words:
  places: {list: [Oakfield Academy, old shipyard road, Marblehead], forms: [exact, near]}
  slurs: {list: [paki, scunt], never: [pakistan, scunthorpe]}
rules:
  - {id: place, when: {says: {words: places}}, then: [flag: {}]}
  - {id: slur, when: {says: {words: slurs}}, then: [flag: {}]}
`)
	for say, want := range map[string]string{
		"she went to oak field academy": "place",
		"she went to Oak Field Academy": "place",
		"on old ship yard road":         "place",
		"in the oak field":              "",
		"the oak field, academy days":   "", // something parts it from the other word
		"oak fields academy":            "",
		"a field academy of oak":        "",
		"the oak, field academy":        "",
		"the academy in the oak field":  "",
		"the paki stan cricket team":    "",
		"the Pakistan team":             "",
		"that paki":                     "slur",
		"a paki, stan said":             "slur",
		"scunt horpe is a town":         "",
		"paki stand":                    "slur",
		"he called stan a paki stanley": "slur",
	} {
		got := []string{}
		for _, f := range NewSession(set, models.Session{}).Judge(line(say, 0.9)) {
			got = append(got, f.Rule)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %v, want %q", say, got, want)
		}
	}
}

// TestWordsHeardInTwoPartsAreRead: the parts count as one word for lists, phrases and patterns alike.
func TestWordsHeardInTwoPartsAreRead(t *testing.T) {
	set, err := inMemory(t, map[string]string{"main.yaml": splitRules})
	if err != nil {
		t.Fatal(err)
	}
	for say, want := range map[string]string{
		"that is stu pid":           "rude",
		"Stu pid thing":             "rude",
		"STU PID":                   "rude",
		"that is stu-pid":           "rude",
		"you are so stu pid":        "rude you",
		"you are stu pid.":          "rude you",
		"quit being moro nic":       "phrase",
		"what a dim wit":            "rude",
		"that is Stu Pid":           "", // a name
		"that is stu, pid":          "", // something parts them
		"stu. pid":                  "",
		"use less of it, you are":   "", // both are words
		"you are use less":          "",
		"you are so us eless":       "",
		"num bskull":                "", // one is a word
		"s t u pid":                 "",
		"a stupi d":                 "",
		"stu stu pid pid":           "rude",
		"stu":                       "",
		"pid stu":                   "",
		"is it up id":               "",
		"ask stu whether pid is on": "",
	} {
		u := line(say, 0.9)
		got := []string{}
		for _, f := range NewSession(set, models.Session{}).Judge(u) {
			got = append(got, f.Rule)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %v, want %q", say, got, want)
		}
	}
}

// TestSplitWordsAreAsSureAsTheirPoorerPart: the confidence is that of the less certain part, and both parts are quoted.
func TestSplitWordsAreAsSureAsTheirPoorerPart(t *testing.T) {
	set, err := inMemory(t, map[string]string{"main.yaml": splitRules})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		first, second float32
		mode          models.Mode
	}{{0.9, 0.9, models.ModeSuggest}, {0.9, 0.3, models.ModeWatch}, {0.3, 0.9, models.ModeWatch}} {
		u := line("how stu pid", 0.9)
		u.Words[1].P, u.Words[2].P = tt.first, tt.second
		fs := NewSession(set, models.Session{}).Judge(u)
		if len(fs) != 1 || fs[0].Mode != tt.mode || len(fs[0].Matched) != 2 || fs[0].Matched[0].Text != "stu" || fs[0].Matched[1].Text != "pid" {
			t.Errorf("%v: %s %+v", tt, brief(fs), fs)
		}
	}
	u := line("how stu pid", 0.9)
	u.Words[2].StartMS += 400
	if fs := NewSession(set, models.Session{}).Judge(u); len(fs) > 0 {
		t.Errorf("over a pause: %s", brief(fs))
	}
	if got := set.Mask("how stu pid"); got != "how s•• p••" {
		t.Errorf("masked: %q", got)
	}
}

// TestInnocentNeighboursStayApart: words that people use by themselves are never joined, whatever they would form.
func TestInnocentNeighboursStayApart(t *testing.T) {
	set, err := Load(LoadOptions{FS: os.DirFS(packs)}, "base", "harassment.en", "scams.en", "personal-data", "harassment.id")
	if err != nil {
		t.Fatal(err)
	}
	for _, say := range []string{
		"the pen is on the table", "as shop assistants go", "a class act", "is it as well as hole nine", "mass age", "the rap ist nicht",
		"an al dente pasta",
		"who re ordered it", "the co op on the corner", "he sat on the bas relief", "so to lol at it", "an jing", "ba bi", "go block him",
		"in no cent terms",
		"we use less water", "worth less than before", "my th and st street", "re tired people", "let us con fuse them", "hit ler ner",
		"Mo Ron and Al", "my brother Mo, Ron and I",
		"the cock pit of the plane", "I am ho eing the beds", "shut the fu ton", "dam mit", "grass hole", "fan ny pack", "tit for tat",
		"the ass ess ment", "pass word", "bum per to bumper",
		"di a mau ke mana", "dia bo lak balik", "itu to long saya", "ke pa rat nya apa", "mu lut saya",
	} {
		vs, err := set.Try(Example{Say: []string{say}, WordP: 0.95, Show: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range vs {
			if v.Fired {
				t.Errorf("%q: %s on %v", say, v.Rule, v.Shown)
			}
		}
	}
}
