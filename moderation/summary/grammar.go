package summary

import (
	"strings"
	"unicode"
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

// aside are the verbs of what is said in passing: "with power being I suppose one of them".
var aside = map[string]bool{"think": true, "guess": true, "suppose": true, "mean": true, "believe": true}

// rough reports whether a sentence has words side by side that no sentence has.
func rough(ps []piece) bool {
	t := over(ps)
	last := ps[len(ps)-1]
	switch {
	case thirdPerson[ps[0].low] && !t.first(1, finite),
		t.rs[0].first == finite && !strings.HasSuffix(last.raw, "?"),
		t.first(0, clauseSubject) && len(ps) > 1 && (ps[1].low == "or" || ps[1].low == "but"),
		ps[0].low == "just" && t.first(1, preposition),
		(ps[0].low == "sort" || ps[0].low == "kind") && len(ps) > 1 && ps[1].low == "of",
		last.raw == last.low && len(last.low) <= 2 && plainLetters(last.low) && !twoLetters[last.low],
		t.doubled():
		return true
	}
	acts := false
	for i := range len(ps) - 1 {
		if i > 0 && (ps[i].low == "okay" || ps[i].low == "ok") && (ps[i].comma() || ps[i-1].comma()) {
			return true
		}
		acts = acts || t.first(i, finite|nominative) || t.last(i, finite) || t.verb(i)
		if t.pauses(i) {
			continue
		}
		switch {
		case !acts && i > 0 && t.last(i-1, determiner) && t.rs[i].first == 0 && ps[i+1].low == "the", // "the screen the channel goes"
			t.last(i, determiner) && t.unfinished(i) != 0,
			things[ps[i].low] && t.first(i+1, determiner),
			ps[i].low == "to" && toldVerbs[ps[i+1].low],
			ps[i].low == "be" && bareVerbs[ps[i+1].low],
			beings[ps[i].low] && (beings[ps[i+1].low] || hadVerbs[ps[i+1].low]),
			t.first(i, nominative) && t.rs[i].first == t.rs[i].last && t.first(i+1, determiner|nominative),
			i > 2 && ps[i].low == "i" && aside[ps[i+1].low] && !t.first(i-1, joiner|asker|finite) && !t.pauses(i-1) &&
				ps[i-1].low != "that",
			(ps[i].low == "of" || ps[i].low == "for" || ps[i].low == "with" || ps[i].low == "very") && t.first(i+1, nominative),
			(ps[i].low == "of" || ps[i].low == "into" || ps[i].low == "to") && t.first(i+1, joiner) && !t.first(i+2, preposition):
			return true
		}
	}
	return false
}

var beings = map[string]bool{"is": true, "was": true, "are": true, "were": true}

// doubled reports whether a sentence that begins with "it is" or "we had" has another verb that nothing begins a clause for: "that was
// one of the first tasks was the text".
func (t *talkedOver) doubled() bool {
	from := 1
	if t.rs[0].first == t.rs[0].last {
		from++
	}
	if len(t.ps) <= from || !t.first(0, clauseSubject) || !t.last(from-1, finite) ||
		from == 2 && !beings[t.ps[1].low] && !hadVerbs[t.ps[1].low] {
		return false
	}
	for i := from; i < len(t.ps) && !t.pauses(i-1) && !t.first(i, clauseSubject|asker|joiner); i++ {
		if t.ps[i].low == "as" || t.ps[i].low == "than" {
			return false
		}
		if i > from && beings[t.ps[i].low] {
			return true
		}
	}
	return false
}

// toldVerbs follow no "to".
var toldVerbs = map[string]bool{"made": true, "went": true, "came": true, "took": true, "gave": true, "said": true, "told": true}

// bareVerbs follow no "be", and are often nouns.
var bareVerbs = map[string]bool{
	"look": true, "have": true, "come": true, "go": true, "make": true, "use": true, "get": true, "give": true, "take": true, "see": true,
	"do": true, "put": true, "want": true, "need": true, "work": true, "start": true, "help": true, "show": true,
}

var hadVerbs = map[string]bool{"had": true, "have": true, "has": true}

// complete reports whether a sentence has a main clause: a verb, or more of them than words that begin a subordinate clause.
func complete(ps []piece) bool {
	t := over(ps)
	clauses, subordinate := 0, 0
	if strings.HasSuffix(ps[0].low, "ing") && (t.clause(1) || ps[min(1, len(ps)-1)].low == "that") {
		subordinate++
	}
	within := false // a verb of which this word may be part
	for i := range ps {
		switch {
		case t.subordinates(i):
			subordinate++
			within = false
			if t.last(i, finite) {
				clauses++
				within = true
			}
		case t.first(i, nominative) || t.first(i, clauseSubject) && t.last(i, finite) || ps[i].low == "let's" || t.youDo(i):
			clauses++
			within = true
		case t.first(i, finite) || t.verb(i):
			if !within || t.first(i, finite) && i > 0 && !t.last(i-1, finite|nominative|adverb) {
				clauses++
			}
			within = true
		case !t.first(i, adverb):
			within = false
		}
		if clauses > subordinate {
			return true
		}
	}
	return false
}

// youDo reports whether a "you" is who does something rather than whom it is done to.
func (t *talkedOver) youDo(i int) bool {
	return t.ps[i].low == "you" && (i == 0 || t.pauses(i-1) || t.first(i-1, asker|joiner|adverb) || t.subordinates(i-1))
}

// subordinates reports whether a word begins a subordinate clause.
func (t *talkedOver) subordinates(i int) bool {
	switch t.ps[i].low {
	case "that", "that's", "that'll":
		return i > 0 && !t.first(i-1, preposition|joiner|toWord) && t.ps[i-1].low != "like" && !t.ps[i].comma() && !t.ps[i-1].comma()
	case "as":
		return i == 0
	case "because":
		return true
	}
	return t.first(i, asker) && (i == 0 || !t.ps[i].comma())
}

// named reports whether a word that may be a noun stands after a word that describes one: "individual work".
func (t *talkedOver) named(i int) bool {
	if i == 0 || !bareVerbs[t.ps[i].low] || t.rs[i-1].first != 0 {
		return false
	}
	before := t.ps[i-1].low
	return !stopWords[before] && !strings.HasSuffix(before, "s") && !verbs[before]
}

var passives = map[string]bool{"be": true, "been": true, "being": true, "get": true, "getting": true}

// verb reports whether a word looks like the verb of a clause.
func (t *talkedOver) verb(i int) bool {
	low := t.ps[i].low
	switch {
	case i > 0 && (t.first(i-1, determiner|preposition|toWord) || t.ps[i-1].low == "than"), i+1 < len(t.ps) && t.ps[i+1].low == "of":
		return false
	case i > 0 && len(low) > 4 && strings.HasSuffix(low, "ed"):
		return (i+1 == len(t.ps) || t.ps[i+1].low != "by") && !passives[t.ps[i-1].low]
	}
	return verbs[base(low)] && (i > 0 || !thirdPerson[low]) && !t.named(i) ||
		i > 0 && !stopWords[low] && !t.pauses(i) && t.first(i+1, determiner) ||
		(strings.HasPrefix(low, "here'") || strings.HasSuffix(low, "'s")) && t.first(i+1, determiner|adverb)
}

// base is a word without a contraction.
func base(low string) string {
	w, _, _ := strings.Cut(low, "'")
	return w
}

func plainLetters(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < 'a' || r > 'z' })
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
	return strings.ReplaceAll(strings.ToLower(f), "’", "'")
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
