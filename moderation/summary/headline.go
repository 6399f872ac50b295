package summary

import (
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

// about is what a short session's one chapter is called, or the first words of the titles of the longest chapters.
func (d *document) about(cs []models.Chapter) string {
	if len(cs) == 1 {
		return andList(d.titles[0])
	}
	chosen := make([]bool, len(cs))
	for range min(3, len(cs)) {
		best := -1
		for i, c := range cs {
			if !chosen[i] && (best < 0 || c.EndMS-c.StartMS > cs[best].EndMS-cs[best].StartMS) {
				best = i
			}
		}
		chosen[best] = true
	}
	var parts []string
	for i, words := range d.titles {
		if chosen[i] && len(words) > 0 && !slices.Contains(parts, words[0]) {
			parts = append(parts, words[0])
		}
	}
	return andList(parts)
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
