package summary

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// textCues holds the cues of a language whose words are not told apart by spaces, or change their endings so much that cues are
// easier found as pieces of the text: Chinese, Japanese, Korean and Thai.
type textCues struct {
	decided, choice, open                            []cue // "it is decided", "let us use", "not yet"
	will, clear, asked, doubt                        []cue // "I will", verbs of tasks, "could you", "I think"
	asks, small, unknowing, accepts, refuses, polite []cue
	dueBefore, due, dueAfter                         []string
}

// cue is a piece of text, or several that stand in this order.
type cue struct {
	parts []string
	last  bool // the text ends with it
}

// readTextCues reads the cues of a language: a cue a word of its list, "_" for a space in it, "…" for anything in between, and
// "$" for the end of the sentence.
func readTextCues(code string) *textCues {
	lists := readWords(code)
	cues := func(name string) []cue {
		var out []cue
		for _, w := range fieldsOf(lists.lines(name)) {
			text, last := strings.CutSuffix(strings.ReplaceAll(w, "_", " "), "$")
			out = append(out, cue{strings.Split(text, "…"), last})
		}
		return out
	}
	texts := func(name string) []string {
		out := fieldsOf(lists.lines(name))
		for i, w := range out {
			out[i] = strings.ReplaceAll(w, "_", " ")
		}
		return out
	}
	return &textCues{
		decided: cues("decided"), choice: cues("choice"), open: cues("open"), will: cues("will"), clear: cues("clear"),
		asked: cues("asked"), doubt: cues("doubt"), asks: cues("asks"), small: cues("small"), unknowing: cues("unknowing"),
		accepts: cues("accepts"), refuses: cues("refuses"), polite: cues("polite"),
		dueBefore: texts("dueBefore"), due: texts("due"), dueAfter: texts("dueAfter"),
	}
}

func fieldsOf(lines []string) []string { return strings.Fields(strings.Join(lines, " ")) }

func (c cue) in(text string) bool {
	for i, p := range c.parts {
		if c.last && i == len(c.parts)-1 {
			return strings.HasSuffix(text, p)
		}
		_, rest, ok := strings.Cut(text, p)
		if !ok {
			return false
		}
		text = rest
	}
	return true
}

func says(cues []cue, text string) bool {
	return slices.ContainsFunc(cues, func(c cue) bool { return c.in(text) })
}

// startsWith reports whether a text begins with one of the cues.
func startsWith(cues []cue, text string) bool {
	return slices.ContainsFunc(cues, func(c cue) bool { return strings.HasPrefix(text, c.parts[0]) })
}

// bare is a text without the marks and the words of politeness at its end.
func (w *textCues) bare(text string) string {
	for {
		text = strings.TrimRightFunc(strings.ToLower(text), func(r rune) bool { return unicode.IsPunct(r) || unicode.IsSpace(r) })
		cut := text
		for _, p := range w.polite {
			cut = strings.TrimSuffix(cut, p.parts[0])
		}
		if cut == text {
			return text
		}
		text = cut
	}
}

// sharedByAnswer is how many words with a topic an answer has in common with its question.
const sharedByAnswer = 2

// shortText is how many characters a sentence has, at most, that is about nothing: where a word is known only when it is said
// twice, a sentence may have a topic and no word with one.
const shortText = 5

func short(text string) bool { return utf8.RuneCountInString(text) <= shortText }

// shortReply is the most characters of a reply that only says that somebody doesn't know.
const shortReply = 24

// judge scores a sentence together with the replies to it.
func (w *textCues) judge(d *document, n int) judged {
	u := &d.units[n]
	text, r := w.bare(u.text), w.reply(d, n)
	if u.asks || says(w.asks, text) {
		if r.open && !short(text) && !says(w.small, text) {
			return judged{scores: [kinds]float64{question: threshold + 0.1}}
		}
		return w.task(text, r, d.lines[u.lines[0]].SpeakerID, true)
	}
	j := w.task(text, r, d.lines[u.lines[0]].SpeakerID, false)
	switch {
	case says(w.open, text):
	case says(w.decided, text):
		j.scores[decision] = groupDecided
	case says(w.choice, text):
		j.scores[decision] = choiceMade + agreedTo*is(r.accepted)
	}
	return j
}

// task scores what somebody takes upon them or is asked to do.
func (w *textCues) task(text string, r reply, speaker string, asks bool) judged {
	j := judged{}
	switch {
	case says(w.doubt, text) || short(text):
		return j
	case says(w.asked, text):
		j.scores[action] = asked + agreedTo*is(r.accepted)
		if r.accepted {
			j.task.owner = r.by
		}
	case says(w.will, text) && !asks:
		j.scores[action] = byMyself + promiseHeard*is(r.accepted)
		j.task.owner = speaker
	default:
		return j
	}
	j.scores[action] += clearVerb * is(says(w.clear, text))
	if j.task.due = w.deadline(text); j.task.due != "" {
		j.scores[action] += dueSaid
	}
	return j
}

// deadline is the first time that is named, with "before" or "until" beside it.
func (w *textCues) deadline(text string) string {
	from, to := -1, 0
	for _, due := range w.due {
		if at := strings.Index(text, due); at >= 0 && (from < 0 || at < from || at == from && at+len(due) > to) {
			from, to = at, at+len(due)
		}
	}
	if from < 0 {
		return ""
	}
	for _, before := range w.dueBefore {
		if strings.HasSuffix(text[:from], before) {
			from -= len(before)
			break
		}
	}
	for _, after := range w.dueAfter {
		if strings.HasPrefix(text[to:], after) {
			to += len(after)
			break
		}
	}
	return text[from:to]
}

// reply looks at what others said after unit n.
func (w *textCues) reply(d *document, n int) reply {
	var r reply
	u := &d.units[n]
	at := u.lines[len(u.lines)-1]
	who := d.lines[at].SpeakerID
	for i := at + 1; i < len(d.lines) && i <= at+replyLines && d.lines[i].StartMS-d.lines[at].EndMS <= replyMS; i++ {
		if d.lines[i].SpeakerID == who {
			continue
		}
		text := w.bare(d.lines[i].Text)
		if r.by == "" {
			r.by = d.lines[i].SpeakerID
			r.accepted = startsWith(w.accepts, text) && !startsWith(w.refuses, text)
			r.open = says(w.unknowing, text) && utf8.RuneCountInString(text) <= shortReply
			continue
		}
		if d.shared(u, i) >= sharedByAnswer && !says(w.unknowing, text) { // somebody else knows
			r.open = false
		}
	}
	return r
}
