package tokens

import (
	"slices"
	"strings"

	"earshot/models"
)

// window is how many words a snippet has.
const window = 64

// Snippet returns a text in pieces, of which those are marked that match one of the phrases; of a long text the part around the first
// of them.
func Snippet(text string, phrases []Phrase) (parts []models.SnippetPart) {
	all := Of(text)
	hits := spans(all, phrases)
	from, to, before, after := 0, len(text), "", ""
	if len(all) > window {
		first := 0
		if len(hits) > 0 {
			first = min(max(0, hits[0].first-window/4), len(all)-window)
		}
		if first > 0 {
			from, before = all[first].From, "…"
		}
		if end := first + window; end < len(all) {
			to, after = all[end-1].To, "…"
		}
	}
	add := func(text string, hit bool) {
		if text != "" {
			parts = append(parts, models.SnippetPart{Text: text, Hit: hit})
		}
	}
	at, lead := from, before
	for _, h := range hits {
		begin, end := all[h.first].From, all[h.last].To
		if begin < at || end > to {
			continue
		}
		add(lead+text[at:begin], false)
		add(text[begin:end], true)
		at, lead = end, ""
	}
	add(lead+text[at:to]+after, false)
	return parts
}

// span is a stretch of words.
type span struct{ first, last int }

// spans are where phrases stand, in order; those that overlap are one.
func spans(all []Token, phrases []Phrase) (out []span) {
	for i := range all {
		for _, p := range phrases {
			if p.begins(all[i:]) {
				out = append(out, span{i, i + len(p.Words) - 1})
			}
		}
	}
	slices.SortFunc(out, func(a, b span) int { return a.first - b.first })
	merged := out[:0]
	for _, s := range out {
		if n := len(merged); n > 0 && s.first <= merged[n-1].last {
			merged[n-1].last = max(merged[n-1].last, s.last)
			continue
		}
		merged = append(merged, s)
	}
	return merged
}

// begins reports whether words begin with the phrase.
func (p Phrase) begins(all []Token) bool {
	if len(p.Words) == 0 || len(p.Words) > len(all) {
		return false
	}
	for i, w := range p.Words {
		longer := p.Prefix && i == len(p.Words)-1 // the last word may go on
		if all[i].Word != w && (!longer || !strings.HasPrefix(all[i].Word, w)) {
			return false
		}
	}
	return true
}
