package models

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Mask is words of a person that are to be masked wherever they are stored: in lines and their corrections, flags and decisions.
type Mask struct {
	// Speaker is the person's id.
	Speaker string
	// Words are identified by their times; their texts are ignored.
	Words []Word
}

// Bar returns bars of a word's length.
func Bar(text string) string { return strings.Repeat("▮", len([]rune(strings.TrimSpace(text)))) }

// Apply returns words with the masked ones replaced by bars, and whether there were any. With loosely it also masks words that only
// overlap in time, for words whose times were recomputed. The argument is not changed.
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

// In returns a text in which every word that is spelled like a masked one is replaced by bars.
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

// bare returns a word in lower case without surrounding punctuation.
func bare(word string) string {
	return strings.ToLower(strings.TrimFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }))
}

// Spans returns the spans of the masked words, in ms of session time, merged where they touch.
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

// TextOf joins the words of a line.
func TextOf(words []Word) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = strings.TrimSpace(w.Text)
	}
	return strings.Join(texts, " ")
}
