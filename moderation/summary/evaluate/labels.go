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

// Labels are the turns with a decision, an action or an open question, by meeting and kind; see testdata/labels.txt.
type Labels map[string]map[string][]int

// ReadLabels reads the labels that Earshot has made of public meetings.
func ReadLabels() (Labels, error) {
	out := Labels{}
	n := 0
	for l := range strings.Lines(labelsFile) {
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
	Meetings               int
	found, right, labelled map[string]int
}

// Add counts one meeting's summary; a meeting without labels counts for nothing.
func (l *Listed) Add(labels Labels, m Meeting, s models.Summary) {
	want, ok := labels[m.ID]
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

// String is the precision and the recall of each kind.
func (l Listed) String() string {
	var out []string
	for _, kind := range []string{"decision", "action", "question"} {
		out = append(out, fmt.Sprintf("%ss: %d of %d right, of %d labelled", kind, l.right[kind], l.found[kind], l.labelled[kind]))
	}
	return fmt.Sprintf("%d labelled meetings: ", l.Meetings) + strings.Join(out, "; ")
}
