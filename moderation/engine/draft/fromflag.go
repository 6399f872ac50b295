package draft

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"earshot/configs/yamltext"
	"earshot/models"
)

// maxGap is how many words may be between two words of a phrase; words further apart become conditions of their own.
const maxGap = 10

// WithRule adds a rule to a rule file: it flags the words for which a flag was raised, as far apart as they were in its line, and has a
// check for them. Comments and layout are preserved. ok is false if the flag has no words, or the text has no list of rules to which one
// can be added.
func WithRule(text string, f models.Flag, line []models.Word) (with string, ok bool) {
	groups, gap, said := quoted(f.Matched, line)
	if len(groups) == 0 {
		return text, false
	}
	conds := make([]string, len(groups))
	for i, g := range groups {
		conds[i] = "{says: {phrase: " + strconv.Quote(strings.Join(g, " ")) + "}}"
		if gap > 0 && len(g) > 1 {
			conds[i] = strings.TrimSuffix(conds[i], "}}") + fmt.Sprintf(", gap: %d}}", gap)
		}
	}
	when := conds[0]
	if len(conds) > 1 {
		when = "{all: [" + strings.Join(conds, ", ") + "]}"
	}
	id := ruleID(text, groups[0])
	out, err := yamltext.Append([]byte(text), "rules", fmt.Sprintf(
		"id: %s\nwhen: %s\nunless: {reported_speech: true}\nthen: [flag: {level: %s}]\n", id, when, f.Level))
	if err == nil {
		out, err = yamltext.Append(out, "checks", fmt.Sprintf("{say: %s, expect: {%s: %s}}", strconv.Quote(said), id, f.Level))
	}
	if err != nil {
		return text, false
	}
	return string(out), true
}

// quoted returns the words that matched, as groups of words that belong together with at most gap others between two of them, and what
// was said from the first to the last of them. Words of other lines are left out if the line has some.
func quoted(matched, line []models.Word) (groups [][]string, gap int, said string) {
	var at []int
	for _, w := range matched {
		i := slices.IndexFunc(line, func(l models.Word) bool { return l.Text == w.Text && l.StartMS == w.StartMS })
		if i >= 0 && !slices.Contains(at, i) {
			at = append(at, i)
		}
	}
	slices.Sort(at)
	if len(at) == 0 { // it is not known how far apart they were
		at, line = make([]int, len(matched)), matched
		for i := range at {
			at[i] = i
		}
	}
	var all []string
	last := -1
	for _, i := range at {
		word := plain(line[i])
		if word == "" {
			continue
		}
		between := 0
		for _, w := range line[last+1 : i] {
			if other := plain(w); last >= 0 && other != "" {
				all = append(all, other)
				between++
			}
		}
		if last < 0 || between > maxGap {
			groups = append(groups, nil)
			between = 0
		}
		gap = max(gap, between)
		groups[len(groups)-1] = append(groups[len(groups)-1], word)
		all, last = append(all, word), i
	}
	return groups, gap, strings.Join(all, " ")
}

// plain returns a word as a phrase has it; "" for what was redacted and for mere punctuation.
func plain(w models.Word) string {
	if strings.Contains(w.Text, "▮") {
		return ""
	}
	return strings.ToLower(strings.Trim(w.Text, " .,;:!?…\"“”-–—"))
}

// ruleID returns an id that a text does not contain yet.
func ruleID(text string, words []string) string {
	plain := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, words[0])
	for n := 1; ; n++ {
		id := "says-" + plain
		if plain == "" {
			id = "says"
		}
		if n > 1 {
			id = fmt.Sprintf("%s-%d", id, n)
		}
		if !strings.Contains(text, id) {
			return id
		}
	}
}
