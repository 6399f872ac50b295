package whisper

import (
	"strings"
	"unicode"

	"earshot/models"
)

// mergeWords joins tokens to words. A token that begins with a space, or a segment, begins a word; what follows without
// a space belongs to it, punctuation included. Characters whose bytes are spread over tokens are put together. Times are
// clamped to [0, lengthMS] and never run backwards.
//
// A word's probability is the least among its tokens that hold letters or digits: a doubtful comma says nothing of the
// word before it.
func mergeWords(ts []token, lengthMS int64) []models.Word {
	var m wordMerger
	for _, t := range ts {
		if !t.isText {
			continue
		}
		m.add(t)
	}
	words := m.finish()
	settle(words, lengthMS)
	return words
}

// minWordMS: the library gives short words no length at all; they then last until the next one begins.
const minWordMS = 60

// settle clamps the words' times, puts them in order, and gives each a length where there is room.
func settle(words []models.Word, lengthMS int64) {
	last := int64(0)
	for i := range words {
		w := &words[i]
		w.StartMS = min(max(w.StartMS, last), lengthMS)
		w.EndMS = min(max(w.EndMS, w.StartMS), lengthMS)
		last = w.StartMS
	}
	for i := range words {
		w, next := &words[i], lengthMS
		if i+1 < len(words) {
			next = words[i+1].StartMS
		}
		if w.EndMS-w.StartMS < minWordMS {
			w.EndMS = next
		}
		w.EndMS = min(w.EndMS, next)
	}
}

// wordMerger collects the tokens of one word at a time.
type wordMerger struct {
	words []models.Word
	open  models.Word
	begun bool
	sure  bool // open.P comes from a token with letters
}

func (m *wordMerger) add(t token) {
	if t.text == "" {
		return
	}
	if t.first || t.text[0] == ' ' {
		m.close()
	}
	lettered := !punctuation(t.text)
	switch {
	case !m.begun:
		m.open = models.Word{StartMS: t.t0 * 10, P: t.p}
		m.sure = lettered
	case lettered && !m.sure:
		m.open.P, m.sure = t.p, true
	case lettered:
		m.open.P = min(m.open.P, t.p)
	}
	m.begun = true
	m.open.Text += t.text
	m.open.EndMS = max(m.open.EndMS, t.t1*10)
}

// close ends the open word. Punctuation that stands alone is joined to the word before it.
func (m *wordMerger) close() {
	if !m.begun {
		return
	}
	m.begun = false
	w := m.open
	w.Text = strings.TrimSpace(strings.ToValidUTF8(w.Text, "\uFFFD"))
	switch n := len(m.words); {
	case w.Text == "":
	case punctuation(w.Text) && n > 0:
		m.words[n-1].Text += w.Text
	default:
		m.words = append(m.words, w)
	}
}

func (m *wordMerger) finish() []models.Word {
	m.close()
	return m.words
}

// punctuation reports whether s holds nothing that is spoken. A part of a character counts as spoken.
func punctuation(s string) bool {
	for _, r := range s {
		if r == unicode.ReplacementChar || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || unicode.Is(unicode.Sc, r) ||
			r == '%' {
			return false
		}
	}
	return true
}
