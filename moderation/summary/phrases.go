package summary

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// namesThing reports whether a word may begin or end the name of something.
func (d *titler) namesThing(w word) bool {
	if w.term < 0 || !d.english() {
		return w.term >= 0
	}
	small := neverNouns[w.low] || openers[w.low] || openers["'"+w.low]
	return !small && (!strings.HasSuffix(w.low, "ly") || endsInLy[w.low])
}

// endsLikeAdjective reports whether few nouns end like a word.
func endsLikeAdjective(low string) bool {
	return slices.ContainsFunc(adjectiveEnds, func(end string) bool { return strings.HasSuffix(low, end) })
}

// brokenOff reports whether somebody begins a word anew: "crite criteria", "crite cri criteria".
func (d *titler) brokenOff(w, next word) bool {
	return d.english() && (len(next.low) > len(w.low)+1 && strings.HasPrefix(next.low, w.low) ||
		next.term >= 0 && next.low != w.low && strings.HasPrefix(w.low, next.low))
}

// acronyms reports whether a phrase is nothing but two names in capitals: "BBC ITV".
func acronyms(text string) bool {
	return text[0] >= 'A' && text[0] <= 'Z' && strings.Contains(text, " ") && strings.ToUpper(text) == text
}

// addressed reports whether a phrase ends with the name of somebody who is spoken to: "the seeds Ann".
func addressed(text string) bool {
	last := text[strings.LastIndexByte(text, ' ')+1:]
	return last[0] >= 'A' && last[0] <= 'Z' && strings.ToLower(last[1:]) == last[1:] && startsLower(text) &&
		!slices.ContainsFunc(strings.Fields(text), func(w string) bool { return phraseJoins[w] })
}

// isThing reports whether a word is a noun as far as can be told: it is not used more often like something else.
func (d *titler) isThing(w word) bool {
	if w.upper {
		return true
	}
	m := d.manners[w.low]
	if m != nil && m.thing < m.verb+m.quality || endsLikeAdjective(w.low) && (m == nil || m.thing < leastTimes) {
		return false
	}
	m = d.manners[strings.TrimSuffix(w.low, "s")] // "the paper deals with"
	return m == nil || m.thing >= m.verb
}

// gerund reports whether a word that ends with -ing is used as a noun: "the naming".
func (d *titler) gerund(w word) bool {
	m := d.manners[w.low]
	return strings.HasSuffix(w.low, "ing") && !neverLast[w.low] && m != nil && m.thing >= leastTimes && m.thing > m.verb+m.quality
}

// participle reports whether a word can only end a phrase that goes on: "cords attached", "calls resulting".
func (d *titler) participle(w word) bool {
	ed := strings.HasSuffix(w.low, "ed") && !strings.HasSuffix(w.low, "eed") && len(w.low) > shortEd
	return d.english() && (neverLast[w.low] || endsWithIng(w.low) || ed)
}

func endsWithIng(low string) bool {
	return strings.HasSuffix(low, "ing") && len(low) > shortIng && !endsInIng[low]
}

// joins reports whether the word stands between two parts of one phrase: "heat pumps in sheds", not "pumps in place".
func (d *titler) joins(ws []word, i int) bool {
	return d.english() && phraseJoins[ws[i].low] && i+1 < len(ws) && d.namesThing(ws[i+1]) && !inIdioms[ws[i+1].low]
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

// joinWords puts texts of words side by side as the words stand: where nothing is between them, nothing is put.
func joinWords(ws []word, texts []string) string {
	var b strings.Builder
	for i, t := range texts {
		if i > 0 && !ws[i].joined {
			b.WriteByte(' ')
		}
		b.WriteString(t)
	}
	return b.String()
}

// shownWord is a word as a title has it: in lower case, but for names, also at the beginning of a sentence. The last one is no
// possessive.
func (d *titler) shownWord(w word, last bool) string {
	name := w.upper
	if r, _ := utf8.DecodeRuneInString(w.raw); !name && w.term >= 0 && unicode.IsUpper(r) {
		ways := d.surfaces[w.term]
		name = ways[strings.TrimSuffix(w.raw, "'s")] > ways[strings.TrimSuffix(w.low, "'s")]/2
	}
	shown := w.low
	if name {
		shown = w.raw
	}
	if last {
		shown = strings.TrimSuffix(strings.TrimSuffix(shown, "'s"), "’s")
	}
	return shown
}

// keyOf is a word as it is counted in phrases: in English "water pumps" are a "water pump".
func (d *titler) keyOf(w word) string {
	if w.term < 0 || !d.english() {
		return w.low
	}
	return d.roots[w.term]
}
