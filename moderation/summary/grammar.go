package summary

import (
	"strings"
	"unicode"

	"earshot/moderation/summary/readable"
)

// role is what a word may be in a sentence.
type role uint16

const (
	determiner    role = 1 << iota // a noun follows: "the", "our"
	preposition                    // "of"
	nominative                     // never an object: "we"
	clauseSubject                  // may begin a clause: "we", "it", "there"
	finite                         // "is", "will"
	joiner                         // "and"
	asker                          // "what", "if"
	adverb                         // "just", "really"
	editing                        // "no", "sorry", "well"
	toWord
)

// roles are those that a word begins and ends with: "we're" is "we" and "are".
type roles struct{ first, last role }

var knownRoles = func() map[string]roles {
	out := map[string]roles{}
	for name, r := range map[string]role{
		"determiners": determiner, "prepositions": preposition, "nominatives": nominative | clauseSubject, "clauseSubjects": clauseSubject,
		"finites": finite, "joiners": joiner, "askers": asker, "adverbs": adverb, "editing": editing,
	} {
		for w := range englishWords.set(name) {
			out[w] = roles{out[w].first | r, out[w].last | r}
		}
	}
	out["to"] = roles{toWord, toWord}
	for w, r := range out {
		if r.first&(clauseSubject|asker) == 0 || strings.Contains(w, "'") {
			continue
		}
		for _, ending := range []string{"'s", "'re", "'ve", "'ll", "'d", "'m"} {
			out[w+ending] = roles{r.first, finite}
		}
	}
	return out
}()

func rolesOf(low string) roles {
	if r, ok := knownRoles[low]; ok {
		return r
	}
	switch {
	case strings.HasSuffix(low, "n't"):
		return roles{finite, finite}
	case strings.HasSuffix(low, "ly") && len(low) > 4:
		return roles{adverb, adverb}
	}
	return roles{}
}

var thirdPerson = englishWords.set("thirdPerson")

// talkedOver is a sentence in which restarts are looked for.
type talkedOver struct {
	ps []piece
	rs []roles
}

func over(ps []piece) *talkedOver {
	rs := make([]roles, len(ps))
	for i, p := range ps {
		rs[i] = rolesOf(p.low)
		if p.low == "it" && p.raw[0] == 'I' && strings.HasPrefix(p.raw, "IT") || p.low == "a" && i > 0 && p.raw[0] == 'A' {
			rs[i] = roles{} // a name: "the IT department", "the A team"
		}
	}
	return &talkedOver{ps, rs}
}

func (t *talkedOver) first(i int, r role) bool {
	return i >= 0 && i < len(t.rs) && t.rs[i].first&r != 0
}

func (t *talkedOver) last(i int, r role) bool { return i >= 0 && i < len(t.rs) && t.rs[i].last&r != 0 }

// pauses reports whether a mark stands after a word.
func (t *talkedOver) pauses(i int) bool { return t.ps[i].comma() || t.ps[i].ends() }

// same reports whether n words are the same at two places, without a mark that ends a sentence before the second.
func (t *talkedOver) same(i, j, n int) bool {
	if j+n > len(t.ps) {
		return false
	}
	for k := range n {
		if t.ps[i+k].low != t.ps[j+k].low || t.ps[i+k].low == "" {
			return false
		}
	}
	for k := i; k < j; k++ {
		if t.ps[k].ends() {
			return false
		}
	}
	return true
}

// clause reports whether a clause with a verb begins at i: "we", "it is", "there's", "the price is".
func (t *talkedOver) clause(i int) bool {
	return t.first(i, nominative) || t.first(i, clauseSubject) && (t.last(i, finite) || t.first(i+1, finite))
}

// piece is a word as it stands in a sentence, with the marks around it.
type piece struct{ raw, low string }

func (p piece) ends() bool   { return strings.ContainsAny(p.raw[len(p.raw)-1:], ".?!") }
func (p piece) comma() bool  { return strings.HasSuffix(p.raw, ",") }
func (p piece) broken() bool { return strings.HasSuffix(p.raw, "-") || strings.HasSuffix(p.raw, "—") }

// pieces splits a text at spaces. Punctuation that stands alone is attached to the word before it.
func pieces(s string) []piece { return firstPieces(s, len(s)) }

// firstPieces are at most the first n pieces of a text.
func firstPieces(s string, n int) []piece {
	out := make([]piece, 0, min(n, 1+len(s)/meanWord))
	for f := range strings.FieldsSeq(s) {
		p := piece{raw: f, low: lowWord(f)}
		if p.low == "" && len(out) > 0 && strings.Trim(f, ",.;:?!") == "" {
			out[len(out)-1].raw += f
			continue
		}
		if len(out) == n {
			break
		}
		out = append(out, p)
	}
	return out
}

// lowWord returns a word in lower case, without the punctuation around it.
func lowWord(f string) string {
	f = strings.TrimFunc(f, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) })
	return readable.Lower(f)
}

// things may stand before a noun, and after no other word that may.
var things = map[string]bool{"this": true, "these": true, "those": true}

var verbs = englishWords.set("verbs")

var twoLetters = englishWords.set("twoLetters")

var articles = map[string]bool{"the": true, "a": true, "an": true}

// unfinished is the role of the word after the determiner at i that no word after a determiner has; 0: it may stand there.
func (t *talkedOver) unfinished(i int) role {
	next := i + 1
	if next >= len(t.ps) {
		return 0
	}
	low := t.ps[next].low
	switch {
	case t.first(next, preposition):
		if t.first(next+1, determiner) || low == "of" || t.ps[i].low == "a" || t.ps[max(0, i-1)].low == low {
			return preposition
		}
	case t.first(next, toWord):
		if i > 0 && t.first(i-1, preposition|toWord) || i > 1 && t.first(i-2, toWord) {
			return toWord
		}
	case t.first(next, asker):
		if t.last(next, finite) || t.first(next+1, clauseSubject|determiner|finite) {
			return asker
		}
	case t.first(next, joiner):
		if low != "so" || t.first(next+1, clauseSubject|determiner) {
			return joiner
		}
	}
	return t.rs[next].first & (determiner | nominative | clauseSubject | finite)
}

// leastQuoted is the fewest words that can stand alone.
const leastQuoted = 6

// meanWord is about how many bytes a word and the space after it take.
const meanWord = 5

// base is a word without a contraction.
func base(low string) string {
	w, _, _ := strings.Cut(low, "'")
	return w
}
