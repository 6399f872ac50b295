package textmodel

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
)

// TestScorerScoresALineAsIfItWereTheFirst scores lines that begin or end like the one before, as a line does with the words said
// before it: each must score as if nothing had been scored before.
func TestScorerScoresALineAsIfItWereTheFirst(t *testing.T) {
	m, r := Shipped(), rand.New(rand.NewPCG(3, 4))
	var spoken []string
	for _, e := range examples(t) {
		spoken = append(spoken, strings.Fields(e.Text)...)
	}
	s := NewScorer(m)
	line := spoken[:5]
	for range 300 {
		more := spoken[r.IntN(len(spoken)-20):][:r.IntN(20)]
		switch r.IntN(4) {
		case 0:
			line = slices.Concat(more, line)
		case 1:
			line = slices.Concat(line, more)
		case 2:
			line = slices.Concat(line[:len(line)/2], line[min(len(line), len(line)/2+1):])
		default:
			line = more
		}
		line = line[max(0, len(line)-70):]
		got, want := s.Score(line), NewScorer(m).Score(line)
		for k := range want {
			if math.Abs(got[k]-want[k]) > 1e-9 {
				t.Fatalf("%q scores %v after other lines, %v alone", line, got, want)
			}
		}
	}
}

// TestScorerExplainsAsIfNothingHadBeenExplained explains lines for each label with one scorer, which keeps what it found for the
// last window.
func TestScorerExplainsAsIfNothingHadBeenExplained(t *testing.T) {
	m := Shipped()
	s := NewScorer(m)
	for _, line := range []string{
		"you are a stupid idiot and I will kill you", "send me the code and I will pay you", "well", "",
		strings.Repeat("we talked about the weather and ", 9) + "all of them are vermin",
	} {
		for k, label := range m.Labels {
			spoken := strings.Fields(line)
			if got, want := s.Explain(spoken, k), NewScorer(m).Explain(spoken, k); !slices.Equal(got, want) {
				t.Errorf("%s of %q: %v after other lines, %v alone", label, line, got, want)
			}
		}
	}
}

// TestLeavingAWordOutScoresTheRest leaves words out of lines in which they stand between the names of groups, are the only one that
// speaks to somebody, or occur several times: each value must be that of the rest alone.
func TestLeavingAWordOutScoresTheRest(t *testing.T) {
	m := Shipped()
	lines := []string{
		"black well people", "you", "you black women people women", "they they they hate you and you and you", "jews black muslim 1 2 3 people",
		"black people ask your women why you're so-called men of no-use", "zzyx black qqrst people vvnmp",
	}
	for _, e := range examples(t) {
		lines = append(lines, e.Text)
	}
	s := NewScorer(m)
	for i := range lines {
		words := m.read(strings.Fields(lines[i] + " " + lines[(i+1)%len(lines)]))
		words = words[:min(len(words), m.Window)]
		for _, left := range s.leaveOut(words) {
			rest := slices.DeleteFunc(slices.Clone(words), func(w word) bool { return w.of == left.word })
			for k, want := range NewScorer(m).raw(rest) {
				if math.Abs(left.raw[k]-want) > 1e-5 {
					t.Fatalf("%q without word %d: %s is %v, not %v", lines[i], left.word, m.Labels[k], left.raw[k], want)
				}
			}
		}
	}
}

func TestScorersShareAModel(t *testing.T) {
	m, err := Read(shipped)
	if err != nil {
		t.Fatal(err)
	}
	want := Shipped().Text("they are all vermin and they should leave")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if got := m.Text("they are all vermin and they should leave"); !slices.Equal(got, want) {
				t.Errorf("%v, not %v", got, want)
			}
		})
	}
	wg.Wait()
}

func TestLexiconIsBounded(t *testing.T) {
	m, err := Read(shipped)
	if err != nil {
		t.Fatal(err)
	}
	for w := range m.vocab {
		m.lexeme(token{w, -1})
	}
	if got := m.lexicon.count.Load(); got < maxLexemes || got > maxLexemes+8 {
		t.Errorf("%d of %d words are remembered, %d may be", got, len(m.vocab), maxLexemes)
	}
}

func TestCurve(t *testing.T) {
	c := &tangent
	for x := -20.0; x < 20; x += 0.0037 {
		if got, want := float64(c.at(float32(x))), 1/(1+math.Exp(-x)); math.Abs(got-want) > 1e-6 {
			t.Errorf("at(%v) = %v, not %v", x, got, want)
		}
		if got, want := float64(c.tanh(float32(x))), math.Tanh(x); math.Abs(got-want) > 2e-6 {
			t.Errorf("tanh(%v) = %v, not %v", x, got, want)
		}
	}
	for _, x := range []float32{float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()), 1e30, -1e30, 7, -7} {
		if got := c.at(x); got < 0 || got > 1 {
			t.Errorf("at(%v) = %v", x, got)
		}
	}
}

func TestColumns(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, size := range [][2]int{{1, 1}, {3, 7}, {5, 8}, {4, 9}, {32, 96}, {64, 192}} {
		rows, width := size[0], size[1]
		matrix, x := make([]float32, rows*width), make([]float32, rows)
		for i := range matrix {
			if width < atOnce || i/width*2/rows == i%width/atOnce%2 || i%width < atOnce/2 { // else as between parts, and a column of nothing
				matrix[i] = r.Float32() - 0.5
			}
		}
		for i := range x {
			x[i] = r.Float32() - 0.5
		}
		out := make([]float32, padded(width))
		inColumns(matrix, rows).times(out, x)
		for j := range width {
			want := 0.0
			for i := range rows {
				want += float64(x[i] * matrix[i*width+j])
			}
			if math.Abs(float64(out[j])-want) > 1e-5 {
				t.Errorf("%d rows of %d: column %d is %v, not %v", rows, width, j, out[j], want)
			}
		}
	}
}

// TestKernelsGiveTheSameToTheBit compares what a processor computes with eight numbers at once with what Go computes.
func TestKernelsGiveTheSameToTheBit(t *testing.T) {
	r, c := rand.New(rand.NewPCG(5, 6)), &tangent
	numbers := func(n int, most float32) []float32 {
		out := make([]float32, n)
		for i := range out {
			out[i] = most * (2*r.Float32() - 1)
		}
		return out
	}
	for _, most := range []float32{0.1, 1, 20, 1e9} {
		for _, n := range []int{1, 8, 12, 32, 48} {
			before, input, fromState := numbers(n, 1), numbers(padded(3*n), most), numbers(padded(3*n), most)
			got, want := make([]float32, n), make([]float32, n)
			c.gates(got, before, input, fromState)
			c.gatesInGo(want, before, input, fromState)
			if !slices.Equal(got, want) {
				t.Errorf("%d gates up to %v give %v, not %v", n, most, got, want)
			}
			var sums, wanted [atOnce]float32
			weights := numbers(n*atOnce, most)
			timesBlock(&sums, weights, before)
			timesInGo(&wanted, weights, before)
			if sums != wanted {
				t.Errorf("%d rows up to %v add up to %v, not %v", n, most, sums, wanted)
			}
		}
	}
	for _, x := range []float32{float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()), 7, -7, 0} {
		before, input, fromState := make([]float32, 8), slices.Repeat([]float32{x}, 24), make([]float32, 24)
		got, want := make([]float32, 8), make([]float32, 8)
		c.gates(got, before, input, fromState)
		c.gatesInGo(want, before, input, fromState)
		if !slices.Equal(got, want) {
			t.Errorf("gates at %v give %v, not %v", x, got, want)
		}
	}
}
