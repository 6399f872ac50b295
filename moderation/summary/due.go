package summary

import (
	"slices"
	"strings"
)

// Words of times, as people say by when they do something.
var (
	dueDays    = englishWords.set("dueDays")
	dueParts   = englishWords.set("dueParts")
	dueUnits   = englishWords.set("dueUnits")
	dueMonths  = englishWords.set("dueMonths")
	dueDates   = englishWords.set("dueDates")
	dueNumbers = englishWords.set("dueNumbers")
	dueEvents  = englishWords.set("dueEvents")
	dueFeasts  = englishWords.set("dueFeasts")
	dueNow     = englishWords.set("dueNow")
	dueNext    = englishWords.set("dueNext")
	dueEdges   = englishWords.set("dueEdges")
	dueVague   = englishWords.set("dueVague")
	dueBy      = englishWords.set("dueBy")
	dueOn      = englishWords.set("dueOn")
	dueHere    = englishWords.set("dueHere")
	dueNotOf   = englishWords.set("dueNotOf")
	dueThings  = englishWords.set("dueThings")
	dueClauses = englishWords.set("dueClauses")
	dueSoon    = englishWords.phrases("dueSoon")
	dueAgain   = englishWords.phrases("dueAgain")
)

// How surely words tell by when something is to be done.
const (
	dueNone = iota
	dueTold // "on Friday": it may be the time of something else
	dueSure // "by Friday"
)

// due returns by when the thing to be done at a word is to be done, as it was said: "by Friday", "the day after tomorrow". What
// says "by" tells it best, then what is said after the thing.
func (s *sentence) due(where int) string { return times{s}.by(where) }

// times reads the times in a sentence.
type times struct{ *sentence }

func (s times) by(where int) string {
	best, rank := "", 0
	for i := 0; i < len(s.ws); i++ {
		n, sure := s.dueAt(i)
		if n == 0 {
			continue
		}
		if sure == dueTold && s.ofSomethingElse(i, n, where) {
			sure = dueNone
		}
		if r := 2*sure + int(is(i > where)); sure > dueNone && r > rank {
			best, rank = s.shown(i, i+n), r
		}
		i += n - 1
	}
	return best
}

// dueAt returns how many words at i say by when, and how surely; 0: none do.
func (s times) dueAt(i int) (n, sure int) {
	w := s.ws[i]
	switch {
	case s.saysAt(i, dueSoon) > 0:
		return s.saysAt(i, dueSoon), dueSure
	case dueBy[w]:
		return s.dueBy(i), dueSure
	case w == "for" && (s.at(i+1) == "today" || s.at(i+1) == "now"): // "let me share the agenda for today"
		return 2, dueNone
	case w == "in" || w == "within":
		n = s.spanAt(i + 1)
		if n == 0 && w == "in" && (dueMonths[s.at(i+1)] || s.at(i+1) == "the" && dueNext[s.at(i+2)]) {
			n = s.timeAt(i+1, true)
		}
		n += int(is(n > 0))
	case dueOn[w]:
		if n = s.timeAt(i+1, w != "on" && w != "for"); n > 0 {
			n++
		}
	case (w == "right" || w == "straight") && s.at(i+1) == "after":
		if n = s.timeAt(i+2, true); n > 0 {
			n += 2
		}
	case dated(w) && (w != "first" || s.at(i+1) != "thing"), w == "the" && dated(s.at(i+1)): // "statement of the 28th"
	default:
		n = s.timeAt(i, false)
		bare := n == 1 && dueDays[w] && i+1 < len(s.ws) && !s.apart[i+1]                     // "the Friday deadline"
		if bare || n > 0 && (dueEvents[s.at(i+n-1)] || dueEdges[w] || dueEdges[s.at(i+1)]) { // "set up the next meeting"
			return n, dueNone
		}
	}
	if w := s.at(i + n + 1); n > 0 && s.at(i+n) == "or" && (w == "two" || w == "so") { // "in the next day or so"
		n += 2
	}
	if n > 0 && s.at(i+n) == "and" && !s.apart[i+n] { // "today and tomorrow"
		if more := s.timeAt(i+n+1, false); more > 0 {
			n += 1 + more
		}
	}
	return n, dueTold
}

// dueBy returns how many words at i say "by Friday", "before we meet again", "by Monday at the latest".
func (s times) dueBy(i int) int {
	n := s.timeAt(i+1, true)
	if n == 0 && s.ws[i] == "before" && subjects[s.at(i+1)] && s.saysAt(i+2, dueAgain) > 0 {
		n = 1 + s.saysAt(i+2, dueAgain)
	}
	if n == 0 || dueNumbers[s.at(i-1)] { // "one by one"
		return 0
	}
	if s.owns(i+n) && i+n+1 < len(s.ws) { // "before next week's meeting"
		n++
	}
	if s.at(i+n+1) == "at" && s.at(i+n+2) == "the" && s.at(i+n+3) == "latest" {
		n += 3
	}
	return n + 1
}

// ofSomethingElse reports whether a time is that of a thing, not of what is to be done with it: "last Friday", "Friday's meeting",
// "book the hall for Friday", "ask who comes on Friday".
func (s times) ofSomethingElse(i, n, where int) bool {
	if dueNotOf[s.at(i-1)] || s.owns(i+n-1) || s.at(i+n-1) == "time" && subjects[s.at(i+n)] && i > 0 { // "next time I write"
		return true
	}
	switch {
	case where < 0:
		return false
	case i < where: // "Next week I'll send it", but not "while they wait next week, I'll send it"
		return i > 1 && where-i-n > fewBetween || slices.Contains(s.ws[i:where], "but") || s.ws[i] == "today"
	}
	if s.ws[i] == "today" && (dueHere[s.at(i-1)] || i-where > nearToday) { // "the call today"
		return true
	}
	between := s.ws[where+1 : i]
	if n := len(between); n > 0 && between[n-1] == "that" { // "I'll do that on Friday"
		between = between[:n-1]
	}
	if len(between) > 1 && between[0] == "sure" && between[1] == "that" { // "I'll make sure that it's sent on Friday"
		between = between[2:]
	}
	return slices.ContainsFunc(between, func(w string) bool { return dueClauses[w] }) ||
		dueThings[s.at(where)] && slices.Contains(s.ws[where+1:i+1], "for") && !s.meets(i, n)
}

// fewBetween is how many words stand between a time and the verb after it, at most.
const fewBetween = 4

// nearToday is how many words after the verb "today" still tells by when; what is said today may be anything.
const nearToday = 8

// meets reports whether a time is named by a meeting: "the next session".
func (s times) meets(i, n int) bool {
	return slices.ContainsFunc(s.ws[i:i+n], func(w string) bool { return dueEvents[w] })
}

// timeAt returns how many words at i name a time. after: a word like "by" stands before it, so that "June" or "the deadline" is one.
func (s times) timeAt(i int, after bool) int {
	w, next := s.at(i), s.at(i+1)
	switch {
	case w == "the" && next == "day" && s.at(i+2) == "after" && s.at(i+3) == "tomorrow":
		return 4
	case dueVague[w] || w == "first" && next == "thing":
		from := i + 1 + int(is(w == "first"))
		if n := s.timeAt(from, false); n > 0 {
			return from - i + n
		}
		if s.at(from) == "in" && s.at(from+1) == "the" && s.at(from+2) == "morning" && w == "first" {
			return from - i + 3
		}
	case w == "the" || w == "this" && dueEdges[next]:
		if n := s.theTimeAt(i+1, after); n > 0 {
			return 1 + n
		}
	case dueEdges[w]:
		return s.edgeAt(i)
	case dueNext[w] && dueDays[next]:
		return 1 + s.dayAt(i+1)
	case dueNext[w] && (dueUnits[next] || dueParts[next] || w != "this" && (dueEvents[next] || next == "time" || dueMonths[next])):
		return 2
	case dueDays[w] || dueNow[w]:
		return s.dayAt(i)
	case dueMonths[w]:
		return s.monthAt(i, after)
	case after && (dueFeasts[w] || dueParts[w]):
		return 1
	}
	return max(s.clockAt(i, after), s.dateAt(i))
}

// theTimeAt is timeAt after "the".
func (s times) theTimeAt(i int, after bool) int {
	w := s.at(i)
	switch {
	case dueEdges[w]:
		return s.edgeAt(i)
	case dueNext[w] && w != "this":
		return s.timeAt(i, after)
	case after && (dueEvents[w] || dueUnits[w] && w == "weekend"):
		return 1
	}
	return s.dateAt(i)
}

// edgeAt returns the words of "end of the month", "middle of next week" and "end of day" at i.
func (s times) edgeAt(i int) int {
	if s.at(i+1) != "of" {
		return 0
	}
	j := i + 2
	if w := s.at(j); w == "the" || w == "this" || w == "that" || w == "next" {
		j++
	}
	if w := s.at(j); dueUnits[w] || dueMonths[w] || dueEvents[w] {
		return j + 1 - i + int(is(dueEvents[w] && dueEvents[s.at(j+1)])) // "spring break"
	}
	return 0
}

// dayAt returns the words of "Friday", "tomorrow morning", "on Monday at nine", "Tuesday the fourth" at i.
func (s times) dayAt(i int) int {
	n := 1
	if dueParts[s.at(i+n)] {
		n++
	}
	if s.at(i+n) == "at" {
		if c := s.clockAt(i+n+1, true); c > 0 {
			n += 1 + c
		}
	}
	if s.at(i+n) == "the" {
		if d := s.dateAt(i + n + 1); d > 0 {
			n += 1 + d
		}
	}
	return n
}

// monthAt returns the words of "March the third", "November 30th" at i.
func (s times) monthAt(i int, after bool) int {
	the := int(is(s.at(i+1) == "the"))
	if dated(s.at(i + 1 + the)) {
		return 2 + the
	}
	return int(is(after))
}

// dateAt returns the words of "21st of April", "first of the month" at i, or of a date that ends the sentence.
func (s times) dateAt(i int) int {
	if !dated(s.at(i)) || dueNumbers[s.at(i)] {
		return 0
	}
	if s.at(i+1) == "of" {
		switch w := s.at(i + 2); {
		case dueMonths[w]:
			return 3
		case (w == "the" || w == "this" || w == "next") && s.at(i+3) == "month":
			return 4
		}
		return 0
	}
	return int(is(i+1 == len(s.ws) || s.apart[i+1]))
}

// dated reports whether a word is the day of a month: "third", "30th", "30".
func dated(w string) bool {
	digits := strings.TrimRight(w, "stndrh")
	return dueDates[w] || digits != "" && len(digits) <= 2 && strings.Trim(digits, "0123456789") == ""
}

// clockAt returns the words of "five o'clock", "6 pm", "seven in the evening" at i; after "by" and the like, of "five" at the end.
func (s times) clockAt(i int, after bool) int {
	w := s.at(i)
	if !dueNumbers[w] && (w == "" || len(w) > 2 || strings.Trim(w, "0123456789") != "") { // "2050"
		return 0
	}
	switch next := s.at(i + 1); {
	case next == "oclock" || next == "am" || next == "pm":
		return 2
	case next == "in" && s.at(i+2) == "the" && dueParts[s.at(i+3)]:
		return 4
	}
	return int(is(after && (i+1 == len(s.ws) || s.apart[i+1])))
}

// spanAt returns the words of "two weeks", "a couple of days", "the next three days" at i.
func (s times) spanAt(i int) int {
	j := i
	if s.at(j) == "the" && dueNext[s.at(j+1)] {
		j += 2
	}
	from := j
	for ; j < from+4 && (s.counts(j) || j > from && (s.at(j) == "or" || s.at(j) == "of")); j++ {
	}
	if w := s.at(j); j > from && (dueUnits[strings.TrimSuffix(w, "s")] || strings.TrimSuffix(w, "s") == "hour") {
		return j + 1 - i
	}
	return 0
}

func (s times) counts(i int) bool {
	w := s.at(i)
	return w == "a" || w == "an" || w == "couple" || w == "few" || dueNumbers[w] || w != "" && strings.Trim(w, "0123456789") == ""
}

// owns reports whether the word at i has what follows: "this morning's meeting".
func (s *sentence) owns(i int) bool {
	w := s.wordOf(i)
	low := strings.ReplaceAll(w.low, "’", "'")
	return strings.HasSuffix(low, "'s") && strings.TrimSuffix(low, "'s") == s.at(i)
}

// wordOf is the word as it is written to which the plain word at i belongs.
func (s *sentence) wordOf(i int) word {
	n := 0
	for _, w := range s.written {
		if n += len(plainWords([]word{w})); n > i {
			return w
		}
	}
	return word{}
}

// shown returns plain words as they are written in the sentence.
func (s *sentence) shown(from, to int) string {
	var out []string
	n := 0
	for _, w := range s.written {
		if n >= from && n < to {
			out = append(out, w.raw)
		}
		n += len(plainWords([]word{w}))
	}
	return strings.Join(out, " ")
}
