package summary

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"earshot/models"
)

// headline is one sentence: who talked, how long, about what, and what came of it. said are all lines, in order.
func (d *document) headline(s models.Summary, said []*line) string {
	switch {
	case s.Lines == 0 && s.SinceMS > 0:
		return "Nothing was said since then."
	case s.Lines == 0:
		return "Nothing was said."
	case len(d.lines) == 0:
		return "Too much of what was said is doubtful or flagged to make a summary."
	}
	out := people(s.Talk) + " talked for " + length(said[0].StartMS, s.UntilMS)
	if about := d.about(s.Chapters); about != "" {
		out += " about " + about
	}
	var came []string
	for _, c := range []struct {
		n    int
		word string
	}{{len(s.Decisions), "decision"}, {len(s.Actions), "action"}, {len(s.Questions), "question"}} {
		if c.n > 0 {
			came = append(came, models.Count(c.n, c.word))
		}
	}
	if len(came) > 0 {
		out += ": " + andList(came)
	}
	return quotable(out + ".")
}

// people names the first three who said something, and counts the others.
func people(talk []models.TalkShare) string {
	var names []string
	more := 0
	for _, t := range talk {
		switch {
		case t.Turns == 0:
		case len(names) == 3:
			more++
		default:
			names = append(names, quotable(orSomebody(t.SpeakerName)))
		}
	}
	if more > 0 {
		names = append(names, models.Count(more, "other"))
	}
	return andList(names)
}

func orSomebody(name string) string {
	if strings.TrimSpace(name) == "" {
		return "Somebody"
	}
	return name
}

const mainTopics = 2

// about names the two main topics: those of the two longest chapters, or both of a single chapter. A phrase is preferred to a
// word.
func (d *document) about(cs []models.Chapter) string {
	if len(cs) == 1 {
		return andList(texts(d.titles[0]))
	}
	order := make([]int, len(cs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(cs[b].EndMS-cs[b].StartMS, cs[a].EndMS-cs[a].StartMS) })
	var parts []string
	for _, i := range order {
		best := slices.Clone(d.titles[i])
		slices.SortStableFunc(best, func(a, b phrase) int { return cmp.Compare(min(2, b.words), min(2, a.words)) })
		for _, p := range best {
			if !slices.ContainsFunc(parts, func(other string) bool { return alike(other, p.text) }) {
				parts = append(parts, p.text)
				break
			}
		}
		if len(parts) == mainTopics {
			break
		}
	}
	if strings.Contains(strings.Join(parts, " "), " and ") { // "oil and gas, and the budget"
		return strings.Join(parts, ", and ")
	}
	return andList(parts)
}

// alike reports whether two phrases share a word, or forms of one: "overlap" and "overlapping zone".
func alike(a, b string) bool {
	in := strings.Fields(strings.ToLower(a))
	return slices.ContainsFunc(strings.Fields(strings.ToLower(b)), func(w string) bool {
		return slices.ContainsFunc(in, func(other string) bool { return sameRoot(w, other) })
	})
}

// leastRoot is how many bytes two forms of a word have in common at their beginning, at least.
const leastRoot = 4

func sameRoot(a, b string) bool {
	n := min(len(a), len(b))
	return a == b || n >= leastRoot && strings.HasPrefix(b, a[:max(leastRoot, n-2)])
}

// length returns a span in ms in words: "12 minutes".
func length(from, to int64) string {
	s := max(0, to-from) / 1000
	switch {
	case s < 60:
		return models.Count(int(max(1, s)), "second")
	case s < 3600:
		return models.Count(int((s+30)/60), "minute")
	}
	return fmt.Sprintf("%d h %02d min", s/3600, s/60%60)
}
