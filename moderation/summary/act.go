package summary

import (
	"slices"
	"strings"
)

// What people say when somebody has to do something.
var (
	actVerbs   = englishWords.set("actVerbs")
	actClear   = englishWords.set("actClear")
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
	actRemind  = englishWords.phrases("actRemind")
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
				t.score += clearVerb*is(plain) - endsBare*is(i+n == len(s.ws) && s.due(i) == "")
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
	if due := s.due(best.where); due != "" {
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
	if (s.ws[i] == "talk" || s.ws[i] == "speak") && s.at(i+1) == "to" && s.at(i+2) == "you" && !s.within(actAbout, i+3, i+6) {
		return 0 // a goodbye: "I'll talk to you in two weeks"
	}
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
			t = task{score: byMyself, owner: s.speaker, with: s.together(j, subject)}
			if (s.within(actAtOnce, j-1, i) || s.at(end) == "go" && s.at(end+1) == "and") && s.due(i) == "" {
				t.score -= onTheSpot
			}
			if (actRetell[s.at(i)] || s.at(i) == "reply" && s.at(i+1) == "to" && s.repliedTo(i+2)) && s.due(i) == "" {
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
			t = task{score: byYou, owner: s.addressed().owner, asks: true}
			if will > 0 || s.at(j) != "should" && s.at(j) != "need" {
				t.score -= 0.2 // "you have to" and "then you'll" are often said of anybody
			}
		case s.people[subject]:
			name := s.fullName(j, subject)
			t = task{score: byName, owner: name, with: s.together(j, name), role: true}
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
	case s.requestBefore(i, plain) && actRetell[s.ws[i]] && actRetold[s.at(i+1)]: // "can you remind me", "could you summarise where we are"
	case s.offersBefore(i) && plain:
		t = task{score: asked, owner: s.speaker, asks: true, offer: true}
	case s.requestBefore(i, plain):
		t = s.addressed()
		t.score, t.asks = asked, true
		if t.owner != "" {
			t.score += 0.1
		}
	case s.within(actAsk, i-3, i), s.remindedBefore(i):
		t = s.addressed()
		t.score, t.asks = reminded, true
		if t.owner == "" && (s.at(i) == "contact" || s.at(i) == "reach") { // a courtesy
			t.score -= depends
		}
	case s.people[s.at(i-1)] && (s.at(i-2) == "have" || s.at(i-2) == "let"): // "let's have Ben write it"
		t = task{score: byName, owner: s.at(i - 1)}
	case s.people[s.at(i-1)] && !s.owns(i-1) && (strings.HasSuffix(s.ws[i], "s") || i == 1):
		t = task{score: byName, owner: s.at(i - 1)}
	}
	if t.score > 0 && s.doubted(from, i) {
		t.score -= 0.6
	}
	if t.owner == s.speaker && actShow[s.ws[i]] && !s.within(actLater, 0, len(s.ws)) && s.due(i) == "" {
		t.score -= onTheSpot
	}
	if t.score > 0 && !actWhether[s.ws[i]] && s.dependsAfter(i) && s.due(i) == "" {
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

func (s *sentence) remindedBefore(i int) bool {
	for j := max(0, i-4); j < i; j++ {
		if n := s.saysAt(j, actRemind); n > 0 && j+n == i && !s.within(negations, 0, j) { // "I don't have to write it and remember to send it"
			return true
		}
	}
	return false
}

// doubted reports whether the words before i keep it from being a promise: "if", "would", "never".
func (s *sentence) doubted(from, i int) bool {
	if (s.within(actDoubts, 0, i) || s.within(askWords, from, i)) && !s.says(actRequest) && !s.says(actWould) {
		return true
	}
	return s.within(negations, from, i) && !s.remindedBefore(i)
}

// named finds phrases that make something somebody's task without a verb for it: "action item", "I volunteer", "Ben is in
// charge of".
func (s *sentence) named() task {
	switch {
	case s.says(actItems), s.within(actNouns, 0, 2) && s.addressed().owner != "":
		owner := s.addressed().owner
		if at := slices.IndexFunc(s.ws, func(w string) bool { return s.people[w] }); owner == "" && at >= 0 {
			owner = s.ws[at]
		}
		return task{score: 0.45 + 0.3*is(owner != ""), owner: owner} // of an action item without one people only talk
	case s.promises() && !s.within(actPast, 0, 4) && !s.within(actDoubts, 0, len(s.ws)) && !s.within(negations, 0, len(s.ws)):
		owner := s.addressed().owner
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

var (
	actWork  = map[string]bool{"work": true}
	actAbout = map[string]bool{"about": true, "regarding": true}
)

var actPast = englishWords.set("actPast")
