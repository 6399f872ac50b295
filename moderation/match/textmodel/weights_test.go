package textmodel

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func TestWeightsBecomeTheSameModelAgain(t *testing.T) {
	w, err := ReadWeights(shipped)
	if err != nil {
		t.Fatal(err)
	}
	data, err := w.File()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Read(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range examples(t) {
		was, is := Shipped().Text(e.Text), again.Text(e.Text)
		for k := range was {
			if math.Abs(was[k]-is[k]) > 0.02 { // weights are rounded twice
				t.Errorf("%q: %s scores %.3f instead of %.3f", e.Text, again.Labels[k], is[k], was[k])
			}
		}
	}
}

func TestLinesAreEncodedAsTheyAreScored(t *testing.T) {
	m := Shipped()
	words := m.ReadWords("You are SO stupid, black people don't like 1,200 idiots!")
	if got, want := strings.Join(words, " "), "you are so stupid black people dont like 0 idiots"; got != want {
		t.Fatalf("read as %q", got)
	}
	if got := m.Masked(words); !slices.Contains(got, markNoun) || slices.Contains(got, "black") {
		t.Errorf("masked: %q", got)
	}
	x := m.Encode(words)
	sum := 0.0
	for _, h := range x.Hashes {
		sum += float64(int8(m.weights[int(h)*len(m.Labels)]))
	}
	linear := m.Linear.Bias[0] + sum*m.Linear.Scale[0]/math.Sqrt(float64(len(x.Hashes)))
	out := make([]float64, len(m.Labels))
	tokens := m.mask(nil, m.read(words))
	var lexemes []*lexeme
	for _, t := range tokens {
		lexemes = append(lexemes, m.lexeme(t))
	}
	m.linearly(m.all(tokens, lexemes), out)
	if math.Abs(out[0]-m.Mix.Linear[0]*linear) > 1e-6 {
		t.Errorf("the linear part is %v, by its features %v", out[0], m.Mix.Linear[0]*linear)
	}
	if len(x.Tokens) != 9 || x.Tokens[4].Category < 0 || x.Tokens[0].Word == 0 || len(x.Tokens[0].Parts) == 0 {
		t.Errorf("tokens: %+v", x.Tokens)
	}
}
