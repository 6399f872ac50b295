package summary

import "slices"

var (
	askFirst    = englishWords.set("askFirst")
	askSmall    = englishWords.phrases("askSmall")
	askCurious  = englishWords.set("askCurious")
	askMyself   = englishWords.set("askMyself") // a question to oneself needs no answer
	askProposed = englishWords.set("askProposed")
)

// question scores a question about a topic. Small talk and rhetorical questions score low, and a request is an action.
func (s *sentence) question() float64 {
	var v float64
	switch {
	case s.asks && s.within(askWords, 0, 3), !s.asks && inverted(s.ws): // the mark was not heard
		v = 0.6
	case s.asks && s.within(askFirst, 0, 3) && !s.told():
		v = 0.5
	case s.asks && s.turnedLater():
		v = 0.35
	default:
		return 0
	}
	terms := len(s.raw.terms)
	if terms == 0 || terms == 1 && (len(s.ws) < 7 || len(s.ws) < 10 && s.within(pointers, 0, len(s.ws))) || len(s.ws) < 5 || !s.raw.whole {
		return 0
	}
	if unstarters[s.ws[0]] && !askVerbs[s.ws[0]] && !s.within(askWords, 0, 3) { // "till everybody is there, or what is the plan?"
		return 0
	}
	if !s.asks && (startsLower(s.raw.heard) || s.raw.brokenOff()) { // it goes on with something, or is gone on with
		return 0
	}
	v += 0.1*float64(min(terms-1, 2)) + 0.1*is(s.within(askCurious, 0, len(s.ws)))
	if s.says(askSmall) || s.within(askMyself, 0, len(s.ws)) || s.within(askProposed, 0, 2) || len(s.ws) > 30 {
		v -= 0.6
	}
	if s.within(actVerbs, 0, len(s.ws)) && s.says(actRequest) {
		v -= 0.3
	}
	return v
}

// told reports whether a sentence has its subject before its first verb, as statements have: "it's simple, you know?", "the lid is
// shut, right?"
func (s *sentence) told() bool {
	i := slices.IndexFunc(s.ws, func(w string) bool { return askFirst[w] })
	if !askVerbs[s.ws[i]] || s.apart[i] {
		return false
	}
	before := slices.DeleteFunc(slices.Clone(s.ws[:i]), func(w string) bool { return openers[w] || s.people[w] })
	return len(before) > 1 || len(before) == 1 && askSubject[before[0]]
}

// pointers are words that say nothing to who has not heard what was said before.
var pointers = map[string]bool{"it": true, "they": true, "them": true, "he": true, "she": true, "him": true, "her": true}

// tagWords is the most words of a question that only asks whether one agrees: "is it not".
const tagWords = 3

// turnedLater reports whether a later clause asks: "we know how high it is, but how wide is it?", "tell me, is
// the lid open?"
func (s *sentence) turnedLater() bool {
	for i, w := range s.ws {
		if s.apart[i] && askVerbs[w] && askSubject[s.at(i+1)] && i+tagWords < len(s.ws) {
			return true
		}
		if askWords[w] && (askVerbs[s.at(i+1)] || askVerbs[s.at(i+2)] && askSubject[s.at(i+3)]) {
			return true
		}
	}
	return false
}

var (
	askWords   = englishWords.set("askWords")
	askVerbs   = englishWords.set("askVerbs")
	askSubject = englishWords.set("askSubject")
)

// inverted reports whether the words are in the order of a question: "why do people", "has anyone", "what is the difference".
func inverted(ws []string) bool {
	if len(ws) < 5 || slices.Contains(ws, "because") {
		return false
	}
	for i := 2; i+1 < len(ws); i++ { // "what is sad is that", "what we do is the"
		if ws[i] == "is" && (ws[i+1] == "that" || ws[i+1] == "the" || ws[i+1] == "to") {
			return false
		}
	}
	switch {
	case askVerbs[ws[0]]:
		return askSubject[ws[1]]
	case askWords[ws[0]]:
		return askVerbs[ws[1]] || askVerbs[ws[2]] && askSubject[ws[3]]
	}
	return false
}

// cueWords returns the words to which near misses are corrected.
func cueWords() []map[string]bool {
	return []map[string]bool{decideStrong, decideGroup, actVerbs, actAsk, actPromise, dueDays, dueNow}
}
