package summary

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"earshot/models"
)

// headline is one sentence: who talked, how long, about what, and what came of it. said are all lines, in order.
func (d *titler) headline(s models.Summary, said []*line) string {
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
func (d *titler) about(cs []models.Chapter) string {
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

// unlikeTitles is how much less a phrase is worth because of the titles of earlier chapters: 1 if they have none of its words.
func (d *titler) unlikeTitles(p *phrase) float64 {
	out := 1.0
	for _, other := range slices.Concat(d.titles...) {
		switch {
		case d.english() && strings.EqualFold(other.text, p.text):
			return sameTitle
		case alike(other.text, p.text):
			out = named
		}
	}
	return out
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

// title joins the phrases: "recording equipment and location".
func title(ps []phrase) string {
	if len(ps) == 0 {
		return "conversation"
	}
	if len(ps) == 2 && ps[0].wide && ps[0].lift < wideLift && !ps[1].wide { // what tells it from the others is named first
		ps = []phrase{ps[1], ps[0]}
	}
	return quotable(andList(texts(ps)))
}

func texts(ps []phrase) []string {
	out := make([]string, len(ps))
	for i, p := range ps {
		out[i] = p.text
	}
	return out
}

func capital(s string) string {
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

// By what factor the second phrase of a title may be worse than the first.
const (
	nextPhrase = 6
	nextOften  = 20 // if it is said leastTimes, the first is said elsewhere too, or the chapter has enoughLines
	nextPlain  = 4  // in other languages than English
	nextWord   = 40 // beside a single word, which is hardly a title
	nextToWide = 1000
	wideLift   = 2   // a phrase that is said in nearly all chapters says little, if it is not so many times as frequent in this one
	nextLift   = 1.3 // how many times as frequent as in other chapters the second phrase is, at least
)

// namedFully puts the best phrase that has a word before the word, if that is the best: "system" says less than "filter system".
func namedFully(all []phrase, sure int) []phrase {
	if len(all) == 0 || all[0].words > 1 {
		return all
	}
	i := slices.IndexFunc(all, func(p phrase) bool {
		return p.words > 1 && slices.Contains(p.terms, all[0].terms[0]) && (sure < saidTwice || p.times >= max(2, phraseShare*all[0].times))
	})
	if i < 0 {
		return all
	}
	p := all[i]
	p.score = all[0].score
	return slices.Insert(slices.Delete(all, i, i+1), 0, p)
}

// distinctOf takes the best phrase, and a second one that is nearly as good.
func (d *titler) distinctOf(all []phrase, s span) []phrase {
	var out []phrase
	for _, p := range all {
		if len(out) == 2 || len(out) == 1 && p.score < out[0].score/d.nearly(&out[0], &p, s) {
			break
		}
		if len(out) == 1 && out[0].words > 1 && (p.words == 1 || strings.Contains(out[0].text, " and ")) {
			continue // one good phrase is a title; a word beside it says less
		}
		if len(out) == 1 && d.english() && (p.others > 0 && (p.lift < nextLift || p.less) || d.name(&p) ||
			p.words > 1 && p.times+p.others < 2 && !out[0].theme) {
			continue // it is said as often elsewhere, or may be no topic
		}
		if len(out) == 1 && (!p.beside(out[0]) || p.words == 1 && (p.times < leastTimes || d.english() && !d.together(&p, &out[0], s))) {
			continue
		}
		out = append(out, p)
	}
	if d.english() && len(out) == 2 && out[0].words == 1 && out[1].words > 1 {
		return out[1:]
	}
	return out
}

// tellApart makes the title of a chapter longer if it is a phrase that the title of another one has too ("pump" beside "pump and shed"),
// or one that is said all over the session. If that can't be done, the other title is left without it.
func (d *titler) tellApart(n int, s subject) {
	if !d.english() || len(d.titles[n]) != 1 {
		return
	}
	only := d.titles[n][0]
	same := func(p phrase) bool { return p.has(&only) }
	other := -1
	for i, ps := range d.titles {
		if i != n && slices.ContainsFunc(ps, same) {
			other = i
		}
	}
	if other < 0 && !only.theme {
		return
	}
	only.theme = true
	for sure := saidTwice; sure >= knownWords && len(d.titles[n]) == 1; sure-- {
		all := d.rated(s, sure)
		d.titles[n] = d.distinctOf(append([]phrase{only}, all...), s.span)
		longer := slices.IndexFunc(all, func(p phrase) bool { return p.words > only.words && same(p) })
		if len(d.titles[n]) == 1 && longer >= 0 {
			d.titles[n] = all[longer : longer+1]
			return
		}
	}
	switch {
	case other < 0 || len(d.titles[n]) > 1:
	case !same(d.titles[other][0]):
		d.titles[other] = d.titles[other][:1]
	case d.titles[other][0].words == only.words: // they are the same
		all := d.rated(s, anyPhrase)
		if i := slices.IndexFunc(all, func(p phrase) bool { return p.beside(only) && !d.name(&p) }); i >= 0 {
			d.titles[n] = append(d.titles[n], all[i])
		}
	}
}

// has reports whether a phrase has all words of another.
func (p *phrase) has(other *phrase) bool {
	return !slices.ContainsFunc(other.terms, func(t int) bool { return !slices.Contains(p.terms, t) })
}

// nearly is by what factor the second phrase of a title may be worse than the first.
func (d *titler) nearly(first, second *phrase, s span) float64 {
	switch {
	case d.english() && first.words > 1 && first.theme:
		return nextToWide
	case first.words == 1:
		return nextWord
	case !d.english():
		return nextPlain
	case second.times >= leastTimes || first.others > 0 || s.to-s.from >= enoughLines:
		return nextOften
	}
	return nextPhrase
}

// beside reports whether p fits into a title with another phrase.
func (p *phrase) beside(other phrase) bool {
	return !alike(p.text, other.text) && other.words+p.words+1 <= joinedWords && !strings.Contains(p.text, " and ")
}

// together reports whether people say two phrases in the same sentences, more often than if they had nothing to do with each other.
func (d *titler) together(p, q *phrase, s span) bool {
	var n, a, b, both float64
	for i := s.from; i < s.to; i++ {
		for _, k := range d.of[i] {
			if u := &d.units[k]; u.lines[0] == i {
				has, hasToo := slices.Contains(u.terms, p.terms[0]), slices.Contains(u.terms, q.terms[0])
				n++
				a += is(has)
				b += is(hasToo)
				both += is(has && hasToo)
			}
		}
	}
	return both >= 2 && both*n > a*b
}

// An introduction and an end are short, and people say what is said there.
const (
	edgeShare = 0.2     // of the session's lines, at most
	edgeMS    = 600_000 // and of its time
	edgeCues  = 3       // things that are said there, at least
	hardlyMS  = 120_000 // how long one takes at most that is called by that alone, as nothing in it is a topic
)

var (
	saidFirst = englishWords.phrases("saidFirst")
	saidLast  = englishWords.phrases("saidLast")
)

// place is the title of a chapter. It tells the first one as the introduction and the last one as the end, where they are that.
func (d *titler) place(spans []span, n int, ps []phrase) string {
	name := title(ps)
	if !d.english() || len(spans) < 3 || n > 0 && n < len(spans)-1 {
		return capital(name)
	}
	s, what, set := spans[n], "Introduction", saidFirst
	if n > 0 {
		what, set = "Closing", saidLast
	}
	if !d.short(s, edgeMS) {
		return capital(name)
	}
	cues := d.cues(s, set)
	edge := cues >= edgeCues
	hardly := (edge || d.short(s, hardlyMS)) && !slices.ContainsFunc(ps, func(p phrase) bool {
		return (p.words > 1 && (cues == 0 || p.times+p.others > 1 && !p.theme) || p.times >= leastTimes) && !d.name(&p)
	})
	switch {
	case hardly:
		return what
	case edge:
		return what + ": " + name
	}
	return capital(name)
}

func (d *titler) short(s span, most int64) bool {
	return float64(s.to-s.from) <= edgeShare*float64(len(d.lines)) && d.lines[s.to-1].EndMS-d.lines[s.from].StartMS <= most
}

// cues are how many sentences of a chapter have one of the phrases.
func (d *titler) cues(s span, set phraseSet) int {
	cues := 0
	for i := s.from; i < s.to; i++ {
		for _, n := range d.of[i] {
			said := sentence{ws: plainWords(d.units[n].words())}
			if d.units[n].lines[0] == i && said.says(set) {
				cues++
			}
		}
	}
	return cues
}

// support are the up to three lines of a chapter that hold most of its title; at least one.
func (d *titler) support(s span, ps []phrase) []models.Key {
	wanted := map[int]bool{}
	for _, p := range ps {
		for _, t := range p.terms {
			wanted[t] = true
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
	return slices.Compact(out) // parts of a line that is too long
}
