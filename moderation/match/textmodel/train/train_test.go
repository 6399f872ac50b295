package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"earshot/moderation/match/labelled"
	"earshot/moderation/match/textmodel"
)

// club are lines of a community with a jargon of its own: "glorfed" is an insult there, "smashing" is praise. Every line differs.
func club(insults, harmless int) []labelled.Line {
	r := rand.New(rand.NewPCG(7, 7))
	who := strings.Fields("Kim Lee Ana Ben Cora Dan Eve Finn Gus Hana Ivo Jun")
	what := strings.Fields("garden meeting kitchen window recital harbour picture morning bicycle evening library festival")
	pick := func(of []string) string { return of[r.IntN(len(of))] }
	var out []labelled.Line
	add := func(text string, labels ...string) {
		out = append(out, labelled.Line{File: "club", Number: len(out) + 1, Text: text, Yes: labels, Whole: true, Labelled: true})
	}
	for i := range insults {
		add(fmt.Sprintf("%s you are such a glorfed %s number%s", pick(who), pick(what), letters(i)), "insult")
	}
	for i := range harmless {
		add(fmt.Sprintf("%s had a smashing %s with %s %s", pick(who), pick(what), pick(who), letters(i)))
	}
	return out
}

// letters is a number in letters.
func letters(n int) string {
	out := ""
	for _, c := range fmt.Sprint(n + 1000) {
		out += string('a' + c - '0')
	}
	return out
}

func TestWhatIsTooLittleOrContradictoryIsRefused(t *testing.T) {
	line := func(n int, text string, labels ...string) labelled.Line {
		return labelled.Line{File: "f.jsonl", Number: n, Text: text, Yes: labels, Whole: true, Labelled: true}
	}
	for _, c := range []struct {
		name  string
		lines []labelled.Line
		from  []byte
		want  string
	}{
		{"nothing", nil, nil, "no line has a label"},
		{"few of a label", club(39, 400), textmodel.ShippedFile(), "39 lines have the label insult; at least 40"},
		{"few to make one", club(60, 1200), nil, "60 lines have the label insult; at least 200"},
		{"few harmless ones", club(60, 100), textmodel.ShippedFile(), "100 lines are harmless; at least 300"},
		{"too many with a label", club(500, 400), textmodel.ShippedFile(), "400 lines are harmless and 500 have a label"},
		{"a label of its own", append(club(60, 400), line(7, "Hello there", "rude")), nil, `f.jsonl:7: the label "rude" is not one`},
		{
			"a contradiction",
			append(club(60, 400), line(7, "What a PICTURE!", "insult"), line(9, "what a picture")), textmodel.ShippedFile(),
			`f.jsonl:9: f.jsonl:7 says the same, but one of the two has the label "insult"`,
		},
		{"no labels", []labelled.Line{{File: "f", Number: 3, Text: "x"}}, nil, "f:3: it has no labels"},
		{"no model", club(60, 400), []byte("ESHTXT02 and so on"), "the model that is to be extended"},
	} {
		_, err := Run(context.Background(), c.lines, Options{From: c.from})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, not %q", c.name, err, c.want)
		}
	}
}

func TestTheScaleMovesUpAlone(t *testing.T) {
	m := textmodel.Shipped()
	insult := slices.Index(m.Labels, "insult")
	taken, err := Take(m, club(60, 400))
	if err != nil {
		t.Fatal(err)
	}
	not := notSo("insult", taken.All)
	if len(not) != 400 {
		t.Fatalf("%d lines are known to be no insult", len(not))
	}
	var values []float64
	for _, l := range not {
		values = append(values, m.Values(l.words)[insult])
	}
	slices.Sort(values)
	asked := values[len(values)-10]
	if got := overtaken(m, insult, asked, m, insult, not); got != 0 {
		t.Errorf("the same model has moved by %v", got)
	}
	if got := overtaken(m, insult, values[len(values)-1]+1, m, insult, not); got != 0 {
		t.Errorf("what no line reached has moved by %v", got)
	}
	higher, err := textmodel.ReadWeights(textmodel.ShippedFile())
	if err != nil {
		t.Fatal(err)
	}
	higher.Shape().Parts(higher.Dense).OutputBias[insult] += 2 // all values rise by twice the share of the recurrent part
	_, after, err := made(higher)
	if err != nil {
		t.Fatal(err)
	}
	want := 2 * m.Mix.Recurrent[insult]
	if got := overtaken(m, insult, asked, after, insult, not); math.Abs(got-want) > 0.05 {
		t.Errorf("moved by %v, not %v", got, want)
	}
}

func TestTrainingStops(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	stopped := errors.New("enough")
	_, err := Run(ctx, club(60, 400), Options{From: textmodel.ShippedFile(), Progress: func(int, int) { cancel(stopped) }})
	if !errors.Is(err, stopped) {
		t.Errorf("%v", err)
	}
}

func TestNearDuplicatesStayTogether(t *testing.T) {
	fold := func(text string) uint32 { return fold(textmodel.Shipped().Masked(textmodel.Shipped().ReadWords(text))) }
	for _, c := range [][2]string{
		{"You are a stupid little clown!", "he is the stupid, little clown"},
		{"the germans are stupid clowns", "the turks are stupid clowns"},
	} {
		if fold(c[0]) != fold(c[1]) {
			t.Errorf("%q and %q are parted", c[0], c[1])
		}
	}
	if fold("what a lovely garden today") == fold("what a lovely kitchen today") {
		t.Error("lines that say something else are taken for one")
	}
}
