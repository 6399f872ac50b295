package readable

import (
	_ "embed"
	"math"
	"slices"
	"strings"
	"testing"
)

//go:embed testdata/sentences.txt
var sentences string

func never(string) bool { return false }

// TestTellsWhatReadsWell: of our own sentences, which it was not trained on.
func TestTellsWhatReadsWell(t *testing.T) {
	r := NewReader(Shipped(), never)
	var well, poor []float64
	for l := range strings.Lines(sentences) {
		kind, text, _ := strings.Cut(strings.TrimSpace(l), " ")
		switch kind {
		case "#":
		case "G":
			well = append(well, r.Poor(text))
		default:
			poor = append(poor, r.Poor(text))
		}
	}
	right := 0
	for _, a := range well {
		for _, b := range poor {
			if a < b {
				right++
			}
		}
	}
	if pairs := len(well) * len(poor); float64(right) < 0.95*float64(pairs) || pairs < 500 {
		t.Errorf("of %d pairs %d are told apart", pairs, right)
	}
	if median := func(ps []float64) float64 { slices.Sort(ps); return ps[len(ps)/2] }; median(well) > 0.3 || median(poor) < 0.6 {
		t.Errorf("what reads well is %.2f poor, what doesn't %.2f", median(well), median(poor))
	}
}

func TestSplit(t *testing.T) {
	for text, want := range map[string]string{
		"We can't, says Zoë; stop-gap: 3.5 m?": "We|can't|,|says|Zoë|;|stop-gap|:|3|.|5|m|?",
		"":                                     "", " ( ) ": "",
	} {
		var got []string
		for _, w := range Split(text, never) {
			got = append(got, w.Text)
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q: %q", text, got)
		}
	}
	got := Shipped().Encode(Split("The Zorbing I'm 20 zzorbing", func(low string) bool { return low == "zzorbing" }))
	marks := []int{plain, first, name, plain, plain, plain + once, plain}
	for i, m := range marks {
		if got[i].Mark != m {
			t.Errorf("token %d: %+v, want mark %d", i, got[i], m)
		}
	}
	if got[1].Word < FirstWord || got[2].Word != Unknown || got[2].Class != classes["ing"] || got[4].Class != classes["number"] {
		t.Errorf("%+v", got)
	}
}

// TestReadsASentenceAsIfItWereTheFirst: a reader remembers nothing that changes what it says.
func TestReadsASentenceAsIfItWereTheFirst(t *testing.T) {
	all := slices.Collect(strings.Lines(sentences))
	r := NewReader(Shipped(), never)
	for _, l := range slices.Concat(all, all) {
		if got, want := r.Read(l), NewReader(Shipped(), never).Read(l); got != want {
			t.Fatalf("%q: %v, then %v", l, want, got)
		}
	}
}

func TestFilesThatDoNotFit(t *testing.T) {
	for _, f := range []File{
		{}, {Dim: 8, Hidden: 8, Words: []string{"a"}}, {Dim: 8, Hidden: 8, Rows: make([]byte, 24), Scales: make([]byte, 12)},
	} {
		if _, err := New(&f); err == nil {
			t.Errorf("%+v was taken", f)
		}
	}
}

func FuzzReader(f *testing.F) {
	for l := range strings.Lines(sentences) {
		f.Add(l)
	}
	f.Add("")
	f.Add(strings.Repeat("word ", 500))
	f.Fuzz(func(t *testing.T, text string) {
		for _, p := range NewReader(Shipped(), func(low string) bool { return len(low)%2 == 0 }).Read(text) {
			if math.IsNaN(p) || p < 0 || p > 1 {
				t.Errorf("%q: %v", text, p)
			}
		}
	})
}

func BenchmarkPoor(b *testing.B) {
	r := NewReader(Shipped(), never)
	for b.Loop() {
		r.Poor("The results of the first test, which we ran in the old hall, were better than those of the second.")
	}
}
