package models

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

// LineRedaction removes words from a line permanently, from the record and from audio.
type LineRedaction struct {
	Key Key
	// Words are indexes into Utterance.Words.
	Words []int
	By    string
	When  time.Time
	// Clips are the clips in which the words are audible, with the words covered, to replace the stored ones. The line's own clip
	// is deleted if it is not among them.
	Clips []Evidence
}

// RedactedRune replaces a character of a redacted word.
const RedactedRune = '▮'

// Redact replaces words, given by index in Words, by bars, and returns the words. It fails with ErrInvalid if an index is out of range
// or there are none.
func (u *Utterance) Redact(places []int) (gone []Word, err error) {
	if len(places) == 0 {
		return nil, fmt.Errorf("%w: no word to redact", ErrInvalid)
	}
	words := slices.Clone(u.Words)
	for _, i := range places {
		if i < 0 || i >= len(words) {
			return nil, fmt.Errorf("%w: word %d of %d", ErrInvalid, i, len(words))
		}
		gone = append(gone, u.Words[i])
		words[i].Text, words[i].P = barred(words[i].Text), 0
	}
	// Replace the words in the text, or rebuild the text from the words if it does not consist of them.
	text, done := "", 0
	for i, w := range u.Words {
		said := strings.TrimSpace(w.Text)
		at := strings.Index(u.Text[done:], said)
		if at < 0 || said == "" || strings.ContainsFunc(u.Text[done:done+at], unicode.IsLetter) {
			u.Words, u.Text = words, TextOf(words)
			return gone, nil
		}
		text += u.Text[done:done+at] + strings.TrimSpace(words[i].Text)
		done += at + len(said)
	}
	u.Words, u.Text = words, text+u.Text[done:]
	return gone, nil
}

// barred returns bars for a word, keeping the space before it.
func barred(word string) string { return word[:len(word)-len(strings.TrimLeft(word, " "))] + Bar(word) }

// Unsaid returns a text, or instead if it contains one of the words.
func Unsaid(text, instead string, gone []Word) string {
	if mentions(text, gone) {
		return instead
	}
	return text
}

// mentions reports whether a text contains one of the words, ignoring case.
func mentions(text string, gone []Word) bool {
	split := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) }
	in := strings.FieldsFunc(strings.ToLower(text), split)
	for _, w := range gone {
		for _, part := range strings.FieldsFunc(strings.ToLower(w.Text), split) {
			if slices.Contains(in, part) {
				return true
			}
		}
	}
	return false
}

// Barred returns a copy of words in which those that are gone, identified by their times, are replaced by bars.
func Barred(words, gone []Word) []Word {
	out := slices.Clone(words)
	for i, w := range out {
		if slices.ContainsFunc(gone, func(g Word) bool { return g.StartMS == w.StartMS && g.EndMS == w.EndMS }) {
			out[i].Text = barred(w.Text)
		}
	}
	return out
}
