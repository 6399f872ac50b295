package summary

import (
	"slices"
	"strings"
)

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

// Who is asked to do something, and who takes it.
var (
	ownerAfter = englishWords.set("ownerAfter")
	ownerMany  = englishWords.set("ownerMany")
	actOffers  = englishWords.phrases("actOffers")
	actAsk     = englishWords.set("actAsk")
	actRequest = englishWords.phrases("actRequests")
	actWould   = englishWords.phrases("actWould")
)

// task is what a sentence says about something to be done.
type task struct {
	score float64
	owner string // a speaker's id, or a name as it was said; empty: the group
	with  string // who does it together with the owner
	due   string // by when, as it was said
	asks  bool   // somebody is asked to do it, and may agree
	where int    // the word that says what is done
	many  bool   // several are asked: "can you two"
	offer bool   // the speaker asks whether to do it: "shall I"
	role  bool   // it may be somebody's part in the whole: "Ben will do the design", "I am responsible for"
}

// requestBefore reports whether somebody is asked to do what the verb at i says. plain: the verb is clearly about after the meeting.
func (s *sentence) requestBefore(i int, plain bool) bool {
	for j := max(0, i-4); j < i; j++ {
		n, would := s.saysAt(j, actRequest), s.saysAt(j, actWould)
		if n > 0 && !subjects[s.at(j-1)] && s.at(j-1) != "probably" && !s.within(askWords, j-6, j) {
			return true
		}
		if would > 0 && plain && j+would == i && !s.within(askWords, 0, j) { // "would you like to" asks for something else
			return true
		}
	}
	return s.at(0) == "can" && s.people[s.at(1)] && i <= 4
}

// offersBefore reports whether the speaker asks whether to do what the verb at i says: "shall I", "do you want me to".
func (s *sentence) offersBefore(i int) bool {
	for j := max(0, i-3); j < i; j++ {
		if n := s.saysAt(j, actOffers); n > 0 && j+n == i && !s.within(askWords, 0, i) {
			return true
		}
	}
	return false
}

// fullName returns the words of a name that end with part, before j: "user interface manager".
func (s *sentence) fullName(j int, part string) string {
	to := s.before(j, part)
	from := to
	for s.parts[s.at(from-1)] {
		from--
	}
	return strings.Join(s.ws[from:to+1], " ")
}

// before is where a word stands before j.
func (s *sentence) before(j int, word string) int {
	for j--; s.at(j) != word; {
		j--
	}
	return j
}

// together returns the name that stands before the subject of the word at j, with an "and": "Ana and Ben will", "Ana and I will".
func (s *sentence) together(j int, subject string) string {
	ws := strings.Fields(subject)
	from := s.before(j, ws[len(ws)-1]) - len(ws) + 1
	if alone := s.wordOf(from).low == s.at(from); !alone || ownerAfter[s.at(from-3)] { // "I'll ask Ana, and I'll", "over to Ana and I will"
		return ""
	}
	if s.at(from-1) == "and" && s.people[s.at(from-2)] {
		return s.fullName(from-1, s.at(from-2))
	}
	return ""
}

// addressed returns the person, or the two, whom a sentence names at its beginning or end, as owners of a task.
func (s *sentence) addressed() task {
	for i := 0; i < min(3, len(s.ws)); i++ {
		switch w := s.ws[i]; {
		case s.people[w] && s.at(i+1) == "and" && s.people[s.at(i+2)]:
			return task{owner: s.at(i + 2), with: w}
		case s.people[w]:
			return task{owner: w}
		case openers[w] || actAsk[w] || s.people[s.at(i+1)] && (askVerbs[w] || w == "you"): // "so", "please", "can Ben"
		default:
			i = len(s.ws)
		}
	}
	last := len(s.ws) - 1
	if s.people[s.at(last)] && (s.apart[last] || !ownerAfter[s.at(last-1)]) {
		return task{owner: s.at(last)}
	}
	for i := range s.ws {
		if s.ws[i] == "you" && ownerMany[s.at(i+1)] {
			return task{many: true}
		}
	}
	return task{}
}
