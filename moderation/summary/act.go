package summary

import "strings"

// What people say when somebody is to do something.
var (
	actVerbs    = englishWords.set("actVerbs")
	actModals   = englishWords.set("actModals")
	actPeople   = englishWords.set("actPeople")
	actAsk      = englishWords.set("actAsk")
	deadlines   = englishWords.set("deadlines")
	deadlineIn  = englishWords.set("deadlineIn")
	determiners = englishWords.set("determiners")
	actNouns    = englishWords.set("actNouns")
	actDoubts   = englishWords.set("actDoubts")
	actFeelings = englishWords.set("actFeelings")
	actPromise  = englishWords.set("actPromise")
	actItems    = englishWords.phrases("actItems")
	actCare     = englishWords.phrases("actCare")
	actFollow   = englishWords.phrases("actFollow")
	actRequests = englishWords.phrases("actRequests")
	actPast     = englishWords.set("actPast")
)

// action scores the cues of a task: a verb of doing, who will or should, the words of tasks, a name, and until when.
func (s *sentence) action() float64 {
	if len(s.ws) < 4 {
		return 0
	}
	task := 0.0
	for i, w := range s.ws {
		if ing, ok := strings.CutSuffix(w, "ing"); ok && s.asksForIt() && (actVerbs[ing] || actVerbs[ing+"e"]) {
			task = max(task, s.task(i))
		}
		if actVerbs[w] && !determiners[s.at(i-1)] {
			task = max(task, s.task(i))
		}
	}
	v, due := task+s.taskWords(), s.due()
	if task < 0.5 && s.bound() {
		v += 0.25
		if due >= 0.3 && task <= 0 { // the verb may be one that is not known here
			v += 0.2
		}
	}
	if task <= 0 && s.asks && s.names && s.asksForIt() {
		v += 0.25
	}
	if v <= 0 {
		v = -0.15
	}
	v += due
	if s.names {
		v += 0.25
	}
	switch {
	case s.asks && !s.asksForIt() && s.names && task > 0:
		v -= 0.3
	case s.asks && !s.asksForIt():
		v -= 0.6
	}
	return v
}

// taskWords weighs the phrases of tasks, apart from the verb.
func (s *sentence) taskWords() float64 {
	v := 0.0
	if s.says(actItems) {
		v += 0.45
	} else if s.within(actNouns, 0, 2) {
		v += 0.25
	}
	if s.within(actPromise, 0, len(s.ws)) && !s.within(actDoubts, 0, len(s.ws)) {
		v += 0.4
	}
	if s.says(actCare) {
		v += 0.45
	}
	if s.says(actFollow) {
		v += 0.45
	}
	return v
}

// bound reports whether somebody will, must or should: "I will", "Ben has to".
func (s *sentence) bound() bool {
	for i, w := range s.ws {
		if actModals[w] && (actPeople[s.at(i-1)] || actPeople[s.at(i-2)] || i <= 2 && s.names) {
			return !s.within(actDoubts, 0, i+2) && !s.within(actFeelings, i+1, i+3)
		}
	}
	return false
}

// task weighs a verb of doing at i by what stands before it.
func (s *sentence) task(i int) float64 {
	v := 0.3
	asked := s.asksForIt()
	switch {
	case asked && s.within(actPeople, i-4, i), s.within(actAsk, i-3, i):
		v += 0.45
	case s.within(actModals, i-3, i) && (s.within(actPeople, i-5, i) || s.names):
		v += 0.45
	case s.within(actModals, i-3, i):
		v += 0.3
	case s.at(i-2) == "i" && s.at(i-1) == "can":
		v += 0.4
	case s.at(i-2) == "let" && s.at(i-1) == "me", i == 0, i == 1 && s.names:
		v += 0.25
	case s.within(actPeople, i-2, i) || s.at(i-1) == "to":
		v += 0.15
	default:
		v -= 0.15
	}
	told := s.at(i-2) == "remember" && s.at(i-1) == "to"
	past := s.within(actPast, i-4, i)
	if !asked && (past || s.within(actDoubts, i-5, i)) || s.within(actFeelings, i-2, i) && !told {
		v -= 0.6
	}
	return v
}

// asksForIt reports whether the sentence begins as a request.
func (s *sentence) asksForIt() bool {
	if first := s.at(0); s.names && (first == "can" || first == "could" || first == "will" || first == "would") {
		return true
	}
	return s.says(actRequests)
}

// due weighs the time by which it is to be done.
func (s *sentence) due() float64 {
	v := 0.0
	for i, w := range s.ws {
		if deadlines[w] {
			v = max(v, 0.1)
			if deadlineIn[s.at(i-1)] || deadlineIn[s.at(i-2)] || w == "tomorrow" || w == "tonight" || w == "asap" {
				v = 0.3
			}
		}
	}
	return v
}
