package summary

import "slices"

var (
	askFirst   = englishWords.set("askFirst")
	askSmall   = englishWords.phrases("askSmall")
	askCurious = englishWords.set("askCurious")
)

// question scores a question about something: what only keeps the talk going is none, and a request is a task.
func (s *sentence) question() float64 {
	var v float64
	switch {
	case s.asks && s.within(askWords, 0, 3), !s.asks && inverted(s.ws): // the mark was not heard
		v = 0.6
	case s.asks && s.within(askFirst, 0, 3):
		v = 0.5
	default:
		return 0
	}
	terms := len(s.raw.terms)
	if terms == 0 || terms == 1 && len(s.ws) < 7 || len(s.ws) < 5 || !s.raw.whole {
		return 0
	}
	v += 0.1*float64(min(terms-1, 2)) + 0.1*is(s.within(askCurious, 0, len(s.ws)))
	if s.says(askSmall) || len(s.ws) > 30 {
		v -= 0.6
	}
	if s.within(actVerbs, 0, len(s.ws)) && s.says(actRequest) {
		v -= 0.3
	}
	return v
}

var (
	askWords   = englishWords.set("askWords")
	askVerbs   = englishWords.set("askVerbs")
	askSubject = englishWords.set("askSubject")
)

// inverted reports whether the words stand as in a question: "why do people", "has anyone", "what is the difference".
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

// cueWords are the words that near misses are put right to.
func cueWords() []map[string]bool {
	return []map[string]bool{decideStrong, decideVerbs, decideNouns, decideGroup, actVerbs, actAsk, actPromise, deadlines}
}
