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
