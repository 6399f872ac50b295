package summary

import "strings"

// What people say when somebody is to do something.
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
	actItems   = englishWords.phrases("actItems")
	actCare    = englishWords.phrases("actCare")
	actFollow  = englishWords.phrases("actFollow")
	actWill    = englishWords.phrases("actWill")
	actMust    = englishWords.phrases("actMust")
	actRequest = englishWords.phrases("actRequests")
	actRemind  = englishWords.phrases("actRemind")
	dueNext    = englishWords.phrases("dueNext")
)

// How much each way of saying who will do it tells.
const (
	byName    = 0.7  // "Ben will", "Ben has to"
	byMyself  = 0.6  // "I will"
	myDuty    = 0.4  // "I have to", "let me", "I can"
	byYou     = 0.35 // "you should"
	byUs      = 0.4  // "we need to"
	asked     = 0.4  // "can you"
	reminded  = 0.55 // "don't forget to", "please"
	clearVerb = 0.15 // a verb of things that are done after the talk
	dueSaid   = 0.3
	agreedTo  = 0.35
)

// task is what a sentence says of something to be done.
type task struct {
	score float64
	owner string // the id of a speaker, or a name as it was said; empty: the group
	due   string // until when, as it was said
	asks  bool   // it is asked of somebody, who may agree
}

// action finds the clearest task of a sentence.
func (s *sentence) action() task {
	best := task{}
	if len(s.ws) < 4 {
		return best
	}
	for i := range s.ws {
		if n := s.doing(i); n > 0 {
			if t := s.frame(i); t.score > best.score {
				if actClear[s.ws[i]] || n > 1 {
					t.score += clearVerb
				}
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
	if s.within(actHere, 0, len(s.ws)) && best.due == "" {
		best.score -= 0.3
	}
	return best
}

// doing is how many words the doing takes that begins at i: a verb, or a phrase like "look into"; 0: there is none.
func (s *sentence) doing(i int) int {
	for _, set := range []phraseSet{actFollow, actCare} {
		if n := s.saysAt(i, set); n > 0 {
			return n
		}
	}
	w := s.ws[i]
	ing, ok := strings.CutSuffix(w, "ing")
	if ok && s.at(i-2) == "you" && s.at(i-1) == "mind" && (actVerbs[ing] || actVerbs[ing+"e"]) { // "would you mind sending"
		return 1
	}
	return int(is(actVerbs[w]))
}

// frame is who is to do what is done at i, by the words before it.
func (s *sentence) frame(i int) task {
	from := max(0, i-6)
	t := task{}
	for j := from; j < i; j++ {
		will, must := s.saysAt(j, actWill), s.saysAt(j, actMust)
		end := j + max(will, must)
		if end == j || end > i || i-end > 2 {
			continue
		}
		switch subject := s.subject(j); {
		case subject == "i" && will > 0:
			t = task{score: byMyself, owner: s.speaker}
		case subject == "i":
			t = task{score: myDuty, owner: s.speaker}
		case subject == "we":
			t = task{score: byUs}
		case subject == "you":
			t = task{score: byYou, asks: true}
			if will == 0 && s.at(j) != "should" && s.at(j) != "need" {
				t.score -= 0.2 // "you have to" is often said of anybody
			}
		case s.people[subject]:
			t = task{score: byName, owner: subject}
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
	case s.requestBefore(i):
		t = task{score: asked, owner: s.addressed(), asks: true}
		if t.owner != "" {
			t.score += 0.2
		}
	case s.within(actAsk, i-3, i), s.remindedBefore(i):
		t = task{score: reminded, owner: s.addressed(), asks: true}
	case s.people[s.at(i-1)] && (strings.HasSuffix(s.ws[i], "s") || i == 1):
		t = task{score: byName, owner: s.at(i - 1)}
	}
	if t.score > 0 && s.doubted(from, i) {
		t.score -= 0.6
	}
	return t
}

// subject is the word before j that says who: "Ben", "I".
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

func (s *sentence) requestBefore(i int) bool {
	for j := max(0, i-4); j < i; j++ {
		if s.saysAt(j, actRequest) > 0 && s.at(j-1) != "you" && !askWords[s.at(j-1)] {
			return true
		}
	}
	return s.at(0) == "can" && s.people[s.at(1)] && i <= 4
}

func (s *sentence) remindedBefore(i int) bool {
	for j := max(0, i-4); j < i; j++ {
		if n := s.saysAt(j, actRemind); n > 0 && j+n == i {
			return true
		}
	}
	return false
}

// addressed is the person whom a sentence names first or last.
func (s *sentence) addressed() string {
	for _, i := range []int{0, len(s.ws) - 1, 1, 2} {
		if s.people[s.at(i)] {
			return s.at(i)
		}
	}
	return ""
}

// doubted reports whether what stands before i makes it no promise: "if", "would", "never".
func (s *sentence) doubted(from, i int) bool {
	if s.within(actDoubts, 0, i) && !s.says(actRequest) {
		return true
	}
	return s.within(negations, from, i) && !s.remindedBefore(i)
}

// named finds the ways to say that something is somebody's task without saying what they do: "action item", "I volunteer",
// "Ben is in charge of".
func (s *sentence) named() task {
	switch {
	case s.says(actItems), s.within(actNouns, 0, 2) && s.addressed() != "":
		return task{score: 0.75, owner: s.addressed()}
	case s.within(actPromise, 0, 5) && !s.within(actPast, 0, 4) && !s.within(actDoubts, 0, len(s.ws)) && !s.within(negations, 0, len(s.ws)):
		owner := s.addressed()
		if s.within(map[string]bool{"i": true}, 0, 4) {
			owner = s.speaker
		}
		return task{score: 0.45 + is(owner != "")*0.3, owner: owner}
	case s.says(actCare) && (s.people[s.at(0)] || s.at(0) == "i") && !s.within(actDoubts, 0, len(s.ws)) && !s.within(actPast, 0, 4):
		owner := s.at(0)
		if owner == "i" {
			owner = s.speaker
		}
		return task{score: 0.45, owner: owner}
	}
	return task{}
}

var actPast = englishWords.set("actPast")

// due is the time by which it is to be done, as it was said: "by Friday", "tomorrow", "for the next meeting".
func (s *sentence) due() string {
	for i := range s.ws {
		if n := s.saysAt(i, dueNext); n > 0 {
			from := i
			for from > 0 && (deadlineIn[s.at(from-1)] || s.at(from-1) == "the") {
				from--
			}
			return s.shown(from, i+n)
		}
	}
	for i, w := range s.ws {
		if !deadlines[w] {
			continue
		}
		switch {
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

// shown is some words as they are written, as far as they can be told.
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
