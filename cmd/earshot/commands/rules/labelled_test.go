package rules

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"earshot/moderation/engine"
	"earshot/moderation/match/labelled"
)

func TestHowRightRulesAreOnLabelledLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mine.yaml")
	text := `schema: 1
rules:
  - {id: insult.plain, when: {says: {phrase: [fool, clown]}}, then: [flag: {}, ask: {}]}
  - {id: targeted-threat, mode: watch, when: {says: {phrase: [find you]}}, then: [flag: {}]}
  - {id: shouting, when: {says: {phrase: [fool]}}, then: [flag: {}, ask: {}]}
`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	set, err := engine.Load(engine.LoadOptions{}, path)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := labelled.Read("lines.jsonl", strings.NewReader(`{"text":"you fool","labels":["insult"]}
{"text":"I will find you, clown","labels":["insult","threat"]}
{"text":"the clown came to the party","labels":[]}
{"text":"I cannot find you on the map","labels":{"threat":false}}
{"text":"you absolute donkey","labels":["insult"]}
{"text":"only a fool would say"}
`))
	if err != nil {
		t.Fatal(err)
	}
	got, err := judgeLabelled(set, lines, func(say []string) engine.Example { return engine.Example{Say: say, WordP: 1} })
	if err != nil {
		t.Fatal(err)
	}
	if got.Lines != 6 || got.Labelled != 5 || got.Harmless != 1 {
		t.Errorf("%+v", got)
	}
	const none = -1
	for _, want := range []struct {
		rule                                string
		flagged, asked, right, wrong, lines int
		precision, recall                   float64
	}{
		{"", 5, 4, 2, 1, 3, 2. / 3, 2. / 3}, // a line labelled only for threats tells nothing about insults
		{"insult.plain", 4, 4, 2, 1, 3, 2. / 3, 2. / 3},
		{"targeted-threat", 2, 0, 1, 1, 1, 0.5, 1},
		{"shouting", 2, 2, 1, 0, 3, 1, none}, // its id names no label, so any label counts
	} {
		i := slices.IndexFunc(got.Rules, func(r judgedRow) bool { return r.Rule == want.rule })
		r := got.Rules[i]
		if r.Flagged != want.flagged || r.Asked != want.asked || r.Right != want.right || r.Wrong != want.wrong || r.Lines != want.lines {
			t.Errorf("%+v, want %+v", r, want)
		}
		if *r.Precision != want.precision || want.recall != none && *r.Recall != want.recall || want.recall == none && r.Recall != nil {
			t.Errorf("%s: precision %v, recall %v", r.Rule, *r.Precision, r.Recall)
		}
	}
}
