package summary

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What spoken English is full of, and a quotation leaves out. Words of hesitation are much the same in every language.
var (
	fillers      = englishWords.set("fillers")
	openers      = englishWords.set("openers")
	openPhrases  = englishWords.phrases("openPhrases")
	closers      = englishWords.set("closers")
	closePhrases = englishWords.phrases("closePhrases")
	danglers     = englishWords.set("danglers")
	hedged       = englishWords.phrases("hedged")
	hedgedAfter  = englishWords.set("hedgedAfter")
	begunBy      = englishWords.set("firstI")
	brokenOff    = englishWords.set("brokenOff")
	// Words that begin a clause anew.
	begunAgain = map[string]bool{"there": true, "it": true, "we": true, "you": true, "they": true, "he": true, "she": true}
	digitWords = map[string]bool{
		"zero": true, "oh": true, "one": true, "two": true, "three": true, "four": true, "five": true, "six": true, "seven": true,
		"eight": true, "nine": true,
	}
)

// maxRepeat is the maximum number of words that count as a repetition of the words before them.
const maxRepeat = 6

// clean leaves out of a sentence what a speaker would not have written: sounds of hesitation, words said twice, broken-off
// words, and what the sentence begins and ends with for want of words. The words that stay are those that were said, in
// their order. English tells whether the words of English are left out too.
func clean(s string, english bool) string {
	ps := dropFillers(pieces(s))
	if english {
		ps = dropBroken(ps)
	}
	ps = dropRepeats(ps)
	if english {
		ps = dropRepeats(dropHedges(ps))
		ps = dropClosers(dropOpeners(ps))
		if begun := dropRestarts(ps); len(begun) < len(ps) {
			ps = dropOpeners(dropRepeats(begun))
		}
	}
	return written(ps)
}

// written joins pieces into a sentence that begins with a capital.
func written(ps []piece) string {
	raws := make([]string, len(ps))
	for i, p := range ps {
		raws[i] = p.raw
	}
	s := strings.TrimLeft(strings.Join(raws, " "), ",.;:-—…?! ")
	s = strings.TrimRight(s, ",;:-— ")
	first, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + s[n:]
}

func dropFillers(ps []piece) []piece {
	out := make([]piece, 0, len(ps))
	for _, p := range ps {
		switch {
		case !fillers[p.low] && p.low != "":
			out = append(out, p)
		case len(out) == 0:
		case p.comma() && out[len(out)-1].comma(): // ", uh," is one pause
			out[len(out)-1].raw = strings.TrimSuffix(out[len(out)-1].raw, ",")
		case p.ends() && !out[len(out)-1].ends():
			out[len(out)-1].raw = strings.TrimRight(out[len(out)-1].raw, ",;-—") + p.raw[len(p.raw)-1:]
		}
	}
	return out
}

// dropBroken leaves out words that were broken off: "hav- have", "th the", "v very".
func dropBroken(ps []piece) []piece {
	out := make([]piece, 0, len(ps))
	for i := len(ps) - 1; i >= 0; i-- {
		if len(out) == 0 || !unsaid(ps, i, out[len(out)-1]) {
			out = append(out, ps[i])
		}
	}
	slices.Reverse(out)
	return out
}

// longestPart is how many letters the beginning of a word has, at most, after which the whole word is said.
const longestPart = 9

// unsaid reports whether the word at i was broken off before the next one that was not.
func unsaid(ps []piece, i int, next piece) bool {
	p := ps[i]
	part := p.low != "" && p.low[0] < utf8.RuneSelf && !stopWords[p.low] &&
		utf8.RuneCountInString(p.low) <= longestPart && !p.ends() && !strings.ContainsFunc(p.low, unicode.IsNumber)
	switch {
	case strings.HasPrefix(next.low, p.low+"'"): // "I I'll"
	case i == 0 && consonant(p.low) && begunBySound(ps[1:]): // "S I'll send it"
	case i == 0 && p.raw == "I" && begunAgain[next.low]: // "I There is a study"
	case p.raw == "re" && strings.HasPrefix(next.low, "re"): // "this re remote control"
	case i > 0 && p.raw == "i" && next.low[:min(1, len(next.low))] == "i" && next.raw != "I": // "i in the"
	case p.broken() && utf8.RuneCountInString(p.low) <= 6 && strings.HasPrefix(next.low, strings.TrimRight(p.low, "-")):
	case part && p.low != next.low && strings.HasPrefix(next.low, p.low):
	case part && p.raw == p.low && len(p.low) <= 2 && (p.low == "y" || !strings.ContainsAny(p.low, "aeiouy")):
	case brokenOff[p.low] || broken(ps, i):
	default:
		return false
	}
	return true
}

// begunBySound reports whether pieces are the beginning of a sentence, of which a sound was heard before: "W could you".
func begunBySound(ps []piece) bool {
	w := ps[0].low
	return begunBy[w] || begunAgain[w] || askVerbs[w] && len(ps) > 1 && askSubject[ps[1].low] ||
		stopWords[w] && !verbs[w] && ps[0].raw != w || rolesOf(w).first&adverb != 0
}

func consonant(w string) bool {
	return len(w) == 1 && w >= "b" && w <= "z" && strings.IndexByte("eiou", w[0]) < 0
}

// dropRepeats keeps the last of words that were said twice in a row.
func dropRepeats(ps []piece) []piece {
	for n := maxRepeat; n >= 1; n-- {
		if !repeats(ps, n) { // as nearly always
			continue
		}
		var out []piece
		for i := 0; i < len(ps); {
			if again(ps, i, n) {
				i += n
				continue
			}
			out = append(out, ps[i])
			i++
		}
		ps = out
	}
	return ps
}

// repeats reports whether n words are said twice in a row anywhere.
func repeats(ps []piece, n int) bool {
	for i := range ps {
		if again(ps, i, n) {
			return true
		}
	}
	return false
}

func again(ps []piece, i, n int) bool {
	if i+2*n > len(ps) {
		return false
	}
	for k := i; k < i+n; k++ {
		if ps[k].low != ps[k+n].low || ps[k].low == "" {
			return false
		}
	}
	return !ps[i+n-1].ends() && !strings.ContainsFunc(ps[i].low, unicode.IsNumber) && !spelledOut(ps, i)
}

// spelledOut reports whether the digit at i is one of at least three in a row, as in a number that is read out.
func spelledOut(ps []piece, i int) bool {
	first, last := i, i
	for first > 0 && digitWords[ps[first-1].low] {
		first--
	}
	for last+1 < len(ps) && digitWords[ps[last+1].low] {
		last++
	}
	return digitWords[ps[i].low] && last-first >= 2
}

// dropHedges leaves out "you know", "I mean", "sort of" where they stand for themselves.
func dropHedges(ps []piece) []piece {
	out := make([]piece, 0, len(ps))
	for i := 0; i < len(ps); {
		n := begins(ps[i:], hedged)
		before, apart := piece{}, false
		if len(out) > 0 {
			before = out[len(out)-1]
		}
		if n > 0 {
			if of := ps[i+n-1].low == "of"; of {
				apart = before.low != "" && !hedgedAfter[before.low]
			} else {
				apart = before.low == "" || before.comma() || ps[i+n-1].comma()
			}
		}
		if !apart {
			out = append(out, ps[i])
			i++
			continue
		}
		if end := ps[i+n-1]; len(out) > 0 && end.ends() && !before.ends() {
			out[len(out)-1].raw = strings.TrimRight(before.raw, ",;") + end.raw[len(end.raw)-1:]
		}
		i += n
	}
	return out
}

// begins is how many pieces one of the phrases takes that they begin with; 0: none does.
func begins(ps []piece, set phraseSet) int {
	if len(ps) == 0 {
		return 0
	}
	for _, p := range set[ps[0].low] {
		if len(p) <= len(ps) && slices.EqualFunc(p, ps[:len(p)], func(w string, p piece) bool { return p.low == w }) {
			return len(p)
		}
	}
	return 0
}

// dropOpeners leaves out what a sentence begins with before it begins.
func dropOpeners(ps []piece) []piece {
	for len(ps) > 0 {
		n := begins(ps, openPhrases)
		if n == 0 && (openers[ps[0].low] && !keepsOpener(ps) || hangs(ps) || causes(ps[0])) {
			n = 1
		}
		if n == 0 {
			return ps
		}
		ps = ps[n:]
	}
	return ps
}

// hangs reports whether a sentence begins with the "that" of one that was said before: "That the output is well formed."
func hangs(ps []piece) bool {
	if len(ps) <= leastQuoted || ps[0].low != "that" || ps[0].comma() {
		return false
	}
	low := ps[1].low
	return begunAgain[low] || articles[low] || things[low] || low == "then"
}

// causes reports whether a piece is the "'cause" that begins a reason.
func causes(p piece) bool { return p.low == "cause" && strings.IndexAny(p.raw, "'’") == 0 }

// keepsOpener reports whether a word that often only opens a sentence is part of it here: "No one", "Right now", "So far".
func keepsOpener(ps []piece) bool {
	if ps[0].comma() || len(ps) < 2 {
		return false
	}
	switch low := ps[0].low; low {
	case "like":
		return !afterLike[ps[1].low] && !begunAgain[ps[1].low] && !begunBy[ps[1].low]
	case "right", "good", "great", "fine", "sure", "exactly", "excellent", "perfect", "brilliant", "lovely":
		return !openers[ps[1].low] && !begunAgain[ps[1].low] && !begunBy[ps[1].low]
	case "no", "look", "see", "say", "listen", "now":
		return true
	case "so":
		return ps[1].low == "far" || ps[1].low == "many" || ps[1].low == "much"
	case "well":
		return ps[1].low == "done"
	}
	return false
}

// dropClosers leaves out the beginning of what was not said any more.
func dropClosers(ps []piece) []piece {
	for len(ps) > 1 {
		last := ps[len(ps)-1]
		cut := 0
		for n := 1; n <= 3 && n < len(ps); n++ {
			if begins(ps[len(ps)-n:], closePhrases) == n {
				cut = n
			}
		}
		if cut == 0 && closers[last.low] {
			cut = 1
		}
		if cut == 0 {
			return ps
		}
		mark := ""
		if last.ends() {
			mark = "." // "…, right?" asks for nothing but a nod
		}
		ps = slices.Clone(ps[:len(ps)-cut])
		end := &ps[len(ps)-1]
		if end.raw = strings.TrimRight(end.raw, ",;-—"); end.raw == "" || !end.ends() {
			end.raw += mark
		}
	}
	return ps
}

var (
	subjects   = englishWords.set("subjects")
	linking    = englishWords.set("linking")
	unstarters = englishWords.set("unstarters")
	neverFirst = englishWords.set("neverFirst")
	afterLike  = englishWords.set("afterLike")
	cutEnds    = englishWords.set("cutEnds")
)

// standsAlone reports whether a cleaned sentence of English can be quoted: it is long enough, has a verb, and neither
// breaks off nor goes on with something that was said before.
func standsAlone(s string) bool {
	ps := pieces(s)
	if len(ps) < leastQuoted || strings.HasSuffix(s, "—.") {
		return false
	}
	first, last := ps[0].low, ps[len(ps)-1]
	if danglers[last.low] || cutEnds[last.low] || last.broken() || strings.HasSuffix(last.raw, "…") || strings.HasSuffix(last.raw, "...") {
		return false
	}
	asks := strings.HasSuffix(s, "?")
	if !asks && (neverFirst[first] || unstarters[first] && !strings.Contains(s, ",") || askVerbs[first] && !askSubject[ps[1].low]) {
		return false
	}
	sure := asks && askWords[first]
	for i, p := range ps {
		w := p.low
		if base, _, ok := strings.Cut(w, "'"); ok && base != "" {
			w = base
			sure = sure || subjects[base] || !strings.HasSuffix(p.low, "'s")
		}
		sure = sure || verbs[w] || i > 0 && len(w) > 4 && strings.HasSuffix(w, "ed") || subjects[w] && i+1 < len(ps)
	}
	if strings.HasSuffix(first, "ing") && len(first) > 5 {
		sure = sure && slices.ContainsFunc(ps, func(p piece) bool { return linking[p.low] })
	}
	return sure
}
