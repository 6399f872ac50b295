package match

import (
	"slices"
	"strings"

	"earshot/moderation/match/lexicon"
)

// ReportedWindow is how far back a cue of reported speech may be, in ms.
const ReportedWindow = 8000

// maxReported is how many words may stand between a cue and the words that it reports.
const maxReported = 5

// reportCues are the beginnings of reported speech in normal form. What somebody says of themselves ("I said you are …")
// is not among them: it is said once more.
var reportCues = cuesOf(lexicon.Lines("reported-speech")...)

// cuesOf brings cues into normal form, by their last word.
func cuesOf(texts ...string) map[string][][]string {
	out := map[string][][]string{}
	for _, t := range texts {
		words := Phrase(t)
		last := words[len(words)-1]
		out[last] = append(out[last], words)
	}
	return out
}

// Reported reports whether everything that matched is somebody else's words: a cue stands shortly before it, in the same
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
var sayers = lexicon.Words("reporting-verbs")

// reportedNouns are what somebody's words are called in such a cue: "… are the words he used".
var reportedNouns = lexicon.Words("reported-nouns")

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
	if at(i+1) == "the" && !reportedNouns[at(i+2)] {
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
		if same && !h.firstPerson(from) && !h.saysItself(from) {
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

// saysItself reports whether a cue is only put before one's own words: "as they say, you are …".
func (h *Window) saysItself(i int) bool { return i > 0 && h.Tokens[i-1].Text == "as" }
