//go:build !race

package summary

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"earshot/models"
)

// tally counts what was found, what was planted, and what of it agrees.
type tally struct{ found, planted, right int }

func (t tally) recall() float64    { return float64(t.right) / float64(max(1, t.planted)) }
func (t tally) precision() float64 { return float64(t.right) / float64(max(1, t.found)) }

// score compares the lists of a summary with what was planted. An item is right if it cites a line of its kind.
func score(r *room, s models.Summary, sum *[kinds]tally, miss func(kind, string)) {
	texts := map[models.Key]string{}
	for _, u := range r.in.Utterances {
		texts[u.Key] = u.Text
	}
	for k, items := range [kinds][]models.SummaryItem{s.Decisions, s.Actions, s.Questions} {
		got := map[models.Key]bool{}
		for _, it := range items {
			sum[k].found++
			ok := false
			for _, c := range it.Cites {
				if p, planted := r.planted[c]; planted && p == kind(k) && !got[c] {
					got[c], ok = true, true
				}
			}
			if ok {
				sum[k].right++
			} else {
				miss(kind(k), "false: "+it.Text)
			}
		}
		for key, p := range r.planted {
			if p == kind(k) {
				sum[k].planted++
				if !got[key] {
					miss(kind(k), "missed: "+texts[key])
				}
			}
		}
	}
}

var kindNames = [kinds]string{"decisions", "actions", "questions"}

const evalRooms = 20

// onlyCues are weights with which lists hold what the cues find: these rooms put sentences side by side that have nothing to do with
// each other, so that what is said around one tells nothing.
func onlyCues() Weights {
	w := trained
	w.Lists = Lists{}
	return w
}

func evaluate(t *testing.T, suffix string, share float64) [kinds]tally {
	t.Helper()
	var sum [kinds]tally
	misses := map[string]int{}
	for seed := range uint64(evalRooms) {
		r := makeRoom(t, seed, 3, 22, suffix) // more would be more than the lists hold
		if share > 0 {
			r = damaged(r, seed, share)
		}
		score(r, MakeWith(r.in, onlyCues()), &sum, func(k kind, what string) { misses[kindNames[k]+" "+what]++ })
	}
	for _, m := range slices.Sorted(maps.Keys(misses)) {
		t.Log(misses[m], m)
	}
	return sum
}

func TestPlantedItemsAreFound(t *testing.T) {
	clean, hurt := evaluate(t, "", 0), evaluate(t, "", 0.10)
	for k := range kinds {
		t.Logf("%s: recall %.3f precision %.3f of %d; with 10 %% damage recall %.3f precision %.3f",
			kindNames[k], clean[k].recall(), clean[k].precision(), clean[k].planted, hurt[k].recall(), hurt[k].precision())
		if clean[k].planted < 50 {
			t.Errorf("%s: only %d planted: the test would prove little", kindNames[k], clean[k].planted)
		}
		if clean[k].recall() < 0.9 || clean[k].precision() < 0.95 {
			t.Errorf("%s: recall %.3f, want 0.9; precision %.3f, want 0.95", kindNames[k], clean[k].recall(), clean[k].precision())
		}
		// Misheard sentences are left out rather than listed wrongly. A planted sentence has about ten words, so that two in three have a
		// wrong one: recall would be 0.35 if each of them were lost.
		if hurt[k].recall() < 0.6 || hurt[k].precision() < 0.95 {
			t.Errorf("%s: with 10 %% damage recall %.3f, want 0.6; precision %.3f, want 0.95", kindNames[k], hurt[k].recall(), hurt[k].precision())
		}
	}
}

// The second set of templates says the same in other words.
func TestPlantedItemsAreFoundInOtherWords(t *testing.T) {
	got := evaluate(t, "-other", 0)
	for k := range kinds {
		t.Logf("%s: recall %.3f precision %.3f of %d", kindNames[k], got[k].recall(), got[k].precision(), got[k].planted)
		if got[k].planted < 50 || got[k].recall() < 0.9 || got[k].precision() < 0.95 {
			t.Errorf(
				"%s: recall %.3f, want 0.9; precision %.3f, want 0.95; of %d", kindNames[k], got[k].recall(), got[k].precision(), got[k].planted,
			)
		}
	}
}

// Languages have cues of their own; one without cues gets the rest of a summary.
func TestPlantedItemsAreFoundInIndonesian(t *testing.T) {
	got := evaluate(t, "-id", 0)
	for k := range kinds {
		t.Logf("%s: recall %.3f precision %.3f of %d", kindNames[k], got[k].recall(), got[k].precision(), got[k].planted)
		if got[k].planted < 50 || got[k].recall() < 0.9 || got[k].precision() < 0.8 {
			t.Errorf("%s: recall %.3f, want 0.9; precision %.3f, want 0.8; of %d", kindNames[k], got[k].recall(), got[k].precision(), got[k].planted)
		}
	}
	r := makeRoom(t, 1, 5, 22, "-id")
	for i := range r.in.Utterances {
		r.in.Utterances[i].Language = "tl"
	}
	s := Make(r.in)
	if len(s.Decisions)+len(s.Actions)+len(s.Questions) > 0 || len(s.Highlights) == 0 || len(s.Chapters) == 0 {
		t.Errorf("in an unknown language: %d decisions, %d actions, %d questions, %d highlights, %d chapters",
			len(s.Decisions), len(s.Actions), len(s.Questions), len(s.Highlights), len(s.Chapters))
	}
}

// pk is the share of pairs of lines, half a chapter apart, about which the two divisions disagree whether a boundary
// lies between them (D. Beeferman, A. Berger, J. Lafferty, Machine Learning 34, 1999). 0 is the same division.
func pk(n int, want, got map[int]bool) float64 {
	k := max(1, n/(len(want)+1)/2)
	wrong := 0
	between := func(cuts map[int]bool, i int) bool {
		for j := i + 1; j <= i+k; j++ {
			if cuts[j] {
				return true
			}
		}
		return false
	}
	for i := 0; i+k < n; i++ {
		if between(want, i) != between(got, i) {
			wrong++
		}
	}
	return float64(wrong) / float64(n-k)
}

func cutsOf(r *room, s models.Summary) map[int]bool {
	out := map[int]bool{}
	for i, u := range r.in.Utterances {
		for _, c := range s.Chapters[1:] {
			if u.StartMS == c.StartMS {
				out[i] = true
			}
		}
	}
	return out
}

func TestChaptersFollowTheTopics(t *testing.T) {
	for share, most := range map[float64]float64{0: 0.25, 0.1: 0.32} {
		var sum, none float64
		chapters := 0
		for seed := range uint64(evalRooms) {
			r := makeRoom(t, seed+100, 6, 24, "")
			delete(r.starts, 0)
			if share > 0 {
				r = damaged(r, seed, share)
			}
			s := Make(r.in)
			sum += pk(len(r.in.Utterances), r.starts, cutsOf(r, s)) / evalRooms
			none += pk(len(r.in.Utterances), r.starts, nil) / evalRooms
			chapters += len(s.Chapters)
		}
		t.Logf("%.0f %% damaged: Pk %.3f (no cuts at all: %.3f), %.1f chapters for 6 topics", 100*share, sum, none, float64(chapters)/evalRooms)
		if sum > most || none < 0.4 {
			t.Errorf("Pk %.3f, want at most %.2f (no cuts: %.3f)", sum, most, none)
		}
	}
}

// tenSeconds are n lines of ten seconds each.
func tenSeconds(n int) []*line {
	var out []*line
	for i := range n {
		out = append(out, &line{StartMS: int64(i) * 10_000, EndMS: int64(i+1) * 10_000})
	}
	return out
}

// gained is what windows gain by cuts, counted window by window; false if a chapter would be too short.
func gained(w windows, cuts []int) (float64, bool) {
	begins := append(slices.Clone(cuts), len(w.lines))
	last, sum := 0, 0.0
	for _, c := range begins {
		if !w.longEnough(last, c) {
			return 0, false
		}
		last = c
	}
	for i := range w.lines {
		inside := 0
		for _, c := range cuts {
			inside += int(is(c > i && c <= i+w.length))
		}
		if inside > 0 {
			sum += w.gain[i+1] - w.gain[i] - float64(inside-1)*(w.loss[i+1]-w.loss[i])
		}
	}
	return sum, true
}

// best tries every choice of the places: those with at least so many cuts, or else with as many as there is room for.
func best(w windows, places []int, least int) (gain float64, number int) {
	gain = math.Inf(-1)
	for chosen := range 1 << len(places) {
		var cuts []int
		for j, at := range places {
			if chosen>>j&1 == 1 {
				cuts = append(cuts, at)
			}
		}
		g, ok := gained(w, cuts)
		enough := min(len(cuts), least)
		if ok && len(cuts) < maxChapters && (enough > min(number, least) || enough == min(number, least) && g > gain) {
			gain, number = g, len(cuts)
		}
	}
	return gain, number
}

func TestChaptersAreTheBestDivision(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 400 {
		scores := make([]float64, 12+r.IntN(90))
		for i := range scores {
			scores[i] = 3 * r.NormFloat64()
		}
		var places []int
		for i := 1; i < len(scores) && len(places) < 11; i++ {
			if r.IntN(8) == 0 {
				places = append(places, i)
			}
		}
		w, least := newWindows(tenSeconds(len(scores)), scores, 1+4*r.Float64()), n%4
		cuts := w.bestCuts(places, least)
		got, ok := gained(w, cuts)
		want, number := best(w, places, least)
		if ok = ok || len(cuts) == 0; !ok || math.Abs(got-want) > 1e-9 && number > 0 || len(cuts) != number {
			t.Fatalf("%d lines, places %v, at least %d: %v gains %v, want %d cuts that gain %v", len(scores), places, least, cuts, got, number, want)
		}
	}
}

func TestChaptersBeginAtPeaks(t *testing.T) {
	for _, tt := range []struct {
		lines int
		peaks []int
		least int
		want  []int
	}{
		{60, []int{20, 40}, 0, []int{20, 40}},
		{60, []int{20, 40}, 2, []int{20, 40}},
		{60, []int{3, 30}, 0, []int{30}},  // the first chapter would be too short
		{60, []int{30, 57}, 0, []int{30}}, // and here the last one
		{60, nil, 0, []int{}},             // nothing stands out
		{8, []int{4}, 1, []int{}},         // no room
	} {
		scores := make([]float64, tt.lines)
		for _, p := range tt.peaks {
			scores[p] = 9
		}
		var places []int
		for i := 1; i < tt.lines; i++ {
			places = append(places, i)
		}
		number := float64(max(1, len(tt.peaks)))
		if got := newWindows(tenSeconds(tt.lines), scores, number).bestCuts(places, tt.least); !slices.Equal(got, tt.want) {
			t.Errorf("%+v: %v", tt, got)
		}
	}
}
