package summary

import (
	"slices"
	"strings"
)

// What people answer with who agree to do something, or to what was said; and who don't know.
var (
	accepts   = englishWords.set("accepts")
	refuses   = englishWords.set("refuses")
	unknowing = englishWords.phrases("unknowing")
)

// How far after a line its answer is looked for.
const (
	replyLines  = 4
	replyMS     = 15_000
	fullAnswer  = 5  // words of an answer that is more than a nod
	shortAnswer = 14 // and of one that only says that nobody knows
)

// reply is what came after a sentence.
type reply struct {
	accepted bool   // the next one who spoke agreed
	by       string // who did
	answered bool   // somebody answered a question
	open     bool   // somebody said that they don't know
	ended    bool   // nothing was said after it
}

// replyTo looks at what others said after unit n, and at what its speaker went on with.
func (d *document) replyTo(n int) reply {
	var r reply
	u := &d.units[n]
	at := u.lines[len(u.lines)-1]
	who := d.lines[at].SpeakerID
	last := n == len(d.units)-1 || d.units[n+1].lines[0] != at
	if !last {
		r.answered = true // whoever goes on talking asked for the sake of it, or answers it
	}
	r.ended = at == len(d.lines)-1
	for i := at + 1; i < len(d.lines) && i <= at+replyLines && d.lines[i].StartMS-d.lines[at].EndMS <= replyMS; i++ {
		said := sentence{ws: plainWords(words(d.lines[i].Text))}
		if at := said.saysWhere(unknowing); at >= 0 && at < fullAnswer && len(said.ws) <= shortAnswer {
			r.open = !r.answered // the first answer counts
			return r
		}
		mine := d.lines[i].SpeakerID == who
		if !mine && last && !r.accepted && r.by == "" && len(said.ws) > 0 {
			r.by = d.lines[i].SpeakerID
			r.accepted = said.within(accepts, 0, 2) && !said.within(refuses, 0, 5)
		}
		r.answered = r.answered || d.answers(u, i, said, mine)
	}
	return r
}

// answers reports whether line i says something to the question: yes or no, or more than a nod.
func (d *document) answers(u *unit, i int, said sentence, mine bool) bool {
	if !mine && (said.within(accepts, 0, 2) || said.within(refuses, 0, 2)) {
		return true
	}
	if len(said.ws) < fullAnswer || strings.HasSuffix(d.lines[i].Text, "?") {
		return false
	}
	return !mine || d.sharesTerm(u, i)
}

// sharesTerm reports whether line i is about something that the sentence is about.
func (d *document) sharesTerm(u *unit, i int) bool {
	for _, n := range d.of[i] {
		if slices.ContainsFunc(d.units[n].terms, func(t int) bool { return slices.Contains(u.terms, t) }) {
			return true
		}
	}
	return false
}
