package models

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

// LineRedaction takes words out of a line for good: what was said there is neither in the record nor in the sound.
type LineRedaction struct {
	Key Key
	// Words are the places of the words in Utterance.Words, from 0.
	Words []int
	By    string
	When  time.Time
	// Clips are the clips in which the words are heard, with them covered: their sound and waveform take the place of
	// what is stored. The line's own clip is deleted when it is not among them.
	Clips []Evidence
}

// RedactedRune stands for one character of a word that was taken out of the record.
const RedactedRune = '▮'

// Redact puts bars in the place of words, given by their places in Words from 0, and returns the words. ErrInvalid: there is no
// such word, or none was named.
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
	// The text is that of its words, one after the other; where it isn't, it is made of them.
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

// barred is a word with bars in its place; the space before it stays.
func barred(word string) string { return word[:len(word)-len(strings.TrimLeft(word, " "))] + Bar(word) }

// Unsaid is a text, or another in its place when it holds one of the words.
func Unsaid(text, instead string, gone []Word) string {
	if mentions(text, gone) {
		return instead
	}
	return text
}

// mentions reports whether a text holds one of the words, in any case.
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

// Barred is a copy of words in which those that are gone are bars: they are known by their time.
func Barred(words, gone []Word) []Word {
	out := slices.Clone(words)
	for i, w := range out {
		if slices.ContainsFunc(gone, func(g Word) bool { return g.StartMS == w.StartMS && g.EndMS == w.EndMS }) {
			out[i].Text = barred(w.Text)
		}
	}
	return out
}
