package summary

import (
	"slices"
	"strings"
)

// How people reply when they agree, refuse, or don't know.
var (
	takes   = englishWords.phrases("takes")
	takesUp = englishWords.set("takesUp")
	accepts = englishWords.set("accepts")
	refuses = englishWords.set("refuses")
	saysNo  = map[string]bool{"no": true, "nope": true, "nah": true}
	// refusesNot is what people have none of when they agree: "no problem", "no objections".
	refusesNot = englishWords.set("refusesNot")
	unknowing  = englishWords.phrases("unknowing")
	supposes   = englishWords.phrases("supposes")
	// guessEmpty are words that add nothing to "I don't know".
	guessEmpty = englishWords.set("guessEmpty")
	// guessLooks are words of who doesn't know and wants to: "I don't know, I'll have to check".
	guessLooks = englishWords.set("guessLooks")
	// numberWords answer "how many".
	numberWords = englishWords.set("numberWords")
)

// How far after a line its reply is looked for.
const (
	replyLines  = 4
	replyMS     = 15_000
	fullAnswer  = 5   // the fewest words of an answer that is more than a nod
	leastGuess  = 2   // the fewest words after "I don't know" that are a guess
	shortAnswer = 14  // the most words of one that only says that somebody doesn't know
	longAnswer  = 10  // the fewest words with a topic of what is an answer even if it shares none with the question
	replyBytes  = 500 // of a line in which a reply is looked for: many more than a short answer has
	shortTaken  = 16  // the most words of a yes in which a time tells by when
	answerLines = 4   // how far after "I don't know" somebody else's answer is looked for
)

// reply is what came after a sentence.
type reply struct {
	accepted bool   // the next speaker agreed
	by       string // that speaker
	answered bool   // somebody answered a question
	refused  bool   // the next speaker said no
	open     bool   // somebody said that they don't know
	taken    string // who said yes, or that they do what was asked for
	due      string // by when, as they said
}

// replyTo looks at what others said after unit n, and at how its speaker went on.
func (d *document) replyTo(n int) reply {
	var r reply
	u := &d.units[n]
	at := u.lines[len(u.lines)-1]
	who := d.lines[at].SpeakerID
	last := saysNoMore(d.units[n+1:], at)
	if !last {
		r.answered = true // whoever goes on talking asked for the sake of it, or answers it
	}
	asked := false // something else was asked in between: who doesn't know answers that
	for i := at + 1; i < len(d.lines) && i <= at+replyLines && d.lines[i].StartMS-d.lines[at].EndMS <= replyMS; i++ {
		said := plainSentence(head(d.lines[i].Text, replyBytes))
		mine := d.lines[i].SpeakerID == who
		if len(said.ws) >= fullAnswer && strings.HasSuffix(d.lines[i].Text, "?") {
			asked = true
		}
		if at := said.saysWhere(unknowing); at >= 0 && at < fullAnswer && len(said.ws) <= shortAnswer && !said.knows(at) {
			if !onTopic(d, u, i, said, at) {
				return r
			}
			r.open = !r.answered && !mine && !asked && !guesses(d.lines[i].Text) && !d.answeredLater(u, i, who)
			return r
		}
		if !mine && last && !r.accepted && r.by == "" && len(said.ws) > 0 {
			r.by = d.lines[i].SpeakerID
			r.refused = saysNo[said.ws[0]] && !said.within(refusesNot, 1, 4)
			r.accepted = said.within(accepts, 0, 2) && !said.within(refuses, 0, 5)
		}
		if r.taken == "" && !mine && last && (r.accepted || takesIt(d, u, i, said)) {
			r.taken = d.lines[i].SpeakerID
			if len(said.ws) <= shortTaken {
				r.due = said.due(-1)
			}
		}
		r.answered = r.answered || d.answers(u, i, said, mine)
	}
	return r
}

// knows reports whether "not sure" and the like, at a word, begin an answer, "not sure you can tell", or ask back: "I don't know what
// that means", "not sure how that applies".
func (s *sentence) knows(at int) bool {
	next := at + s.saysAt(at, unknowing)
	if next < len(s.apart) && s.apart[next] { // "not sure; we have to ask"
		return false
	}
	w, then := s.at(next), s.at(next+1)
	return subjects[w] && w != "that" && w != "it" || w == "people" || w == "what" && s.at(len(s.ws)-1) != "what" ||
		askWords[w] && (then == "that" || then == "this") || w == "of" && strings.HasPrefix(then, "any")
}

// onTopic reports whether who says, at a word of line i, that they don't know names nothing else than the question does: "not sure who
// that was meant for" is no answer to it.
func onTopic(d *document, u *unit, i int, said sentence, at int) bool {
	rest := slices.Clone(said.ws[at+said.saysAt(at, unknowing):])
	rest = slices.DeleteFunc(rest, func(w string) bool { return stopWords[w] || guessEmpty[w] || guessLooks[w] })
	return len(rest) <= 1 || d.shared(u, i) > 0
}

// saysNoMore reports whether the units after one have nothing but a nod, or more questions, in its last line.
func saysNoMore(after []unit, line int) bool {
	for _, u := range after {
		if u.lines[0] != line {
			return true
		}
		if u.asks {
			continue
		}
		if slices.ContainsFunc(u.words(), func(w word) bool { return !fillers[w.low] }) {
			return false
		}
	}
	return true
}

// guesses reports whether somebody who doesn't know answers all the same: "I don't know, they might", "I guess so, I don't know".
func guesses(text string) bool {
	ws := words(text)
	if all := (sentence{ws: plainWords(ws)}); all.says(supposes) {
		return true
	}
	for i, w := range ws {
		before := sentence{ws: plainWords(ws[:i])}
		if !before.says(unknowing) || !w.apart && w.low != "but" && w.low != "if" {
			continue
		}
		after := sentence{ws: plainWords(ws[i:])}
		if after.says(unknowing) {
			return false
		}
		if after.within(guessLooks, 0, len(after.ws)) {
			return false
		}
		rest := slices.DeleteFunc(after.ws, func(w string) bool { return openers[w] || fillers[w] || guessEmpty[w] })
		return len(rest) >= leastGuess && rest[0] != "to" // "to be honest"
	}
	return false
}

// answeredLater reports whether somebody else than who asked has an answer after line i, in which somebody had none: what is said at
// once, at length, or later with words of the question.
func (d *document) answeredLater(u *unit, i int, who string) bool {
	counts := len(u.said) > 0 && u.glossary.word(u.said[0]).low == "how"
	for j := i + 1; j < len(d.lines) && j <= i+answerLines; j++ {
		said := sentence{ws: plainWords(words(d.lines[j].Text))}
		asks := strings.HasSuffix(d.lines[j].Text, "?")
		if d.lines[j].SpeakerID == who && (asks || slices.Contains(said.ws, "question")) && d.shared(u, j) >= 2 {
			return true // asked again, of somebody who may know
		}
		if d.lines[j].SpeakerID == who || len(said.ws) < fullAnswer || said.says(unknowing) || asks {
			continue
		}
		yes := said.within(accepts, 0, 1) || said.within(refuses, 0, 1)
		other := d.lines[j].SpeakerID != d.lines[i].SpeakerID
		counted := counts && said.within(numberWords, 0, len(said.ws))
		if counted || yes && j < i+replyLines || j == i+1 && other && len(d.lineTerms(j)) >= longAnswer || d.shared(u, j) >= 2 {
			return true
		}
	}
	return false
}

// answers reports whether line i says something to the question: yes or no, or more than a nod.
func (d *document) answers(u *unit, i int, said sentence, mine bool) bool {
	if !mine && (said.within(accepts, 0, 2) || said.within(refuses, 0, 2)) {
		return true
	}
	if len(said.ws) < fullAnswer || strings.HasSuffix(d.lines[i].Text, "?") {
		return false
	}
	return !mine || d.shared(u, i) > 0
}

// shared counts the words with a topic of line i that the sentence has too.
func (d *document) shared(u *unit, i int) int {
	shared := 0
	for _, n := range d.of[i] {
		for _, t := range d.units[n].terms {
			if slices.Contains(u.terms, t) {
				shared++
			}
		}
	}
	return shared
}

// takesIt reports whether line i of somebody else takes what was asked for in a sentence: "of course", "I can do that".
func takesIt(d *document, u *unit, i int, said sentence) bool {
	for k := range min(2, len(said.ws)) {
		if said.saysAt(k, takes) > 0 {
			return true
		}
	}
	if said.within(refuses, 0, 5) {
		return false
	}
	for k := range min(4, len(said.ws)) {
		if w := said.at(k + 1); said.ws[k] == "i" && (w == "will" || w == "can" || w == "could") {
			return len(said.ws) <= k+3 || said.within(takesUp, k+2, k+5) || d.shared(u, i) > 0
		}
	}
	return false
}

// head is about the first n bytes of a text, up to a space.
func head(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:max(0, strings.LastIndexByte(s[:n], ' '))]
}
