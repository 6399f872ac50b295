package match

import (
	"slices"
	"strings"
)

// reportedWindow is how far back a cue of reported speech may be, in ms.
const ReportedWindow = 8000

// maxReported is how many words may stand between a cue and the words that it reports.
const maxReported = 5

// reportCues are the beginnings of reported speech in comparable words. What somebody says of themselves ("I said you are …")
// is not among them: it is said once more.
var reportCues = cuesOf(
	// English
	"he said", "she said", "they said", "he says", "she says", "they say", "someone said", "somebody said", "people say", "people said",
	"says", "who said", "villain said", "boy said", "girl said", "friend said", "mother said", "mom said", "mum said", "dad said", "father said", "brother said", "sister said", "teacher said", "neighbor said", "neighbour said", "troll said", "coach said", "colleague said", "manager said", "someone once said", "guy said", "man said", "woman said", "user said", "caller said", "person said", "kid said", "boss said", "said to me",
	"told me", "told us", "told him", "told her", "telling me", "called me", "called him", "called her", "called us", "called them", "calls me", "calls him", "calls her",
	"calling me", "calling him", "calling her", "calling them", "calling people", "calling someone", "calling somebody", "call someone", "call somebody", "call people", "call anyone", "call me", "call each other",
	"was called", "were called", "called a", "called an", "called names like", "got called", "being called", "been called", "is called", "he was like", "she was like", "they were like",
	"he goes", "she goes", "yelled", "screamed", "shouted at me", "he wrote", "she wrote", "they wrote", "someone wrote", "somebody wrote", "he typed", "the message said", "message says", "it says", "it said",
	"comment said", "comments said", "comment says", "sign says", "headline says", "article says", "the email said", "quote", "i quote", "quote unquote", "the word", "the words", "the phrase", "the term",
	"word like", "words like", "things like", "phrases like", "stuff like", "saying", "say things like", "the lyrics", "the song goes", "the line is", "the line goes",
	"script says", "in the movie", "in the film", "the character says", "titled", "entitled", "messages like", "sentences like", "offers like", "texts like", "emails like", "claims like",
	"do not say", "never say", "not allowed to say", "you can not say", "should not say", "stop saying", "scammers say", "scammer said", "scammers will say", "scammer says", "they will say", "they will tell you", "someone tells you", "somebody tells you", "anyone tells you", "if someone says", "if somebody says", "if anyone says", "when someone says", "anyone who says", "asks you to", "ask you to", "asking you to", "reported that", "rule against", "rules against",
	// Indonesian
	"dia bilang", "mereka bilang", "katanya", "kata dia", "kata mereka", "dia ngomong", "dia panggil", "dipanggil", "dibilang", "ada yang bilang", "orang bilang", "kata kata", "jangan bilang", "tulisannya", "judulnya",
)

// cuesOf brings cues into comparable words, by their last word.
func cuesOf(texts ...string) map[string][][]string {
	out := map[string][][]string{}
	for _, t := range texts {
		words := Phrase(t)
		last := words[len(words)-1]
		out[last] = append(out[last], words)
	}
	return out
}

// reported reports whether everything that matched is somebody else's words: a cue stands shortly before it, in the same
// sentence. Without matches to look at, whether the line has a cue at all.
func (h *Window) Reported(evidence []Match) bool {
	if len(evidence) == 0 {
		for i := h.Cut; i < len(h.Tokens); i++ {
			if h.cueEndsAt(i) {
				return true
			}
		}
		return false
	}
	return !slices.ContainsFunc(evidence, func(m Match) bool { return !h.cueBefore(m) && !h.cueAfter(m) })
}

// sayers are the verbs of somebody's words in a cue that comes after them: "… is what the troll wrote to her".
var sayers = wordSet("said says wrote told called yelled shouted typed posted screamed texted kept heard read")

// cueAfter looks for "is what they said" right behind a match. What somebody says of themselves is no cue.
func (h *Window) cueAfter(m Match) bool {
	at := func(i int) string {
		if i < len(h.Tokens) {
			return h.Tokens[i].Text
		}
		return ""
	}
	i := m.Last + 1
	if b := at(i); b != "is" && b != "was" && b != "were" && b != "are" || at(i+1) != "what" && at(i+1) != "the" {
		return false
	}
	if at(i+1) == "the" && !slices.Contains([]string{"words", "message", "text", "comment", "phrase", "line", "word"}, at(i+2)) {
		return false
	}
	for k := i + 2; k <= i+6; k++ {
		if at(k) == "i" || at(k) == "we" {
			return false
		}
		if sayers[at(k)] {
			return true
		}
	}
	return false
}

// cueBefore looks for a cue before a match, or at its beginning ("call someone an idiot" may be part of what matched).
func (h *Window) cueBefore(m Match) bool {
	since := h.Words[h.Tokens[m.First].Word].StartMS - ReportedWindow
	for i := m.First; i >= 0 && i >= m.First-1-maxReported; i-- {
		if h.cueEndsAt(i) {
			return true
		}
		if i == 0 {
			break
		}
		before := h.Words[h.Tokens[i-1].Word]
		if before.EndMS < since {
			return false
		}
		if h.Tokens[i-1].Word == h.Tokens[i].Word {
			continue
		}
		switch {
		case strings.HasSuffix(before.Text, ",") || strings.HasSuffix(before.Text, ":"):
			if !h.cueEndsAt(i - 1) { // "it was fine, she said, you idiot" begins anew at the comma
				return false
			}
		case strings.ContainsAny(lastByte(before.Text), ".!?;"):
			if i-1 >= h.Cut { // a cue at the end of the line before may be followed by a full stop of the recogniser
				return false
			}
			if !h.cueEndsAt(i - 1) {
				return false
			}
		}
	}
	return false
}

func lastByte(s string) string {
	if s == "" {
		return ""
	}
	return s[len(s)-1:]
}

// cueEndsAt reports whether a cue ends with a token.
func (h *Window) cueEndsAt(i int) bool {
	for _, cue := range reportCues[h.Tokens[i].Text] {
		from := i - len(cue) + 1
		if from < 0 {
			continue
		}
		same := true
		for k := range cue {
			same = same && h.Tokens[from+k].Text == cue[k]
		}
		if same && !h.firstPerson(from) {
			return true
		}
	}
	return false
}

// firstPerson reports whether "I" or "we" are those who say it: "I call you …" is said now.
func (h *Window) firstPerson(i int) bool {
	return i > 0 && (h.Tokens[i-1].Text == "i" || h.Tokens[i-1].Text == "we") && h.Tokens[i].Text != "was" &&
		h.Tokens[i].Text != "got" && h.Tokens[i].Text != "quote" && h.Tokens[i].Text != "were"
}
