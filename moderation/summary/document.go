package summary

import (
	"iter"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"earshot/models"
)

// joinMS is the longest pause inside a sentence that was cut into two lines.
const joinMS = 1500

// maxJoined is the most words that a sentence gets by joining lines, and maxNods the most lines of others in between.
const (
	maxJoined = 40
	maxNods   = 3
)

// unit is a sentence: what can be quoted.
type unit struct {
	lines []int  // into document.lines; at least one
	heard string // as the lines have it
	text  string // what of it is quoted
	terms []int  // the words with a topic, as ids, in order
	asks  bool
	whole bool // it can stand alone

	said     []packed // its words
	glossary *glossary
}

// each yields the words of the sentence, without a slice of them.
func (u *unit) each() iter.Seq2[int, word] {
	return func(yield func(int, word) bool) {
		for i, p := range u.said {
			if !yield(i, u.glossary.word(p)) {
				return
			}
		}
	}
}

// words are the words of the sentence, unpacked.
func (u *unit) words() []word { return u.glossary.unpack(u.said) }

// cutOff reports whether a sentence ends with a word that nothing ends with: "I'll check with my".
func (u *unit) cutOff() bool {
	return len(u.said) > 0 && cutEnds[u.glossary.word(u.said[len(u.said)-1]).low]
}

// document is the quotable part of a session with its words counted.
type document struct {
	lines    []*line // quotable, in order
	units    []unit
	of       [][]int   // line -> units
	lang     *language // nil: none that is known
	lexicon  *lexicon  // nil: words stand apart
	distinct glossary
	leftOut  int
	flagged  int

	ids      map[string]int // stem -> term
	stems    map[string]string
	surfaces []map[string]int // term -> how it was written, how often
	df       []int            // term -> in how many lines
	weight   []float64        // term -> how much it tells
	used     *vocabulary      // how it uses its words, once they are counted
	people   map[string]bool  // parts of the speakers' names: who speaks is no topic
	named    map[string]bool  // those of them that name a person wherever they are said
}

func newDocument(lines []*line, flagged map[models.Key]bool) *document {
	d := &document{ids: map[string]int{}, stems: map[string]string{}, people: map[string]bool{}, distinct: newGlossary()}
	for _, u := range lines {
		switch {
		case len(u.Doubt) > 0 || talksToMachine(u.Text):
			d.leftOut++
		case flagged[u.Key]:
			d.flagged++
		default:
			d.lines = append(d.lines, u.cut()...)
		}
	}
	d.lang = languageOf(d.lines)
	for _, u := range d.lines {
		name, _, _ := strings.Cut(u.SpeakerName, "(")
		for _, w := range words(name) {
			if !stopWords[w.low] && utf8.RuneCountInString(w.low) > 1 {
				d.people[w.low] = true
			}
		}
	}
	texts := make([]string, len(d.lines))
	for i, u := range d.lines {
		texts[i] = u.Text
	}
	d.lexicon = learn(texts)
	d.of = make([][]int, len(d.lines))
	for i := range d.lines {
		d.addLine(i)
	}
	d.countLines()
	d.weighTerms()
	d.named = namesIn(d.units, d.people)
	return d
}

// namesIn are the parts of people's names that are no words too: what is mostly written small, like the "user" of "User
// Interface", names nobody.
func namesIn(units []unit, people map[string]bool) map[string]bool {
	small := map[string]int{}
	for _, u := range units {
		for i, w := range u.each() {
			if low := strings.TrimSuffix(w.low, "'s"); i > 0 && people[low] {
				small[low]++
				if w.upper {
					small[low] -= 2
				}
			}
		}
	}
	out := map[string]bool{}
	for name := range people {
		if small[name] <= 0 {
			out[name] = true
		}
	}
	return out
}

// addLine parts a line into units. A sentence that the same person's last line left unfinished goes on in this one.
func (d *document) addLine(i int) {
	for n, s := range sentences(withoutLinks(d.lines[i].Text), d.english()) {
		if u := d.unfinished(i); n == 0 && u >= 0 {
			last := &d.units[u]
			d.fill(last, last.heard+" "+s)
			last.lines = append(last.lines, i)
			d.of[i] = append(d.of[i], u)
			continue
		}
		for _, part := range clauses(s) {
			d.units = append(d.units, unit{lines: []int{i}, glossary: &d.distinct})
			d.fill(&d.units[len(d.units)-1], part)
			d.of[i] = append(d.of[i], len(d.units)-1)
		}
	}
}

// unfinished is the sentence that line i goes on with, or -1. What others said meanwhile was at most a word of agreement.
func (d *document) unfinished(i int) int {
	b := d.lines[i]
	pause := int64(joinMS)
	for j := i - 1; j >= max(0, i-maxNods); j-- {
		a := d.lines[j]
		if a.SpeakerID != b.SpeakerID {
			if !nods(a.Text) {
				return -1
			}
			pause += a.EndMS - a.StartMS + joinMS
			continue
		}
		if len(d.of[j]) == 0 {
			return -1
		}
		u := d.of[j][len(d.of[j])-1]
		last := d.units[u]
		if b.StartMS-a.EndMS <= pause && !endsSentence(last.heard) && len(last.said) < maxJoined &&
			(strings.HasSuffix(last.heard, ",") || startsLower(b.Text)) {
			return u
		}
		return -1
	}
	return -1
}

// english reports whether the words of English are to be looked for.
func (d *document) english() bool { return d.lang != nil && d.lang.english }

func (d *document) cleaned(text string) string { return clean(text, d.english()) }

func (d *document) alone(text string) bool {
	return !d.english() && text != "" || standsAlone(text)
}

// startsLower reports whether a line begins in the middle of a sentence.
func startsLower(s string) bool {
	r, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, ".… "))
	return unicode.IsLower(r)
}

func (d *document) fill(u *unit, text string) {
	u.heard, u.text = text, d.cleaned(text)
	u.whole = d.alone(u.text)
	ws := words(u.text)
	if d.lexicon != nil {
		ws = d.lexicon.join(ws)
	}
	end := strings.TrimRight(u.text, `"')]”’`)
	u.asks = strings.HasSuffix(end, "?") || strings.HasSuffix(end, "？")
	terms := make([]int, 0, len(ws))
	for i := range ws {
		ws[i].term = d.term(ws[i])
		if ws[i].term >= 0 {
			terms = append(terms, ws[i].term)
		}
	}
	u.said, u.terms = d.distinct.pack(ws), slices.Clone(terms)
}

// term is the id of a word's stem, or -1 for words without a topic: grammar, padding, numbers, the speakers' names.
func (d *document) term(w word) int {
	low := strings.TrimSuffix(w.low, "'s")
	least := 3
	if isHangul(low) || tells(w) {
		least = 2
	}
	if d.silent(low) || d.people[low] || strings.ContainsAny(low, "'0123456789") || utf8.RuneCountInString(low) < least ||
		w.script != spaced && !tells(w) {
		return -1
	}
	stem, ok := d.stems[low]
	if !ok {
		stem = low
		if d.lang != nil {
			stem = d.lang.stem(low)
		}
		d.stems[low] = stem
	}
	id, ok := d.ids[stem]
	if !ok {
		id = len(d.surfaces)
		d.ids[stem] = id
		d.surfaces = append(d.surfaces, map[string]int{})
	}
	return id
}

// countLines counts in how many lines each term occurs, and how it is written.
func (d *document) countLines() {
	d.df = make([]int, len(d.surfaces))
	seen := make([]int, len(d.surfaces))
	for i := range d.lines {
		for _, n := range d.of[i] {
			for _, t := range d.units[n].terms {
				if seen[t] != i+1 {
					seen[t] = i + 1
					d.df[t]++
				}
			}
		}
	}
	for _, u := range d.units {
		for _, w := range u.each() {
			if id := w.term; id >= 0 {
				shown := strings.TrimSuffix(w.low, "'s")
				if w.upper {
					shown = strings.TrimSuffix(strings.TrimSuffix(w.raw, "'s"), "’s")
				}
				d.surfaces[id][shown]++
			}
		}
	}
}

// lineTerms are the terms of the sentences that begin in line i.
func (d *document) lineTerms(i int) []int {
	var out []int
	for _, n := range d.of[i] {
		if d.units[n].lines[0] == i {
			out = append(out, d.units[n].terms...)
		}
	}
	return out
}

// windowLines is the length of the windows in which terms are looked for to see whether they come in bursts.
const windowLines = 12

// weighTerms says how much each term tells: much when it is rare, and when it comes in bursts, as the words of a topic
// do; little when it is spread over the session, as the words of a manner of speaking are.
func (d *document) weighTerms() {
	in, seen := make([]int, len(d.df)), make([]int, len(d.df))
	windows := (len(d.lines) + windowLines - 1) / windowLines
	for i := range d.lines {
		for _, t := range d.lineTerms(i) {
			if w := i/windowLines + 1; seen[t] != w {
				seen[t] = w
				in[t]++
			}
		}
	}
	d.weight = make([]float64, len(d.df))
	for t, n := range d.df {
		d.weight[t] = math.Log(float64(len(d.lines)+1)/float64(n)) * burst(n, in[t], windows)
	}
}

// burst is near 1 for a term whose n lines lie in few of the windows, and small for one that is found in as many
// windows as chance would give. A term that occurs once, or in a short session, tells nothing either way.
func burst(n, in, windows int) float64 {
	const neutral, least = 0.4, 0.02
	expected := float64(windows) * (1 - math.Pow(1-1/float64(windows), float64(n)))
	if n < 2 || expected < 1.2 {
		return neutral
	}
	return max(least, min(1, (expected-float64(in))/(expected-1)))
}

// idf is how much a term tells.
func (d *document) idf(t int) float64 { return d.weight[t] }

// surface is how a term is mostly written; of two ways equally frequent the first in the alphabet.
func (d *document) surface(t int) string {
	best, n := "", 0
	for s, m := range d.surfaces[t] {
		if m > n || m == n && s < best {
			best, n = s, m
		}
	}
	return best
}

// quote quotes the units from one to another, of one speaker.
func (d *document) quote(from, to int) models.SummaryItem {
	first, last := d.lines[d.units[from].lines[0]], d.lines[d.units[to].lines[len(d.units[to].lines)-1]]
	it := models.SummaryItem{SpeakerID: first.SpeakerID, StartMS: first.StartMS, EndMS: last.EndMS}
	var text, heard []string
	for _, u := range d.units[from : to+1] {
		text, heard = append(text, u.text), append(heard, u.heard)
		for _, l := range u.lines {
			if k := d.lines[l].Key; len(it.Cites) == 0 || it.Cites[len(it.Cites)-1] != k {
				it.Cites = append(it.Cites, k)
			}
		}
	}
	it.Text = quotable(strings.Join(text, " "))
	if said := quotable(strings.Join(heard, " ")); said != it.Text {
		it.Heard = said
	}
	return it
}
