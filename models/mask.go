package models

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Mask is words of one person that are to be hidden wherever the record has them: in lines, in what they were corrected to,
// in flags and in decisions.
type Mask struct {
	// Speaker is the person's id.
	Speaker string
	// Words are known by their times; their texts don't count.
	Words []Word
}

// Bar is what stands for a hidden word: bars of its length.
func Bar(text string) string { return strings.Repeat("▮", len([]rune(strings.TrimSpace(text)))) }

// Apply gives words with the hidden ones barred, and whether there were any. loosely also hides what only overlaps in time
// with a hidden word, for words whose times were worked out anew. The words given are not changed.
func (m Mask) Apply(words []Word, loosely bool) ([]Word, bool) {
	var out []Word
	for i, w := range words {
		if !m.hides(w, loosely) {
			continue
		}
		if out == nil {
			out = append([]Word(nil), words...)
		}
		out[i].Text = Bar(w.Text)
	}
	if out == nil {
		return words, false
	}
	return out, true
}

func (m Mask) hides(w Word, loosely bool) bool {
	for _, h := range m.Words {
		if h.StartMS == w.StartMS && h.EndMS == w.EndMS || loosely && h.StartMS < w.EndMS && w.StartMS < h.EndMS {
			return true
		}
	}
	return false
}

// In is a text that quotes the hidden words, with them barred: every word of it that is written like one of them.
func (m Mask) In(text string) string {
	hidden := map[string]bool{}
	for _, w := range m.Words {
		hidden[bare(w.Text)] = true
	}
	delete(hidden, "")
	var out strings.Builder
	for len(text) > 0 {
		n := strings.IndexFunc(text, func(r rune) bool { return !inWord(r) })
		if n < 0 {
			n = len(text)
		}
		word := text[:n]
		if hidden[bare(word)] {
			word = Bar(word)
		}
		out.WriteString(word)
		_, size := utf8.DecodeRuneInString(text[n:])
		out.WriteString(text[n : n+size])
		text = text[n+size:]
	}
	return out.String()
}

func inWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '\'' || r == '’' || r == '-'
}

// bare is a word in lower case without the punctuation around it.
func bare(word string) string {
	return strings.ToLower(strings.TrimFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }))
}

// Spans are the stretches of time, in ms of the session, that the hidden words take; words that touch are one stretch.
func (m Mask) Spans() (out []Span) {
	for _, w := range m.Words {
		if n := len(out); n > 0 && w.StartMS <= out[n-1].EndMS && w.StartMS >= out[n-1].StartMS {
			out[n-1].EndMS = max(out[n-1].EndMS, w.EndMS)
			continue
		}
		out = append(out, Span{StartMS: w.StartMS, EndMS: w.EndMS})
	}
	return out
}

// TextOf is the text of a line's words.
func TextOf(words []Word) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = strings.TrimSpace(w.Text)
	}
	return strings.Join(texts, " ")
}
