package tune

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"earshot/moderation/engine"
	"earshot/moderation/rules"
)

// scores are the minimum scores tried.
var scores = []float64{0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.92, 0.95, 0.97, 0.98, 0.99}

// Limits of what is tried.
const (
	mostMilder     = 2   // lower scores
	mostCandidates = 600 // in total
)

// candidates returns the changes to try, for the rules with decided flags.
func candidates(opts Options, set *engine.Set, h *heard) ([]Proposal, error) {
	var out []Proposal
	for _, id := range slices.Sorted(maps.Keys(h.lines)) {
		file := set.Where(id)
		data, err := opts.Load.ReadFile(file)
		if err != nil {
			return nil, err
		}
		add := func(k kind, c rules.Change, phrases []string, text, yaml string) {
			c.Rule = id
			out = append(out, Proposal{ID: idOf(c), Rule: id, File: file, Text: text, YAML: yaml, change: c, phrases: phrases, kind: k})
		}
		found, err := rules.Scores(data, id)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		for i, s := range found {
			addScores(i, s, add)
		}
		addConditions(h.lines[id], add)
	}
	return out[:min(len(out), mostCandidates)], nil
}

type adding func(k kind, c rules.Change, phrases []string, text, yaml string)

// addScores adds other scores for one that a rule requires.
func addScores(i int, s rules.Score, add adding) {
	now, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimPrefix(s.Least, ">=")), 64)
	if err != nil {
		return
	}
	var lower []float64
	for _, to := range scores {
		if to < now-0.001 {
			lower = append(lower, to)
		}
	}
	for _, to := range scores {
		k := stricter
		if to < now+0.001 {
			if k = milder; !slices.Contains(lower[max(0, len(lower)-mostMilder):], to) {
				continue
			}
		}
		add(k, rules.Change{Score: i, To: to}, nil, fmt.Sprintf("ask for %s >=%.2g instead of %s", s.Label, to, s.Least),
			fmt.Sprintf("means: {%s: \">=%.2g\"}", s.Label, to))
	}
}

// addConditions adds exceptions to a rule.
func addConditions(lines []decided, add adding) {
	if said := phrases(lines); len(said) > 0 {
		quoted := make([]string, len(said))
		for i, p := range said {
			quoted[i] = strconv.Quote(p)
		}
		list := strings.Join(quoted, ", ")
		c := "{says: {phrase: [" + list + "]}}"
		add(phrase, rules.Change{Unless: c}, said, "be silent where somebody says "+list, "unless: "+c)
	}
	if who := roles(lines); len(who) > 0 {
		names := make([]string, len(who))
		for i, r := range who {
			names[i] = string(r)
		}
		list := strings.Join(names, ", ")
		c := "{role: [" + list + "]}"
		add(role, rules.Change{Unless: c}, nil, "be silent about people with the role "+list, "unless: "+c)
	}
	if slices.ContainsFunc(lines, func(l decided) bool { return !l.confirmed }) {
		const c = "{reported_speech: true}"
		add(reported, rules.Change{Unless: c}, nil, "be silent where somebody quotes somebody", "unless: "+c)
	}
}
