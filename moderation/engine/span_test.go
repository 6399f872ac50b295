//go:build !race

package engine

import (
	"strings"
	"testing"

	"earshot/models"
)

// fires tries lines, separated by " | ", on one rule and reports whether it fires, with the mode and what is quoted.
func fires(t *testing.T, set *Set, say string) string {
	t.Helper()
	vs, err := set.Try(Example{Say: strings.Split(say, " | "), WordP: 1, Show: true})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, v := range vs {
		if v.Fired {
			out = append(out, v.Rule+": "+strings.Join(v.Shown, " … "))
		}
	}
	return strings.Join(out, "; ")
}

type said struct{ say, want string }

func checkFires(t *testing.T, rules string, cases []said) {
	t.Helper()
	set := mustLoad(t, rules)
	for _, c := range cases {
		if got := fires(t, set, c.say); got != c.want {
			t.Errorf("%q: %q, want %q", c.say, got, c.want)
		}
	}
}

func TestSpan(t *testing.T) {
	checkFires(t, `schema: 1
words: {w: [bad apple]}
rules:
  - {id: w, when: {says: {words: w}}, span: {last: 20s, gap: 4s}, unless: {says: {phrase: never}}, then: [flag: {}]}
  - {id: p, when: {says: {pattern: "send me (your )?money"}}, span: {last: 20s}, then: [flag: {}]}
  - {id: no, when: {says: {phrase: send me}}, then: [flag: {}]}
  - {id: all, when: {all: [{says: {phrase: red}}, {says: {phrase: blue}}]}, span: {last: 3s}, then: [flag: {}]}
`, []said{
		{"you bad | apple", "w: bad apple"},
		{"bad apple", "w: bad apple"},
		{"bad | nice | apple", ""},
		{"never bad | apple", ""},
		{"I never | bad apple", "w: bad apple"}, // the excuse is in a line that the match does not touch
		{"send | me your | money", "p: send me your money"},
		{"send | me", ""},
		{"red | blue", "all: red blue"},
		{"red | " + strings.Repeat("and ", 12) + " | blue", ""}, // too long ago
		{"red blue | green", "all: red blue"},
	})
}

// TestSpanGap checks that a long pause separates words that would otherwise be one phrase.
func TestSpanGap(t *testing.T) {
	set := mustLoad(t, "schema: 1\nrules: [{id: a, when: {says: {phrase: bad apple}}, span: {last: 60s, gap: 4s}, then: [flag: {}]}]\n")
	for pause, want := range map[int64]int{4000: 1, 4001: 0} {
		s := NewSession(set, models.Session{ID: "s"})
		first, second := exampleLine("bad", 1, 0, 1), exampleLine("apple", 1, 300+pause, 2)
		s.Judge(first)
		if got := s.Judge(second); len(got) != want {
			t.Errorf("pause of %d ms: %d flags", pause, len(got))
		} else if want == 1 && (len(got[0].Matched) != 2 || got[0].StartMS != 0 || got[0].Utterance.Seq != 2) {
			t.Errorf("%+v", got[0])
		}
		if again := s.Judge(second); len(again) != want {
			t.Errorf("pause of %d ms, again: %d flags", pause, len(again))
		}
		other := exampleLine("apple", 1, 800, 3)
		other.SpeakerID = "somebody else"
		if got := s.Judge(other); len(got) != 0 {
			t.Errorf("two people said one phrase: %+v", got)
		}
	}
}

// TestSpanFlagsOnlyWhatIsNew checks that a line's flag contains no words for which an earlier line was flagged.
func TestSpanFlagsOnlyWhatIsNew(t *testing.T) {
	s := NewSession(
		mustLoad(t, "schema: 1\nrules: [{id: a, when: {says: {phrase: [pig, bad apple]}}, span: {last: 60s}, then: [flag: {}]}]\n"),
		models.Session{},
	)
	for i, c := range []said{
		{"pig", "a/suggest/pig"}, {"hello", ""}, {"a pig", "a/suggest/pig"}, {"bad", ""}, {"apple", "a/suggest/bad apple"},
	} {
		if got := brief(s.Judge(exampleLine(c.say, 1, int64(i)*2000, i+1))); got != c.want {
			t.Errorf("%d, %q: %s, want %s", i, c.say, got, c.want)
		}
	}
}

// TestSpanGates checks that the whole is not enforced if its first half is doubtful.
func TestSpanGates(t *testing.T) {
	set := mustLoad(t, "schema: 1\nmode: act\nrules: [{id: a, when: {says: {phrase: bad apple}}, span: {last: 60s}, then: [flag: {}]}]\n")
	s := NewSession(set, models.Session{ID: "s"})
	first := exampleLine("bad", 1, 0, 1)
	first.Doubt = []models.Doubt{models.DoubtPhantom}
	s.Judge(first)
	if got := s.Judge(exampleLine("apple", 1, 800, 2)); len(got) != 1 || got[0].Mode != models.ModeWatch {
		t.Errorf("%+v", got)
	}
}

func TestHow(t *testing.T) {
	checkFires(t, `schema: 1
words:
  w: {list: [insult, moron, threaten people], never: [moronic acid]}
  s: {list: [phuket, moron], forms: [sound]}
  i: {list: [darn], forms: [inside], never: [darnley]}
  id: {list: [bodoh], forms: [inflected], language: id}
rules:
  - {id: stem, when: {says: {words: w, how: inflected}}, then: [flag: {}]}
  - {id: near, when: {says: {phrase: [blockhead], how: near}}, then: [flag: {}]}
  - {id: sound, when: {says: {words: s}}, then: [flag: {}]}
  - {id: in, when: {says: {words: i}}, then: [flag: {}]}
  - {id: id, when: {says: {words: id}}, then: [flag: {}]}
`, []said{
		{"insulted insulting insults", "stem: insulted insulting insults"},
		{"he threatens people", "stem: threatens people"},
		{"consult", ""},
		{"blockheat", "near: blockheat"},
		{"blokhead", "near: blokhead"},
		{"blcokhead", "near: blcokhead"},
		{"block head", ""},
		{"blokhed", ""},
		{"fuket", "sound: fuket"},
		{"mourun", "sound: mourun"},
		{"mango", ""},
		{"goddarnit", "in: goddarnit"},
		{"darnley", ""},
		{"bodohnya kamu", "id: bodohnya"},
		{"M O R O N", "sound: M O R O N; stem: M O R O N"},
		{"you are a m-o-r-o-n", "sound: m-o-r-o-n; stem: m-o-r-o-n"},
		{"a m o r o n", "sound: a m o r o n; stem: a m o r o n"},
	})
}

// TestSoundIsNeverMoreThanASuggestion checks the limits for matches by sound.
func TestSoundIsNeverMoreThanASuggestion(t *testing.T) {
	set := mustLoad(
		t,
		"schema: 1\nmode: act\nwords: {w: {list: [moron], forms: [exact, sound]}}\nrules: [{id: a, when: {says: {words: w}}, then: [flag: "+
			"{}]}]\n",
	)
	for _, c := range []struct {
		say  string
		p    float32
		want models.Mode
	}{
		{"moron", 0.7, models.ModeAct},
		{"mourun", 0.8, models.ModeSuggest},
		{"mourun", 0.7, models.ModeWatch},
		{"moron", 0.5, models.ModeWatch},
	} {
		s := NewSession(set, models.Session{})
		if got := s.Judge(line(c.say, c.p)); len(got) != 1 || got[0].Mode != c.want {
			t.Errorf("%s at %v: %+v, want %s", c.say, c.p, got, c.want)
		}
	}
}

func TestReported(t *testing.T) {
	checkFires(t, `schema: 1
rules: [{id: a, when: {says: {phrase: [idiot, you are a fool]}}, unless: {reported_speech: true}, then: [flag: {}]}]
`, []said{
		{"he called me an idiot", ""},
		{"he said, you are a fool", ""},
		{"the word idiot is not allowed", ""},
		{"please do not call people idiot", ""},
		{"she told me | you are a fool", ""},
		{"dia bilang idiot", ""},
		{"my doctor said you are a fool", ""},
		{"Peter said you are a fool", ""},
		{"the thing I just said, you are a fool", "a: you are a fool"},
		{"that said you are a fool", "a: you are a fool"},
		{"the already said you are a fool", "a: you are a fool"},
		{"you idiot", "a: idiot"},
		{"I said you are a fool", "a: you are a fool"},
		{"she said it was fine, you idiot", "a: idiot"},
		{"he said hello. You are a fool", "a: You are a fool"},
		{"he called me an idiot and you idiot laughed about it all day idiot", "a: idiot … idiot … idiot"},
	})
}

func TestRepeats(t *testing.T) {
	rules := `schema: 1
rules: [{id: a, when: {repeats: {times: 3, within: 60s, similar: 80%}}, then: [flag: {}]}]
`
	checkFires(t, rules, []said{
		{"visit my page now | visit my page now | visit my page now", "a: visit my page now"},
		{"visit my page now | visit my page now", ""},
		{"visit my page now | hello there everyone | visit my page now | visit my page right now", "a: visit my page right now"},
		{"visit my page visit my page visit my page", "a: visit my page visit my page visit my page"},
		{"yes yes yes yes", ""},
		{"no | no | no | no", ""},
		{"one thing is the price | another thing is the coin | the last thing is the news", ""},
	})
}

func TestPeopleAndExpressions(t *testing.T) {
	set := mustLoad(t, `schema: 1
people: {newcomer: {until: {in_room: 20m, clean_speech: 2s}}}
rules:
  - {id: new, when: {all: [{newcomer: true}, {says: {phrase: link}}]}, then: [flag: {}]}
  - {id: cel, when: {if: "words.exists(w, w == 'zebra') && duration_ms < 2000 && !('host' in roles)"}, then: [flag: {}]}
  - {id: bad, when: {if: "10 / size(words.filter(w, w == 'never')) > 1"}, then: [flag: {}]}
`)
	s := NewSession(set, models.Session{})
	s.Person(models.Speaker{ID: "someone", FirstMS: 0})
	say := func(text string, at int64, seq int) string { return brief(s.Judge(exampleLine(text, 1, at, seq))) }
	if got := say("a link for you", 1000, 1); got != "new/suggest/link" {
		t.Error(got)
	}
	if got := say("a zebra", 2000, 2); got != "cel/suggest/a zebra" {
		t.Error(got)
	}
	if got := say("one two three four five six seven", 5000, 3); got != "" { // 2.1 s of clean speech
		t.Error(got)
	}
	if got := say("a link", 19*60_000, 4); got != "new/suggest/link" {
		t.Error(got)
	}
	if got := say("a link", 20*60_000, 5); got != "" {
		t.Error(got)
	}
	if got := say("a zebra but with far too many words in one line", 21*60_000, 6); got != "" {
		t.Error(got)
	}
}
