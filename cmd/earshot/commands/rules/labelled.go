package rules

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"earshot/cmd/earshot/cli"
	"earshot/models"
	"earshot/moderation/engine"
	"earshot/moderation/match/labelled"
)

// labelledFiles separates files of labelled lines from others by their extensions.
func labelledFiles(files []string) (lines, others []string) {
	for _, f := range files {
		switch strings.ToLower(filepath.Ext(f)) {
		case ".jsonl", ".csv":
			lines = append(lines, f)
		default:
			others = append(others, f)
		}
	}
	return lines, others
}

// judgedRow is how one rule performs on labelled lines.
type judgedRow struct {
	// Rule is "" for all rules together.
	Rule string `json:"rule"`
	// Labels are the labels that the rule is meant to find: those in the files that its id names, or any label if it names none.
	Labels  []string `json:"labels"`
	Flagged int      `json:"flagged"`
	Asked   int      `json:"asked"` // how many of them would be shown to the host or in the room
	// Right counts the flagged lines that have such a label, Wrong the flagged lines known to have none, and Lines all lines that have one.
	Right int `json:"right"`
	Wrong int `json:"wrong"`
	Lines int `json:"lines"`
	// Precision and Recall are shares; they are null if there is nothing to divide by. Rules whose id names no label have no recall.
	Precision *float64 `json:"precision"`
	Recall    *float64 `json:"recall"`
}

// judgedLines is the output of "rules try --batch FILE --json".
type judgedLines struct {
	Set      string      `json:"set"`
	Lines    int         `json:"lines"`
	Labelled int         `json:"labelled"`
	Harmless int         `json:"harmless"`
	Rules    []judgedRow `json:"rules"`
}

// judged is a labelled line with the rules that fired on it.
type judged struct {
	line  labelled.Line
	fired map[string]bool // by rule: whether it would be shown to the host or in the room
}

// judgeLabelled judges each labelled line as an example of its own.
func judgeLabelled(set *engine.Set, lines []labelled.Line, example func(say []string) engine.Example) (judgedLines, error) {
	out := judgedLines{Set: set.String(), Lines: len(lines)}
	var all []judged
	var labels []string
	for _, l := range lines {
		found, err := set.Report(example([]string{l.Text}), false)
		if err != nil {
			return out, err
		}
		j := judged{l, map[string]bool{}}
		for _, v := range found.Verdicts {
			j.fired[v.Rule] = v.WouldEnforce
		}
		all, labels = append(all, j), append(labels, l.Yes...)
		if l.Labelled {
			out.Labelled++
		}
		if l.Labelled && l.Whole && len(l.Yes) == 0 {
			out.Harmless++
		}
	}
	slices.Sort(labels)
	labels = slices.Compact(labels)
	for _, r := range set.Rules() {
		own := slices.DeleteFunc(slices.Clone(labels), func(l string) bool { return !names(r.ID, l) })
		row := judgedRow{Rule: r.ID, Labels: own}
		if len(own) == 0 {
			row.Labels = labels
		}
		if row.count(all); len(own) == 0 {
			row.Recall = nil
		}
		out.Rules = append(out.Rules, row)
	}
	slices.SortStableFunc(out.Rules, func(a, b judgedRow) int { return cmp.Or(b.Flagged-a.Flagged, cmp.Compare(a.Rule, b.Rule)) })
	total := judgedRow{Labels: labels}
	total.count(all)
	out.Rules = append([]judgedRow{total}, out.Rules...)
	return out, nil
}

// names reports whether a rule's id is a label or contains it as one of its parts, which are separated by dots and dashes.
func names(rule, label string) bool {
	parts := strings.FieldsFunc(rule, func(c rune) bool { return c == '.' || c == '-' })
	return rule == label || slices.Contains(parts, label)
}

// count counts the lines for a rule, or for all rules together if Rule is "".
func (r *judgedRow) count(all []judged) {
	for _, j := range all {
		asks, fired := j.fired[r.Rule]
		if r.Rule == "" {
			for _, a := range j.fired {
				asks, fired = asks || a, true
			}
		}
		has, not := false, j.line.Labelled
		for _, l := range r.Labels {
			holds, known := j.line.Has(l)
			has, not = has || holds, not && known && !holds
		}
		if has {
			r.Lines++
		}
		if !fired {
			continue
		}
		r.Flagged++
		if asks {
			r.Asked++
		}
		if has {
			r.Right++
		} else if not {
			r.Wrong++
		}
	}
	r.Precision, r.Recall = shareOf(r.Right, r.Right+r.Wrong), shareOf(r.Right, r.Lines)
}

// shareOf returns n/of, or nil if of is 0.
func shareOf(n, of int) *float64 {
	if of == 0 {
		return nil
	}
	x := float64(n) / float64(of)
	return &x
}

// printJudged prints how the rules perform on labelled lines.
func printJudged(env *cli.Env, out judgedLines) error {
	env.Printf("%s over %d lines, %d of them labelled, %d of these harmless\n\n", out.Set, out.Lines, out.Labelled, out.Harmless)
	rows := [][]string{{"RULE", "FLAGGED", "ASKED", "RIGHT", "WRONG", "PRECISION", "RECALL", "LABELS"}}
	for _, r := range out.Rules {
		labels := strings.Join(r.Labels, " ")
		if r.Recall == nil && r.Rule != "" {
			labels = "any"
		}
		rows = append(rows, []string{
			cmp.Or(r.Rule, "(any rule)"), fmt.Sprint(r.Flagged), fmt.Sprint(r.Asked), fmt.Sprint(r.Right), fmt.Sprint(r.Wrong),
			percent(r.Precision), percent(r.Recall), labels,
		})
	}
	return env.Table(rows)
}

func percent(x *float64) string {
	if x == nil {
		return "-"
	}
	return fmt.Sprintf("%.0f%%", 100**x)
}

// tryLabelled judges files of labelled lines and prints the precision and recall of the rules.
func tryLabelled(env *cli.Env, set *engine.Set, files []string, example func(say []string) engine.Example, asJSON bool) error {
	lines, err := env.ReadLabelled(files)
	if err == nil && !slices.ContainsFunc(lines, func(l labelled.Line) bool { return l.Labelled }) {
		err = models.WithHint(errors.New("no line has labels"), `write {"text": "…", "labels": ["insult"]}, and "labels": [] for harmless lines`)
	}
	if err != nil {
		return cli.BadInput(err)
	}
	out, err := judgeLabelled(set, lines, example)
	if err != nil {
		return cli.BadInput(err)
	}
	if asJSON {
		return env.JSON(out)
	}
	return printJudged(env, out)
}
