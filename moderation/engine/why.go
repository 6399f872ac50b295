package engine

import (
	"fmt"
	"strings"

	"earshot/models"
)

// How surely a word was heard, in the words people see instead of decimals.
const (
	clearP  = 0.85
	likelyP = 0.60
)

// why is one sentence: what matched, in which pack, how surely it was heard, and what keeps the verdict from acting.
func (r *rule) why(said bool, v Verdict) string {
	what := "every condition of the rule holds"
	if said {
		what = "matched " + quoted(v.Shown)
	}
	s := what + " in " + r.pack
	if len(v.Matched) > 0 {
		s += "; " + sureness(v.Matched)
	}
	var failed []string
	for _, g := range v.Gates {
		if !g.Passed && g.Name != "word_p" {
			failed = append(failed, g.Why)
		}
	}
	for _, g := range v.Gates {
		if !g.Passed && g.Name == "word_p" {
			s += ", too unsure to act on"
		}
	}
	if len(failed) > 0 {
		s += "; written down only, because " + strings.Join(failed, " and ")
	}
	return s
}

// sureness says how surely words were heard, after the least sure of them.
func sureness(words []models.Word) string {
	p := leastSure(words)
	one, many := "unsure", "not all sure"
	switch {
	case p >= clearP:
		one, many = "clear", "clear"
	case p >= likelyP:
		one, many = "likely", "at least likely"
	}
	switch len(words) {
	case 1:
		return "the word was " + one
	case 2:
		return "both words were " + many
	}
	return fmt.Sprintf("the %d words were %s", len(words), many)
}

func leastSure(words []models.Word) float32 {
	p := float32(1)
	for _, w := range words {
		p = min(p, w.P)
	}
	return p
}

// mask hides a word but for its first letter: enough for a host who knows the list, nothing for one who reads along.
func mask(words string) string {
	fields := strings.Fields(words)
	for i, w := range fields {
		r := []rune(w)
		fields[i] = string(r[0]) + strings.Repeat("•", max(len(r)-1, 2))
	}
	return strings.Join(fields, " ")
}

// quoted joins texts as "a", "b" and "c".
func quoted(texts []string) string {
	var b strings.Builder
	for i, t := range texts {
		switch {
		case i > 0 && i == len(texts)-1:
			b.WriteString(" and ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString(`"` + t + `"`)
	}
	return b.String()
}
