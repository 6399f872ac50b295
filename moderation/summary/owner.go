package summary

import "strings"

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
