package whisper

import (
	"strings"
	"unicode"

	"earshot/models"
)

// mergeWords merges tokens into words. A word begins with a token that starts with a space or begins a segment, and includes
// the tokens that follow without a space, punctuation too. Characters whose bytes span tokens are reassembled. Times are
// clamped to [0, lengthMS] and never decrease.
//
// A word's probability is the lowest of its tokens with letters or digits: a doubtful comma says nothing about the word
// before it.
func mergeWords(ts []token, lengthMS int64) []models.Word {
	var m wordMerger
	for _, t := range ts {
		if t.isText {
			m.add(t)
		}
	}
	m.close()
	settle(m.words, lengthMS)
	return m.words
}

// minWordMS: words shorter than this, to which the library gives hardly any duration, are extended to the next word.
const minWordMS = 60

// settle clamps and orders the words' times, and gives each a duration where there is room.
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

// wordMerger assembles words from tokens.
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

// close ends the open word. Punctuation on its own is appended to the word before it.
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

// punctuation reports whether s contains nothing that is spoken. A fragment of a character counts as spoken.
func punctuation(s string) bool {
	for _, r := range s {
		if r == unicode.ReplacementChar || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || unicode.Is(unicode.Sc, r) ||
			r == '%' {
			return false
		}
	}
	return true
}
