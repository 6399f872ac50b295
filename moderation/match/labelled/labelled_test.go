package labelled

import (
	"slices"
	"strings"
	"testing"
)

func TestReadsLinesWithTheirLabels(t *testing.T) {
	for _, c := range []struct{ name, file, text string }{
		{"a list", "a.jsonl", `{"text":"you fool","labels":["insult"]}`},
		{"one string", "a.jsonl", `{"text":"you fool","label":"insult"}`},
		{"a table", "a.csv", "text,labels\nyou fool,insult\n"},
		{"a table with other columns", "A.CSV", "id,Label,Text\n7,insult,you fool\n"},
		{"behind a byte order mark", "a.csv", "\ufefftext,label\nyou fool,insult\n"},
	} {
		got, err := Read(c.file, strings.NewReader(c.text))
		if err != nil || len(got) != 1 || got[0].Text != "you fool" || !slices.Equal(got[0].Yes, []string{"insult"}) || !got[0].Whole {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
	}
}

func TestWhatIsKnownOfALabel(t *testing.T) {
	for _, c := range []struct {
		text         string
		holds, known bool
	}{
		{`{"text":"x","labels":["insult","hate"]}`, true, true},
		{`{"text":"x","labels":[]}`, false, true},
		{`{"text":"x","labels":"none"}`, false, true},
		{`{"text":"x","labels":["harmless"]}`, false, true},
		{`{"text":"x","labels":{"insult":true}}`, true, true},
		{`{"text":"x","labels":{"insult":false}}`, false, true},
		{`{"text":"x","labels":{"hate":true}}`, false, false},
		{`{"text":"x"}`, false, false},
	} {
		got, err := Read("a", strings.NewReader(c.text))
		if err != nil {
			t.Fatal(c.text, err)
		}
		if holds, known := got[0].Has("insult"); holds != c.holds || known != c.known {
			t.Errorf("%s: %v, known %v", c.text, holds, known)
		}
	}
}

func TestMistakesAreToldWithTheirLine(t *testing.T) {
	for _, c := range []struct{ file, text, want string }{
		{"a.jsonl", "{\"text\":\"x\",\"labels\":[]}\n\nsecret words\n", "a.jsonl:3: it is not a JSON object"},
		{"a.jsonl", `{"labels":["insult"]}`, `a.jsonl:1: it has no "text"`},
		{"a.jsonl", `{"text":"x","labels":7}`, "a.jsonl:1: labels are a list"},
		{"a.jsonl", `{"text":"x","labels":[""]}`, "a.jsonl:1: a label is a word"},
		{"a.jsonl", `{"text":"x","label":"a","labels":["a"]}`, "a.jsonl:1: it has both"},
		{"a.jsonl", `{"text":5}`, `a.jsonl:1: it is not a JSON object such as {"text": "…", "labels": ["insult"]}: "text" has another type`},
		{"a.jsonl", `{"text":"` + strings.Repeat("a", maxText) + `b"}`, "a.jsonl:1: its text is longer"},
		{"a.jsonl", "\xff", "a.jsonl: it is not UTF-8"},
		{"a.csv", "say,labels\nx,insult\n", `a.csv:1: the header has no column "text"`},
		{"a.csv", "text,labels\nx,insult\ny,z,w\n", "a.csv:3: wrong number of fields"},
		{"a.csv", "", "a.csv:1: a CSV file begins with a header"},
	} {
		_, err := Read(c.file, strings.NewReader(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.40q: %v, not %q", c.text, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the error repeats what was said: %v", err)
		}
	}
}

func TestOfManyMistakesSomeAreTold(t *testing.T) {
	_, err := Read("a", strings.NewReader(strings.Repeat("no\n", 1000)))
	if n := strings.Count(err.Error(), "\n"); n != mostErrors {
		t.Errorf("%d lines", n)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("a.csv", "text,labels\n\"a\nb\",insult hate\n")
	f.Add("a.jsonl", `{"text":"x","labels":{"insult":true,"hate":false}}`)
	f.Fuzz(func(t *testing.T, name, text string) {
		got, err := Read(name, strings.NewReader(text))
		if err != nil {
			return
		}
		for _, l := range got {
			if l.Number < 1 || strings.TrimSpace(l.Text) == "" || len(l.Text) > maxText {
				t.Errorf("%+v", l)
			}
			if !slices.IsSorted(l.Yes) {
				t.Errorf("labels %v", l.Yes)
			}
		}
	})
}
