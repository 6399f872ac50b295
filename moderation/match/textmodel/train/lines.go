package train

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"earshot/models"
	"earshot/moderation/match/labelled"
	"earshot/moderation/match/textmodel"
)

// truth is what is known of a label of a line.
type truth int8

const (
	unknown truth = iota
	no
	yes
)

// Line is a labelled line as it is trained on.
type Line struct {
	where string
	words []string // in the model's form
	key   string   // the words with groups masked: what tells lines apart
	is    []truth  // by label
	fold  uint32   // near duplicates have the same
}

// harmless reports whether the line has no label and this is known of all.
func (l Line) harmless() bool {
	return !slices.ContainsFunc(l.is, func(t truth) bool { return t != no })
}

// Lines are labelled lines, each said once.
type Lines struct {
	All    []Line
	Labels []string // that some line has, in the order of the model's
	Twice  int      // lines that were left out because the same was there already
	Empty  int      // lines that were left out because they hold no word
	sum    string
}

// mostProblems bounds the problems that an error names.
const mostProblems = 20

// Take checks labelled lines and brings them into a model's form. The error names every line that is wrong, up to a limit: labels
// that no model has, lines that say nothing about labels, and lines that say the same with different labels.
func Take(m *textmodel.Model, lines []labelled.Line) (*Lines, error) {
	out := &Lines{}
	found := map[string]int{}
	sum := sha256.New()
	var errs []error
	for _, l := range lines {
		x, err := take(m, l)
		if err == nil && x.words == nil {
			out.Empty++
			continue
		}
		if err == nil {
			fmt.Fprintf(sum, "%s\x1f%v\n", x.key, x.is)
			if i, ok := found[x.key]; ok {
				err = out.All[i].join(x)
				out.Twice++
			} else {
				found[x.key] = len(out.All)
				out.All = append(out.All, x)
			}
		}
		if err != nil {
			if errs = append(errs, fmt.Errorf("%s: %w", l.Where(), err)); len(errs) == mostProblems {
				errs = append(errs, errors.New("… and perhaps more"))
				break
			}
		}
	}
	for k, label := range textmodel.Labels {
		if slices.ContainsFunc(out.All, func(l Line) bool { return l.is[k] == yes }) {
			out.Labels = append(out.Labels, label)
		}
	}
	out.sum = fmt.Sprintf("%x", sum.Sum(nil))
	return out, errors.Join(errs...)
}

func take(m *textmodel.Model, l labelled.Line) (Line, error) {
	x := Line{where: l.Where(), is: make([]truth, len(textmodel.Labels))}
	if !l.Labelled {
		return x, errors.New(`it has no labels; an empty list ("labels": []) says that it is harmless`)
	}
	for _, name := range slices.Concat(l.Yes, l.No) {
		if !slices.Contains(textmodel.Labels[:], name) {
			return x, fmt.Errorf("the label %q is not one that a model has: %s", name, strings.Join(textmodel.Labels[:], ", "))
		}
	}
	for k, label := range textmodel.Labels {
		switch holds, known := l.Has(label); {
		case holds:
			x.is[k] = yes
		case known:
			x.is[k] = no
		}
	}
	x.words = m.ReadWords(l.Text)
	if len(x.words) == 0 {
		return Line{}, nil
	}
	masked := m.Masked(x.words)
	x.key, x.fold = strings.Join(masked, " "), fold(masked)
	return x, nil
}

// join adds what another line with the same words says.
func (l *Line) join(other Line) error {
	for k := range l.is {
		switch {
		case l.is[k] == unknown:
			l.is[k] = other.is[k]
		case other.is[k] != unknown && other.is[k] != l.is[k]:
			return fmt.Errorf("%s says the same, but one of the two has the label %q and the other has not", l.where, textmodel.Labels[k])
		}
	}
	return nil
}

// fold is a hash that near duplicates share: of the set of a line's longer words, where it has at least three.
func fold(words []string) uint32 {
	long := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return len(w) < 4 && !strings.HasPrefix(w, "<") })
	if len(long) < 3 {
		long = slices.Clone(words)
	}
	slices.Sort(long)
	h := fnv.New32a()
	for _, w := range slices.Compact(long) {
		h.Write([]byte(w + "\x1f"))
	}
	return h.Sum32()
}

// The least that is trained on, in lines.
const (
	leastToExtend       = 40  // with a label
	leastToMake         = 200 // with a label, without a model to begin with
	leastHarmless       = 300
	leastHarmlessToMake = 1000
	heldOut             = 5 // of so many lines one is held out, and half of one sets the scale
)

// Enough refuses lines that are too few or too one-sided to train on.
func (ls *Lines) Enough(extend bool) error {
	least, calm := leastToMake, leastHarmlessToMake
	if extend {
		least, calm = leastToExtend, leastHarmless
	}
	harmless := ls.count(func(l Line) bool { return l.harmless() })
	var errs []error
	for _, label := range ls.Labels {
		k := slices.Index(textmodel.Labels[:], label)
		if n := ls.count(func(l Line) bool { return l.is[k] == yes }); n < least {
			errs = append(errs, fmt.Errorf("%d lines have the label %s; at least %d are needed", n, label, least))
		}
	}
	harmful := ls.count(func(l Line) bool { return slices.Contains(l.is, yes) })
	switch {
	case len(ls.Labels) == 0:
		errs = append(errs, errors.New("no line has a label"))
	case harmless < calm:
		errs = append(errs, fmt.Errorf("%d lines are harmless; at least %d are needed", harmless, calm))
	case harmless < harmful:
		errs = append(errs, fmt.Errorf("%d lines are harmless and %d have a label; at least as many must be harmless", harmless, harmful))
	}
	if len(errs) == 0 {
		return nil
	}
	return models.WithHint(fmt.Errorf("too little to train on: %w", errors.Join(errs...)),
		`take out labels that have too few lines; harmless lines are those of ordinary talk, with "labels": []`)
}

func (ls *Lines) count(which func(Line) bool) int {
	n := 0
	for _, l := range ls.All {
		if which(l) {
			n++
		}
	}
	return n
}

// split parts the lines into those that are trained on, those that set the scale of the scores, and the fifth that is held out. Near
// duplicates stay together.
func (ls *Lines) split() (kept, scale, held []Line) {
	for _, l := range ls.All {
		switch mixed(l.fold) % (2 * heldOut) {
		case 0, 1:
			held = append(held, l)
		case 2:
			scale = append(scale, l)
		default:
			kept = append(kept, l)
		}
	}
	return kept, scale, held
}

// mixed spreads the bits of a hash (the finishing steps of MurmurHash3).
func mixed(h uint32) uint32 {
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return h ^ h>>16
}
