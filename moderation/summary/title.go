package summary

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"earshot/models"
)

// phrase is a term, or two that stand side by side, as a candidate for a title.
type phrase struct {
	a, b  int // b is -1 for a single term
	score float64
}

// titled names the chapters by the words that are frequent in them and rare in the others.
func (d *document) titled(spans []span) []models.Chapter {
	out := []models.Chapter{}
	in := d.chaptersOf(spans)
	for _, s := range spans {
		phrases := d.phrases(s, in, len(spans))
		parts := d.parts(phrases)
		d.titles = append(d.titles, parts)
		c := models.Chapter{Title: title(parts), StartMS: d.lines[s.from].StartMS}
		for _, u := range d.lines[s.from:s.to] {
			c.EndMS = max(c.EndMS, u.EndMS)
		}
		c.Cites = d.support(s, phrases)
		out = append(out, c)
	}
	return out
}

// chaptersOf counts for each term in how many chapters it occurs.
func (d *document) chaptersOf(spans []span) []int {
	in, seen := make([]int, len(d.df)), make([]int, len(d.df))
	for n, s := range spans {
		for i := s.from; i < s.to; i++ {
			for _, t := range d.lineTerms(i) {
				if seen[t] != n+1 {
					seen[t] = n + 1
					in[t]++
				}
			}
		}
	}
	return in
}

// phrases are a chapter's best three words or pairs, the best first; no word occurs in two of them.
func (d *document) phrases(s span, in []int, chapters int) []phrase {
	counts := map[[2]int]float64{}
	for i := s.from; i < s.to; i++ {
		for _, n := range d.of[i] {
			if d.units[n].lines[0] == i {
				d.countPhrases(&d.units[n], counts)
			}
		}
	}
	var all []phrase
	for k, n := range counts {
		p := phrase{a: k[0], b: k[1], score: n * math.Log(1+float64(chapters)/float64(in[k[0]]))}
		if p.b >= 0 {
			if n < 2 {
				continue
			}
			p.score = 1.6 * n * math.Log(1+float64(chapters)/float64(max(in[k[0]], in[k[1]])))
		}
		all = append(all, p)
	}
	slices.SortFunc(all, func(x, y phrase) int {
		return cmp.Or(cmp.Compare(y.score, x.score), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b))
	})
	var out []phrase
	used := map[int]bool{-1: false}
	for _, p := range all {
		if len(out) < 3 && !used[p.a] && (p.b < 0 || !used[p.b]) && (len(out) == 0 || p.score >= out[0].score/4) {
			used[p.a] = true
			if p.b >= 0 {
				used[p.b] = true
			}
			out = append(out, p)
		}
	}
	return out
}

// countPhrases counts a sentence's terms and its pairs of neighbours.
func (d *document) countPhrases(u *unit, counts map[[2]int]float64) {
	last := -1
	for _, w := range u.words {
		t := w.term
		if t >= 0 {
			counts[[2]int{t, -1}]++
			if last >= 0 && last != t {
				counts[[2]int{last, t}]++
			}
		}
		last = t
	}
}

// parts are phrases as they are written.
func (d *document) parts(ps []phrase) []string {
	parts := make([]string, len(ps))
	for i, p := range ps {
		parts[i] = d.surface(p.a)
		if p.b >= 0 {
			parts[i] += " " + d.surface(p.b)
		}
	}
	return parts
}

// title joins the parts: "Ticket sales, venue and budget".
func title(parts []string) string {
	if len(parts) == 0 {
		return "Conversation"
	}
	s := quotable(andList(parts))
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// andList is "a", "a and b", "a, b and c".
func andList(parts []string) string {
	if n := len(parts); n > 1 {
		return strings.Join(parts[:n-1], ", ") + " and " + parts[n-1]
	}
	return strings.Join(parts, "")
}

// support are the up to three lines of a chapter that hold most of its title; at least one.
func (d *document) support(s span, ps []phrase) []models.Key {
	wanted := map[int]bool{}
	for _, p := range ps {
		wanted[p.a] = true
		if p.b >= 0 {
			wanted[p.b] = true
		}
	}
	type hit struct{ line, n int }
	var hits []hit
	for i := s.from; i < s.to; i++ {
		found := map[int]bool{}
		for _, t := range d.lineTerms(i) {
			if wanted[t] {
				found[t] = true
			}
		}
		if len(found) > 0 {
			hits = append(hits, hit{i, len(found)})
		}
	}
	if len(hits) == 0 {
		hits = []hit{{line: s.from}}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(b.n, a.n) })
	hits = hits[:min(3, len(hits))]
	slices.SortFunc(hits, func(a, b hit) int { return cmp.Compare(a.line, b.line) })
	var out []models.Key
	for _, h := range hits {
		out = append(out, d.lines[h.line].Key)
	}
	return out
}
