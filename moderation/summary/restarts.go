package summary

import (
	"slices"
	"strings"
)

// Who speaks off the cuff starts again: "for the design of a for the beginning of the project", "that would that relates to it".
// What was abandoned is found by two words side by side that no sentence has ("of a for", "I can we'll"), or by words that are said
// again a moment later.

// mostRestarts is how many times a sentence is started again at most.
const mostRestarts = 12

// dropRestarts leaves out what was abandoned for words that begin anew.
func dropRestarts(ps []piece) []piece {
	for range mostRestarts {
		t := over(ps)
		from, to := t.restart()
		if from == to {
			return ps
		}
		ps = append(ps[:from:from], ps[to:]...)
	}
	return ps
}

// restartRules find what was abandoned at a word: nothing if from is to.
var restartRules = []func(t *talkedOver, i int) (from, to int){
	(*talkedOver).interrupted, (*talkedOver).saidAgain, (*talkedOver).saidAlike, (*talkedOver).afterDeterminer,
	(*talkedOver).afterSubject, (*talkedOver).afterVerb, (*talkedOver).afterPreposition, (*talkedOver).twice, (*talkedOver).opened,
}

// restart is the first part that was abandoned; nothing if from is to.
func (t *talkedOver) restart() (from, to int) {
	for i := range len(t.ps) - 1 {
		if t.ps[i].ends() {
			continue
		}
		for _, rule := range restartRules {
			if from, to := rule(t, i); from < to {
				return from, to
			}
		}
	}
	return 0, 0
}

// longestAgain is how many words are looked for again, and gapAgain how many stand between at most.
const (
	longestAgain = 6
	gapAgain     = 2
)

// saidAgain finds words that are said again a moment later: "with the somehow with the noise".
func (t *talkedOver) saidAgain(i int) (int, int) {
	for n := min(longestAgain, len(t.ps)-i); n >= 1; n-- {
		for gap := 1; gap <= gapAgain; gap++ {
			next := i + n + gap
			if !t.same(i, next, n) || !t.abandons(i, n, gap) {
				continue
			}
			if t.all(i+n, next, adverb|asker) {
				return i, i + n
			}
			return i, next
		}
	}
	return i, i
}

// abandons reports whether n words at i, said again after a gap, were abandoned: they are unfinished, and nothing joins the two.
func (t *talkedOver) abandons(i, n, gap int) bool {
	end := i + n - 1
	between := func(r role) bool { return t.all(end+1, end+1+gap, r) }
	switch {
	case t.pauses(end) && !between(editing):
		return false
	case between(editing) && t.first(i, clauseSubject|toWord|preposition|determiner):
		return n > 1 || t.first(i, clauseSubject) && t.last(i, finite)
	case t.anyOf(end+1, end+1+gap, joiner|toWord) || t.pauses(end+gap):
		return gap == 1 && n == 1 && t.first(i, preposition) && !t.pauses(end+gap) && !t.first(i+3, preposition) && t.ps[i+1].low == "but"
	case n > 2:
		return between(adverb | editing | determiner | preposition | clauseSubject | finite)
	case n == 2:
		return gap == 1 && t.first(i, preposition) && t.last(end, determiner) && len(t.ps[end+1].low) <= leastMore ||
			i == 0 && t.first(i, clauseSubject) && t.last(end, finite) || between(adverb|editing) && t.last(end, determiner|finite|preposition) ||
			t.first(i, determiner) && t.ps[end].low == "most"
	}
	return gap == 1 && (between(adverb|editing) && (t.first(i, determiner|preposition|toWord|nominative) || t.last(i, finite)) ||
		t.first(i, asker) && t.first(i+1, finite))
}

// all reports whether every word is of the role, from <= i < to.
func (t *talkedOver) all(from, to int, r role) bool {
	for i := from; i < to; i++ {
		if !t.first(i, r) {
			return false
		}
	}
	return true
}

func (t *talkedOver) anyOf(from, to int, r role) bool {
	for i := from; i < to; i++ {
		if t.first(i, r) {
			return true
		}
	}
	return false
}

// leastAlike is how many letters a word has that is said again with an ending.
const leastAlike = 4

// saidAlike finds words that are said again in another form: "he came up we came up", "the opinion the opinions".
func (t *talkedOver) saidAlike(i int) (int, int) {
	switch {
	case t.first(i, nominative) && t.first(i+3, nominative) && t.same(i+1, i+4, 2) && !t.pauses(i+2):
		return i, i + 3
	case (t.last(i, determiner) && t.last(i+2, determiner) || t.first(i, nominative) && t.first(i+2, nominative)) &&
		i+3 < len(t.ps) && !t.pauses(i+1) && len(t.ps[i+1].low) >= leastAlike &&
		strings.HasPrefix(t.ps[i+3].low, t.ps[i+1].low):
		return i, i + 2
	}
	return i, i
}

// afterDeterminer finds where the words before an article were said again after it: "the use of a of the lamp", "a the". Where they
// were not, it may as well be a word that the recogniser left out.
func (t *talkedOver) afterDeterminer(i int) (int, int) {
	next := i + 1
	if !t.last(i, determiner) || t.ps[i].comma() && !t.first(next, determiner) || t.unfinished(i) == 0 {
		return i, i
	}
	if t.first(next, determiner) || t.first(next, asker) && t.last(next, finite) || things[t.ps[next].low] && !t.first(next+1, finite) {
		return i, next
	}
	for from := i - 1; from >= max(0, i-mostAbandoned); from-- {
		if base(t.ps[from].low) == base(t.ps[next].low) && t.first(next, preposition|toWord|clauseSubject) {
			return from, next
		}
	}
	switch {
	case i == 0 && t.first(next, joiner):
		return 0, next + 1
	case i <= 1 && t.first(next, clauseSubject):
		return i, next
	}
	return i, i
}

// mostAbandoned is how many words of a phrase are looked for before its article.
const mostAbandoned = 4

// afterSubject finds what follows no subject: "they the first gate", "I but it is", "we they were".
func (t *talkedOver) afterSubject(i int) (int, int) {
	next := i + 1
	plain := t.first(i, nominative) && t.rs[i].first == t.rs[i].last
	switch {
	case t.ps[i].comma():
	case plain && (t.first(next, determiner) || t.first(next, nominative) && base(t.ps[next].low) != t.ps[i].low):
		return i, next
	case plain && t.first(next, adverb) && t.first(next+1, nominative) && base(t.ps[next+1].low) == t.ps[i].low:
		return i, next
	case i == 0 && plain && t.ps[i].low == "i" && t.first(next, preposition):
		return i, next
	case i == 0 && t.rs[i].first == t.rs[i].last && t.first(i, clauseSubject) && t.first(next, joiner) && t.clause(i+2):
		return i, next + 1
	case i == 0 && t.rs[i].first == clauseSubject && t.rs[i].last == clauseSubject && (t.ps[i].low == "it" && t.first(next, determiner) ||
		t.ps[i].low != "you" && t.first(next, nominative)):
		return i, next
	}
	return i, i
}

// afterVerb finds a clause that begins where one with its verb has just begun: "I can I'll", "that would basically it's".
func (t *talkedOver) afterVerb(i int) (int, int) {
	from := i
	if t.rs[i].first == t.rs[i].last {
		from--
	}
	next := i + 1
	if (t.first(next, adverb) || t.ps[next].low == "be") && !t.pauses(next) {
		next++
	}
	if !t.last(i, finite) || !t.first(from, clauseSubject) || !t.clause(next) || t.first(from-1, asker|finite) || t.pauses(i) ||
		from > 0 && t.ps[from-1].low == "as" {
		return i, i
	}
	again := base(t.ps[from].low) == base(t.ps[next].low) && (from == i || t.first(from, nominative) || t.ps[from].low == "there")
	if from == 0 || again {
		return from, next
	}
	return i, i
}

// afterPreposition finds "for to", and an article after which another preposition has one: "from the of the".
func (t *talkedOver) afterPreposition(i int) (int, int) {
	if i+3 < len(t.ps) && t.first(i, preposition) && articles[t.ps[i+1].low] && t.first(i+2, preposition) && articles[t.ps[i+3].low] {
		again := func(p piece) bool { return p.low == t.ps[i+2].low } // then more was abandoned
		if !t.pauses(i) && !t.pauses(i+1) && !slices.ContainsFunc(t.ps[max(0, i-mostAbandoned):i], again) {
			return i, i + 2
		}
	}
	if t.ps[i].low == "for" && t.first(i+1, toWord) && !t.first(i+2, determiner) && i > 0 {
		return i, i + 1
	}
	return i, i
}

// interrupted finds what is said in passing before a noun: "the, yeah, the", "a you know small one".
func (t *talkedOver) interrupted(i int) (int, int) {
	switch next := i + 1; {
	case t.ps[next].low == "yeah" && next+1 < len(t.ps) && !t.pauses(i) && !thirdPerson[t.ps[i].low],
		(t.ps[next].low == "yeah" || t.ps[next].low == "okay") && next+1 < len(t.ps) && t.ps[i].comma() && t.ps[next].comma():
		return next, next + 1
	case t.last(i, determiner) && t.ps[next].low == "you" && next+2 < len(t.ps) && t.ps[next+1].low == "know":
		return next, next + 2
	}
	return i, i
}

// mostOpened is how many words are said, at most, before a sentence is begun again.
const mostOpened = 8

// opened finds an unfinished beginning before a clause: "that's the price we want to that's the aim", "the, as you can see, it is".
func (t *talkedOver) opened(i int) (int, int) {
	next := i + 1
	switch {
	case len(t.ps)-next < leastQuoted:
	case i <= 1 && t.ps[next].low == "no" && t.ps[next].comma() && t.clause(next+1):
		return 0, next + 1
	case i == 0 && t.first(0, determiner) && t.ps[0].comma():
		return 0, next
	case i == 0 && t.ps[0].comma() && t.first(0, clauseSubject) && !t.first(0, nominative) && t.ps[next].low == "that":
		if t.clause(next + 1) {
			next++
		}
		return 0, next
	case i >= mostOpened || t.pauses(i) || t.first(0, asker):
	case t.first(i, toWord) && (t.first(next, nominative) || t.first(next, clauseSubject) && t.rs[next].first != t.rs[next].last):
		return 0, next
	case t.first(i, toWord) && t.first(next, joiner) && t.clause(next+1):
		return 0, next + 1
	}
	return i, i
}

// twice finds two words of a kind of which a sentence has one: "or and", "how what".
func (t *talkedOver) twice(i int) (int, int) {
	a, b := t.ps[i].low, t.ps[i+1].low
	if t.pauses(i) {
		return i, i
	}
	switch a + " " + b {
	case "or and", "and but", "or but", "how what", "what how", "what which", "which what", "where what", "why what", "how where":
		return i, i + 1
	}
	return i, i
}

// leastMore is how many letters were not said of a word that is said anew a few words later.
const leastMore = 2

// broken reports whether a word was broken off and begun again with the words before it: "the sixt on the sixteenth".
func broken(ps []piece, i int) bool {
	p := ps[i]
	if i == 0 || i+1 == len(ps) || p.raw != p.low || len(p.low) > maxBroken || stopWords[p.low] || verbs[p.low] || !plainLetters(p.low) {
		return false
	}
	if len(p.low) <= 2 {
		return !twoLetters[p.low] && plainLetters(ps[i-1].low)
	}
	for k := i + 1; k < min(i+4, len(ps)-1); k++ {
		if ps[k].low == ps[i-1].low && len(ps[k+1].low) >= len(p.low)+leastMore && strings.HasPrefix(ps[k+1].low, p.low) {
			return true
		}
	}
	return false
}

// maxBroken is how many letters of a word are said at most when it breaks off.
const maxBroken = 7

func plainLetters(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < 'a' || r > 'z' })
}
