package summary

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"earshot/models"
)

// headline is one sentence: who talked, how long, about what, and what came of it.
func (d *document) headline(s models.Summary) string {
	switch {
	case s.Lines == 0 && s.SinceMS > 0:
		return "Nothing was said since then."
	case s.Lines == 0:
		return "Nothing was said."
	case len(d.lines) == 0:
		return "What was said is too doubtful, or too much of it is flagged, to be summed up."
	}
	out := people(s.Talk) + " talked for " + length(d.lines[0].StartMS, s.UntilMS)
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

// people names those who said something, the first three.
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

// about names the two main topics: those of the longest chapters, or both of the only one.
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
		for _, p := range d.titles[i][:min(1, len(d.titles[i]))] {
			if len(parts) < 2 && !slices.ContainsFunc(parts, func(other string) bool { return alike(other, p.text) }) {
				parts = append(parts, p.text)
			}
		}
	}
	return andList(parts)
}

// alike reports whether two phrases share a word.
func alike(a, b string) bool {
	in := strings.Fields(strings.ToLower(a))
	return slices.ContainsFunc(strings.Fields(strings.ToLower(b)), func(w string) bool { return slices.Contains(in, w) })
}

// length is a time in the words of people.
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
