package summary

import "slices"

var (
	askFirst = setOf(`what why how who where when which whose do does did is are was were can could will would should has have shall may might
whats hows`)
	askSmall = phrases(
		"can you hear", "you hear me", "you know what i mean", "does that make sense", "is that right", "how are you", "who wants to go", "who is next",
		"any questions", "what is up", "how is everyone", "how is everybody", "am i right", "can i jump in", "can i say", "may i say", "is it my turn",
		"are you there", "are you still there", "who knows", "what can i say", "what do you mean", "can you repeat", "could you repeat", "say that again",
		"is not it", "how cool is that", "how is it going", "can everyone hear", "is this thing on", "is my mic", "mute yourself", "why not", "where were we", "what was i saying",
	)
	askCurious = setOf("question wondering curious wonder")
)

// question scores a question about something: what only keeps the talk going is none, and a request is a task.
func (s *sentence) question() float64 {
	var v float64
	switch {
	case s.asks && askFirst[s.at(0)]:
		v = 0.95
	case s.asks && (askFirst[s.at(1)] || askFirst[s.at(2)]):
		v = 0.9
	case s.asks && len(s.ws) >= 6:
		v = threshold
	case !s.asks && inverted(s.ws): // the mark was not heard
		v = threshold
	default:
		return 0
	}
	if n := len(s.raw.terms); n == 0 || n == 1 && len(s.ws) < 7 || len(s.ws) < 5 {
		v -= 0.5
	}
	if s.within(askCurious, 0, len(s.ws)) {
		v += 0.1
	}
	if s.says(askSmall) {
		v -= 0.6
	}
	if s.within(actVerbs, 0, len(s.ws)) && s.asksForIt() {
		v -= 0.3
	}
	return v
}

var (
	askWords   = setOf("what why how who where when which")
	askVerbs   = setOf("do does did is are was were can could will would should has have")
	askSubject = setOf("i we you he she it they there people anyone anybody someone everyone the a an this that these your our every")
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

// topicCues are what people say when they go on to something else.
var topicCues = phrases(
	"next topic", "new topic", "another topic", "change the subject", "change of topic", "moving on", "move on to", "let us move on", "next question",
	"next up", "let us talk about", "turn to", "next on the agenda", "next item", "second item", "switch gears", "on to the next", "last topic", "let us get into", "let us switch",
)

// cueWords are the words that near misses are put right to.
func cueWords() []map[string]bool {
	return []map[string]bool{decideStrong, decideVerbs, decideNouns, decideGroup, actVerbs, actModals, actAsk, actPromise, deadlines}
}
