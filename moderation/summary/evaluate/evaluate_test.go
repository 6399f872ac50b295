package evaluate

import (
	"cmp"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"earshot/models"
	"earshot/moderation/summary"
)

// ours are meetings that were made up for these tests. They guard against going back; how good summaries are is measured
// on real ones.
func ours(t *testing.T) []Meeting {
	t.Helper()
	ms, err := Read("testdata/meetings.jsonl")
	if err != nil || len(ms) < 3 {
		t.Fatalf("%d meetings: %v", len(ms), err)
	}
	return ms
}

func TestOurMeetings(t *testing.T) {
	var got Scores
	for _, m := range ours(t) {
		got.Add(m, summary.Make(m.Input()))
	}
	t.Log(got)
	if got.Rouge1 < 0.45 || got.Rouge2 < 0.17 || got.Words > 125 {
		t.Errorf("highlights: %s, want ROUGE-1 of 0.45 and ROUGE-2 of 0.17 in at most 125 words", got)
	}
	if got.Pk > 0.3 {
		t.Errorf("chapters: Pk %.3f, want at most 0.3", got.Pk)
	}
}

// A choice that needs no reading is worse, with as many words.
func TestHighlightsBeatSimpleChoices(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	scores := map[string]*Scores{}
	for _, name := range []string{"highlights", "first", "longest", "random"} {
		scores[name] = &Scores{}
	}
	for _, m := range ours(t) {
		s := summary.Make(m.Input())
		scores["highlights"].Add(m, s)
		words := 0
		for _, h := range s.Highlights {
			words += len(strings.Fields(h.Text))
		}
		turns := slices.Clone(m.Turns)
		scores["first"].Add(m, firstWords(turns, words))
		slices.SortStableFunc(turns, func(a, b [2]string) int { return cmp.Compare(len(b[1]), len(a[1])) })
		scores["longest"].Add(m, firstWords(turns, words))
		rng.Shuffle(len(turns), func(i, j int) { turns[i], turns[j] = turns[j], turns[i] })
		scores["random"].Add(m, firstWords(turns, words))
	}
	for name, s := range scores {
		t.Logf("%s: %.3f %.3f", name, s.Rouge1, s.Rouge2)
		if best := scores["highlights"]; name != "highlights" && s.Rouge1 >= best.Rouge1 {
			t.Errorf("%s: ROUGE-1 %.3f, and the highlights %.3f", name, s.Rouge1, best.Rouge1)
		}
	}
}

// firstWords quotes turns until they have so many words.
func firstWords(turns [][2]string, words int) models.Summary {
	var s models.Summary
	for _, t := range turns {
		if words <= 0 {
			break
		}
		s.Highlights = append(s.Highlights, models.SummaryItem{Text: t[1]})
		words -= len(strings.Fields(t[1]))
	}
	return s
}

func TestScoresOfKnownTexts(t *testing.T) {
	a, b := Tokens("The cat's hat, it sat!"), Tokens("the cat's mat sat")
	near := func(a, b float64) bool { return math.Abs(a-b) < 1e-12 }
	if got := Rouge(a, b, 1); !near(got, 2.0*3/(5+4)) {
		t.Errorf("ROUGE-1 %v", got)
	}
	if got := Rouge(a, b, 2); !near(got, 2.0*1/(4+3)) {
		t.Errorf("ROUGE-2 %v", got)
	}
	if got := RougeL(a, b); !near(got, 2.0*3/(5+4)) {
		t.Errorf("ROUGE-L %v", got)
	}
	if Rouge(nil, b, 1) != 0 || RougeL(nil, nil) != 0 {
		t.Error("nothing shares nothing")
	}
	if pk, wd := Segmentation(20, []int{0, 10}, []int{10}); pk != 0 || wd != 0 {
		t.Errorf("the same division: %v %v", pk, wd)
	}
	pk, wd := Segmentation(20, []int{10}, nil)
	if pk != 5.0/15 || wd != 5.0/15 {
		t.Errorf("no division: %v %v, want 5 of 15 windows", pk, wd)
	}
	if pk, wd := Segmentation(20, []int{10}, []int{9, 11}); wd <= pk {
		t.Errorf("two near it: Pk %v, WindowDiff %v", pk, wd)
	}
}

func TestMeetingsThatCannotBeRead(t *testing.T) {
	if _, err := Read(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("no file is no error")
	}
	name := filepath.Join(t.TempDir(), "bad")
	if err := os.WriteFile(name, []byte("{\"id\": \"a\"}\n{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(name); err == nil || !strings.Contains(err.Error(), "meeting 2") {
		t.Errorf("%v, want that the second meeting is broken", err)
	}
	if _, err := Read(name + ".gz"); err == nil {
		t.Error("what is not compressed is read as such")
	}
}

func TestReadings(t *testing.T) {
	all, err := ReadReadings()
	if err != nil {
		t.Fatal(err)
	}
	n, poor := 0, 0
	for id, of := range all {
		for q, letters := range of {
			if q.seq < 0 || len(q.sum) != 4 || strings.Trim(letters, "GSFCP") != "" || letters == "" {
				t.Errorf("%s: %+v reads %q", id, q, letters)
			}
			n++
			if ReadsPoor(letters) {
				poor++
			}
		}
	}
	if n < 15_000 || poor < n/3 || poor > 2*n/3 {
		t.Errorf("of %d, %d read poorly", n, poor)
	}
	all = Readings{"m": {quoted{3, "75e1"}: "F", quoted{4, "75e1"}: "SG"}}
	if got := all.Of("m", 3, "The boat is at the."); got != "" {
		t.Errorf("%q of a text that nobody read", got)
	}
	if ReadsPoor("") || ReadsPoor("SG") || !ReadsPoor("FG") || ReadsPoor("GGP") {
		t.Error("what reads poorly is told wrong")
	}
}
