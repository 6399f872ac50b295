package evaluate

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"earshot/models"
)

//go:embed testdata/labels.txt
var labelsFile string

//go:embed testdata/labels-held-out.txt
var heldOutFile string

//go:embed testdata/labels-listed.txt
var listedFile string

// Labels are the turns with a decision, an action or an open question, by meeting and kind; see testdata/labels.txt.
type Labels map[string]map[string][]int

// LabelSet is labels with what they tell.
type LabelSet struct {
	Name   string
	Labels Labels
	Listed bool // only what was listed is labelled: nothing is known of what was missed
}

// ReadLabels reads the labels that Earshot has made of public meetings.
func ReadLabels() ([]LabelSet, error) {
	var out []LabelSet
	for _, f := range []struct {
		name, text string
		listed     bool
	}{
		{"cues chosen on them", labelsFile, false},
		{"labelled before anything was listed", heldOutFile, false},
		{"only what was listed is labelled", listedFile, true},
	} {
		labels, err := parseLabels(f.text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		out = append(out, LabelSet{f.name, labels, f.listed})
	}
	return out, nil
}

func parseLabels(file string) (Labels, error) {
	out := Labels{}
	n := 0
	for l := range strings.Lines(file) {
		n++
		fields := strings.Fields(l)
		if len(fields) == 0 || strings.HasPrefix(l, "#") {
			continue
		}
		if out[fields[0]] == nil {
			out[fields[0]] = map[string][]int{}
		}
		for _, f := range fields[min(2, len(fields)):] {
			turn, err := strconv.Atoi(f)
			if err != nil {
				return nil, fmt.Errorf("labels: line %d: %q is no turn", n, f)
			}
			out[fields[0]][fields[1]] = append(out[fields[0]][fields[1]], turn)
		}
	}
	return out, nil
}

// Listed counts what summaries list, and what of it is labelled.
type Listed struct {
	Set                    LabelSet
	Meetings               int
	found, right, labelled map[string]int
}

// Add counts one meeting's summary; a meeting without labels counts for nothing.
func (l *Listed) Add(m Meeting, s models.Summary) {
	want, ok := l.Set.Labels[m.ID]
	if !ok {
		return
	}
	if l.found == nil {
		l.found, l.right, l.labelled = map[string]int{}, map[string]int{}, map[string]int{}
	}
	l.Meetings++
	for kind, items := range map[string][]models.SummaryItem{"decision": s.Decisions, "action": s.Actions, "question": s.Questions} {
		l.labelled[kind] += len(want[kind])
		for _, it := range items {
			l.found[kind]++
			if slices.ContainsFunc(it.Cites, func(k models.Key) bool { return slices.Contains(want[kind], k.Seq) }) {
				l.right[kind]++
			}
		}
	}
}

// String is the precision of each kind and, where all is labelled, the recall.
func (l Listed) String() string {
	var out []string
	for _, kind := range []string{"decision", "action", "question"} {
		counts := fmt.Sprintf("%ss: %d of %d right", kind, l.right[kind], l.found[kind])
		if !l.Set.Listed {
			counts += fmt.Sprintf(", of %d labelled", l.labelled[kind])
		}
		out = append(out, counts)
	}
	return fmt.Sprintf("%d meetings, %s: ", l.Meetings, l.Set.Name) + strings.Join(out, "; ")
}

//go:embed testdata/judged.txt
var judgedFile string

// Judged says how likely the sentences of a meeting that read like an item of a kind are one, by the turn in which they begin.
type Judged map[string]map[string]map[int]float64

// ReadJudged reads the judgements of sentences in public meetings on which the weights of lists are trained; see
// testdata/judged.txt.
func ReadJudged() (Judged, error) {
	out := Judged{}
	for l := range strings.Lines(judgedFile) {
		fields := strings.Fields(l)
		if len(fields) < 3 || strings.HasPrefix(l, "#") {
			continue
		}
		id, kind := fields[0], fields[1]
		if out[id] == nil {
			out[id] = map[string]map[int]float64{}
		}
		if out[id][kind] == nil {
			out[id][kind] = map[int]float64{}
		}
		for _, f := range fields[2:] {
			var turn, tenths int
			if _, err := fmt.Sscanf(f, "%d:%d", &turn, &tenths); err != nil {
				return nil, fmt.Errorf("judgements: %s %s: %q: %w", id, kind, f, err)
			}
			out[id][kind][turn] = float64(tenths) / 10
		}
	}
	return out, nil
}
