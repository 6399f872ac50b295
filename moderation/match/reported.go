package match

import (
	"slices"
	"strings"

	"earshot/moderation/match/lexicon"
)

// ReportedWindow is how far back a cue of reported speech may be, in ms.
const ReportedWindow = 8000

// maxReported is how many words may be between a cue and the words that it reports.
const maxReported = 5

// reportCues are the beginnings of reported speech in normal form. What people say of themselves ("I said you are …") is not among
// them, since it is a repetition.
var reportCues = cuesOf(lexicon.Lines("reported-speech")...)

// cuesOf normalises cues, indexed by their last word.
func cuesOf(texts ...string) map[string][][]string {
	out := map[string][][]string{}
	for _, t := range texts {
		words := Phrase(t)
		last := words[len(words)-1]
		out[last] = append(out[last], words)
	}
	return out
}

// Reported reports whether everything that matched is somebody else's words: a cue precedes it closely, in the same sentence.
// Without matches, it reports whether the line has a cue at all.
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

// sayers are the verbs of a cue that follows the words: "… is what the troll wrote to her".
var sayers = lexicon.Words("reporting-verbs")

// reportedNouns are the nouns of such a cue: "… are the words he used".
var reportedNouns = lexicon.Words("reported-nouns")

// cueAfter looks for "is what they said" directly after a match. What people say of themselves is not a cue.
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

// cueBefore looks for a cue before a match, or at its beginning ("call someone an idiot" may be part of the match).
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
	if h.someoneSaid(i) {
		return true
	}
	for _, cue := range reportCues[h.Tokens[i].Text] {
		from := i - len(cue) + 1
		if from < 0 {
			continue
		}
		same := true
		for k := range cue {
			same = same && h.Tokens[from+k].Text == cue[k]
		}
		if same && !h.firstPerson(from) && !h.saysItself(from, i) {
			return true
		}
	}
	return false
}

// givenNames are first names, as in "Peter said".
var givenNames = lexicon.Words("given-names", "first-names")

// notSubjects are words between "the" and "said" that are nobody who speaks.
var notSubjects = map[string]bool{
	"i": true, "we": true, "you": true, "just": true, "already": true, "once": true, "never": true, "ever": true, "have": true, "has": true,
	"had": true, "having": true, "being": true, "is": true, "was": true, "be": true, "thing": true,
}

// someoneSaid reports whether a token is the "said" of somebody else: "my doctor said", "Peter said".
func (h *Window) someoneSaid(i int) bool {
	if h.Tokens[i].Text != "said" || i == 0 {
		return false
	}
	who := h.Tokens[i-1].Text
	return !notSubjects[who] && (givenNames[who] || i > 1 && determiners[h.Tokens[i-2].Text])
}

// firstPerson reports whether the speaker is "I" or "we": "I call you …" is said now.
func (h *Window) firstPerson(i int) bool {
	return i > 0 && (h.Tokens[i-1].Text == "i" || h.Tokens[i-1].Text == "we") && h.Tokens[i].Text != "was" &&
		h.Tokens[i].Text != "got" && h.Tokens[i].Text != "quote" && h.Tokens[i].Text != "were"
}

// saysItself reports whether a cue only introduces the speaker's own words: "as they say, you are …", "who cares what they say, you
// are …".
func (h *Window) saysItself(from, to int) bool {
	if from == 0 {
		return false
	}
	switch h.Tokens[from-1].Text {
	case "as", "like":
		return true
	case "what":
		return h.Tokens[to].Text == "say" || h.Tokens[to].Text == "says"
	}
	return false
}
