package summary

import (
	"slices"
	"strings"
)

// What people say when somebody has to do something.
var (
	actVerbs   = englishWords.set("actVerbs")
	actClear   = englishWords.set("actClear")
	actAsk     = englishWords.set("actAsk")
	deadlines  = englishWords.set("deadlines")
	deadlineIn = englishWords.set("deadlineIn")
	actNouns   = englishWords.set("actNouns")
	actDoubts  = englishWords.set("actDoubts")
	actHere    = englishWords.set("actHere")
	actPromise = englishWords.set("actPromise")
	actBetween = englishWords.set("actBetween")
	actAtOnce  = englishWords.set("actAtOnce")
	actCallIt  = englishWords.set("actCallIt")
	actTell    = englishWords.set("actTell")
	actWare    = englishWords.set("actWare")
	actClause  = englishWords.set("actClause")
	actSaid    = englishWords.set("actSaid")
	actShow    = englishWords.set("actShow")
	actLater   = englishWords.set("actLater")
	actWhether = englishWords.set("actWhether")
	movesOn    = map[string]bool{"move": true, "moving": true, "go": true, "going": true, "step": true, "look": true}
	actRetell  = englishWords.set("actRetell")
	actRetold  = englishWords.set("actRetold")
	actItems   = englishWords.phrases("actItems")
	actCare    = englishWords.phrases("actCare")
	actFollow  = englishWords.phrases("actFollow")
	actWill    = englishWords.phrases("actWill")
	actMust    = englishWords.phrases("actMust")
	actRequest = englishWords.phrases("actRequests")
	actRemind  = englishWords.phrases("actRemind")
	dueNext    = englishWords.phrases("dueNext")
)

// How strongly each way of saying who will do something indicates an action.
const (
	byName    = 0.7  // "Ben will", "Ben has to"
	byMyself  = 0.6  // "I will"
	myDuty    = 0.4  // "I have to", "let me", "I can"
	byYou     = 0.35 // "you should"
	byUs      = 0.4  // "we need to"
	asked     = 0.4  // "can you"
	reminded  = 0.55 // "don't forget to", "please"
	clearVerb = 0.15 // a verb for things that are done after the meeting
	dueSaid   = 0.3
	agreedTo  = 0.35
	refused   = 0.6
	depends   = 0.6 // "if you have a question"

	promiseHeard = 0.09 // somebody said "okay" to "I will"
	toldFirst    = 0.25 // at the beginning of a session, when people announce its agenda
	onTheSpot    = 0.3  // "I'll just", "here": it is done right away
	aimless      = 0.1  // without a content word
	endsBare     = 0.2  // the sentence ends with the verb: "I'll check"
	quoted       = 0.3  // "and okay I will", "they say I will": somebody else's words
)

// task is what a sentence says about something to be done.
type task struct {
	score float64
	owner string // a speaker's id, or a name as it was said; empty: the group
	due   string // by when, as it was said
	asks  bool   // somebody is asked to do it, and may agree
	where int    // the word that says what is done
	role  bool   // it may be somebody's part in the whole: "Ben will do the design", "I am responsible for"
}

// action returns the clearest task in a sentence.
func (s *sentence) action() task {
	best := task{}
	if len(s.ws) < 4 {
		return best
	}
	for i := range s.ws {
		if n := s.doing(i); n > 0 {
			plain := actClear[s.ws[i]] || n > 1
			if t := s.frame(i, plain); t.score > best.score {
				t.score += clearVerb*is(plain) - endsBare*is(i+n == len(s.ws) && s.due() == "")
				t.where = i
				best = t
			}
		}
	}
	if t := s.named(); t.score > best.score {
		best = t
	}
	if best.score == 0 {
		return best
	}
	if due := s.due(); due != "" {
		best.due = due
		best.score += dueSaid
	}
	if s.raw.asks && best.asks && best.owner == "" && best.due == "" {
		best.score -= 0.2 // it takes an answer
	}
	if s.raw.asks && (!best.asks || askWords[s.at(0)]) {
		best.score -= 0.5
	}
	if s.raw.brokenOff() || s.raw.quotes() {
		best.score -= onTheSpot
	}
	if best.due == "" {
		best.score -= onTheSpot*is(s.within(actHere, 0, len(s.ws))) + aimless*is(len(s.raw.terms) == 0)
	}
	return best
}

// doing returns the number of words of the verb that begins at i, which may be a phrase like "look into"; 0: there is none.
func (s *sentence) doing(i int) int {
	for _, set := range []phraseSet{actFollow, actCare} {
		if n := s.saysAt(i, set); n > 0 && (s.ws[i] != "find" || !subjects[s.at(i+n)]) { // "I'll find out he's right"
			return n
		}
	}
	w := s.ws[i]
	switch next := s.at(i + 1); {
	case w == "call" && actCallIt[next], // "call it a day"
		w == "try" && actTell[s.at(i+2)],         // "I'll try to explain"
		w == "buy" && actWare[next],              // "I'll buy one" praises it
		w == "do" && s.within(actWork, i+1, i+7), // "I'll do some more work this week" says nothing of what
		w == "forward" && movesOn[s.at(i-1)],     // "I'm going to move forward to the budget"
		w == "finish" && next == "up",            // "I'll finish up with a word on the budget"
		w == "report" && next == "that":          // "I will gladly report that"
		return 0
	}
	ing, ok := strings.CutSuffix(w, "ing")
	if ok && s.at(i-2) == "you" && s.at(i-1) == "mind" && (actVerbs[ing] || actVerbs[ing+"e"]) { // "would you mind sending"
		return 1
	}
	return int(is(actVerbs[w]))
}

// frame determines from the words before the verb at i who is to do it. plain: the verb is clearly about after the meeting.
func (s *sentence) frame(i int, plain bool) task {
	from := max(0, i-6)
	t := task{}
	for j := from; j < i; j++ {
		will, must := s.saysAt(j, actWill), s.saysAt(j, actMust)
		end := j + max(will, must)
		if end == j || end > i || !s.onlyAdverbs(end, i) {
			continue
		}
		switch subject := s.subject(j); {
		case subject == "i" && will > 0:
			t = task{score: byMyself, owner: s.speaker}
			if (s.within(actAtOnce, j-1, i) || s.at(end) == "go" && s.at(end+1) == "and") && s.due() == "" {
				t.score -= onTheSpot
			}
			if (actRetell[s.at(i)] || s.at(i) == "reply" && s.at(i+1) == "to" && s.repliedTo(i+2)) && s.due() == "" {
				t.score -= onTheSpot
			}
			if j > 3 && actSaid[s.at(j-2)] {
				t.score -= quoted
			}
		case subject == "i" && actTell[s.at(i)] && s.within(actClause, i+1, i+6): // "I have to remind you that"
		case subject == "i":
			t = task{score: myDuty - 0.05*is(!plain), owner: s.speaker}
		case subject == "we" && s.at(i) == "find": // "we'll find out tomorrow"
		case subject == "we":
			t = task{score: byUs}
		case subject == "you" && (!plain || will > 0 && s.at(i) == "find"): // "you'll find out", "you need to put the battery in"
		case subject == "you":
			t = task{score: byYou, asks: true}
			if will > 0 || s.at(j) != "should" && s.at(j) != "need" {
				t.score -= 0.2 // "you have to" and "then you'll" are often said of anybody
			}
		case s.people[subject]:
			t = task{score: byName, owner: s.fullName(j, subject), role: true}
		case subject == "somebody" || subject == "someone":
			t = task{score: 0.5}
		}
	}
	switch {
	case t.score > 0:
	case s.at(i-2) == "let" && s.at(i-1) == "me":
		t = task{score: myDuty, owner: s.speaker}
	case s.at(i-2) == "i" && s.at(i-1) == "can":
		t = task{score: myDuty - 0.1, owner: s.speaker}
	case s.requestBefore(i) && actRetell[s.ws[i]] && actRetold[s.at(i+1)]: // "can you remind me", "could you summarise where we are"
	case s.requestBefore(i):
		t = task{score: asked, owner: s.addressed(), asks: true}
		if t.owner != "" {
			t.score += 0.1
		}
	case s.within(actAsk, i-3, i), s.remindedBefore(i):
		t = task{score: reminded, owner: s.addressed(), asks: true}
		if t.owner == "" && (s.at(i) == "contact" || s.at(i) == "reach") { // a courtesy
			t.score -= depends
		}
	case s.people[s.at(i-1)] && !s.owns(i-1) && (strings.HasSuffix(s.ws[i], "s") || i == 1):
		t = task{score: byName, owner: s.at(i - 1)}
	}
	if t.score > 0 && s.doubted(from, i) {
		t.score -= 0.6
	}
	if t.owner == s.speaker && actShow[s.ws[i]] && !s.within(actLater, 0, len(s.ws)) && s.due() == "" {
		t.score -= onTheSpot
	}
	if t.score > 0 && !actWhether[s.ws[i]] && s.dependsAfter(i) && s.due() == "" {
		t.score -= depends
	}
	return t
}

// onlyAdverbs reports whether the words between "will" and the verb may stand there; one may have been misheard.
func (s *sentence) onlyAdverbs(from, to int) bool {
	others := 0
	for _, w := range s.ws[from:to] {
		if w == "have" || w == "happy" || w == "glad" || w == "able" { // "I'll be happy to talk" is a courtesy
			return false
		}
		others += int(is(!actBetween[w]))
	}
	return others <= 1
}

// subject returns the word before j that says who: "Ben", "I".
func (s *sentence) subject(j int) string {
	for k := j - 1; k >= max(0, j-3); k-- {
		switch w := s.ws[k]; {
		case s.people[w], w == "i", w == "we", w == "you", w == "somebody", w == "someone":
			return w
		case w == "also" || w == "then" || w == "just" || w == "all" || w == "still" || w == "really" || w == "probably":
		default:
			return ""
		}
	}
	return ""
}

// dependsAfter reports whether what is to be done after the word at i depends on somebody: "please call if you have a question".
func (s *sentence) dependsAfter(i int) bool {
	for j := i + 1; j < len(s.ws); j++ {
		if s.ws[j] == "if" && (subjects[s.at(j+1)] || s.at(j+1) == "anyone" || s.at(j+1) == "anybody") {
			return true
		}
	}
	return false
}

// repliedTo reports whether a reply to the word at i is given right here: "that", "Ben".
func (s *sentence) repliedTo(i int) bool {
	return s.at(i) == "that" || s.at(i) == "this" || s.people[s.at(i)]
}

func (s *sentence) requestBefore(i int) bool {
	for j := max(0, i-4); j < i; j++ {
		if s.saysAt(j, actRequest) > 0 && !subjects[s.at(j-1)] && s.at(j-1) != "probably" && !s.within(askWords, j-6, j) {
			return true
		}
	}
	return s.at(0) == "can" && s.people[s.at(1)] && i <= 4
}

func (s *sentence) remindedBefore(i int) bool {
	for j := max(0, i-4); j < i; j++ {
		if n := s.saysAt(j, actRemind); n > 0 && j+n == i && !s.within(negations, 0, j) { // "I don't have to write it and remember to send it"
			return true
		}
	}
	return false
}

// fullName returns the words of a name that end with part, before j: "user interface manager".
func (s *sentence) fullName(j int, part string) string {
	to := j - 1
	for s.at(to) != part {
		to--
	}
	from := to
	for s.parts[s.at(from-1)] {
		from--
	}
	return strings.Join(s.ws[from:to+1], " ")
}

// addressed returns the person whom a sentence names at its beginning or end.
func (s *sentence) addressed() string {
	for _, i := range []int{0, len(s.ws) - 1, 1, 2} {
		if s.people[s.at(i)] {
			return s.at(i)
		}
	}
	return ""
}

// doubted reports whether the words before i keep it from being a promise: "if", "would", "never".
func (s *sentence) doubted(from, i int) bool {
	if (s.within(actDoubts, 0, i) || s.within(askWords, from, i)) && !s.says(actRequest) {
		return true
	}
	return s.within(negations, from, i) && !s.remindedBefore(i)
}

// named finds phrases that make something somebody's task without a verb for it: "action item", "I volunteer", "Ben is in
// charge of".
func (s *sentence) named() task {
	switch {
	case s.says(actItems), s.within(actNouns, 0, 2) && s.addressed() != "":
		owner := s.addressed()
		if at := slices.IndexFunc(s.ws, func(w string) bool { return s.people[w] }); owner == "" && at >= 0 {
			owner = s.ws[at]
		}
		return task{score: 0.45 + 0.3*is(owner != ""), owner: owner} // of an action item without one people only talk
	case s.promises() && !s.within(actPast, 0, 4) && !s.within(actDoubts, 0, len(s.ws)) && !s.within(negations, 0, len(s.ws)):
		owner := s.addressed()
		if s.within(map[string]bool{"i": true}, 0, 4) {
			owner = s.speaker
		} else if !s.people[s.at(0)] {
			owner = ""
		}
		return task{score: 0.45 + is(owner != "")*0.3, owner: owner}
	case s.says(actCare) && (s.people[s.at(0)] || s.at(0) == "i") && !s.within(actDoubts, 0, len(s.ws)) && !s.within(actPast, 0, 4):
		owner := s.at(0)
		if owner == "i" {
			owner = s.speaker
		}
		return task{score: 0.45, owner: owner, role: true}
	}
	return task{}
}

// promises reports whether a sentence begins with a promise to do something, not that something is so: "I promise you it's easy".
func (s *sentence) promises() bool {
	for i := range min(5, len(s.ws)) {
		if actPromise[s.ws[i]] && (s.ws[i] != "promise" || s.at(i+1) == "to") {
			return true
		}
	}
	return false
}

var actWork = map[string]bool{"work": true}

var actPast = englishWords.set("actPast")

// due returns the deadline as it was said: "by Friday", "tomorrow", "for the next meeting".
func (s *sentence) due() string {
	for i := range s.ws {
		if n := s.saysAt(i, dueNext); n > 0 && !s.owns(i+n-1) && (i == 0 || !subjects[s.at(i+n)]) { // "next time I write an essay"
			from := i
			for from > 0 && (deadlineIn[s.at(from-1)] || s.at(from-1) == "the") {
				from--
			}
			return s.shown(from, i+n)
		}
	}
	for i, w := range s.ws {
		if !deadlines[w] || s.owns(i) {
			continue
		}
		switch {
		case w == "today" && s.at(i-1) == "for": // "let me share the agenda for today"
		case deadlineIn[s.at(i-1)]:
			return s.shown(i-1, i+1)
		case deadlineIn[s.at(i-2)] && (s.at(i-1) == "the" || s.at(i-1) == "next" || s.at(i-1) == "this"):
			return s.shown(i-2, i+1)
		case w == "tomorrow" || w == "tonight" || w == "asap":
			return s.shown(i, i+1)
		}
	}
	return ""
}

// owns reports whether the word at i has what follows: "this morning's meeting".
func (s *sentence) owns(i int) bool {
	for _, w := range s.raw.words {
		if low := strings.ReplaceAll(w.low, "’", "'"); strings.TrimSuffix(low, "'s") == s.ws[i] && low != s.ws[i] {
			return true
		}
	}
	return false
}

// shown returns words as they are written in the sentence, where they can be matched to it.
func (s *sentence) shown(from, to int) string {
	out := make([]string, 0, to-from)
	for _, w := range s.ws[max(0, from):to] {
		for _, r := range s.raw.words {
			if r.low == w {
				w = r.raw
				break
			}
		}
		out = append(out, w)
	}
	return strings.Join(out, " ")
}
