package export

import (
	"slices"
	"strings"
	"unicode"

	"earshot/models"
	"earshot/moderation/match/pii"
)

// bar replaces one masked character.
const bar = '█'

// masker masks what a redactor finds in a text.
type masker struct{ *pii.Redactor }

// newMasker collects the names in a transcript: of its speakers, and those mentioned in its lines.
func newMasker(t Transcript) masker {
	m := masker{pii.NewRedactor()}
	for _, n := range t.OtherNames {
		m.AddName(n)
	}
	for _, p := range t.Speakers {
		m.AddName(p.Name)
		m.AddName(p.ID)
	}
	for _, u := range t.Utterances {
		m.AddName(u.SpeakerName)
		m.Learn(u.Text, u.Language)
	}
	for _, f := range t.Flags {
		m.AddName(f.SpeakerName)
		m.AddName(f.DecidedBy)
	}
	for _, g := range t.Gaps {
		m.AddName(g.SpeakerName)
	}
	if t.Summary != nil {
		for _, p := range t.Summary.Talk {
			m.AddName(p.SpeakerName)
		}
	}
	return m
}

// text masks a text.
func (m masker) text(s, language string) string { return masked(s, m.Spans(s, language)) }

func masked(s string, spans [][2]int) string {
	var b strings.Builder
	from := 0
	for _, sp := range spans {
		b.WriteString(s[from:sp[0]])
		b.WriteString(bars(s[sp[0]:sp[1]]))
		from = sp[1]
	}
	b.WriteString(s[from:])
	return b.String()
}

// bars returns a text with every character but spaces masked.
func bars(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		return bar
	}, s)
}

// hits returns which of a line's words are in the spans of its text; false if the words don't match the text.
func hits(u models.Utterance, spans [][2]int) ([]bool, bool) {
	out := make([]bool, len(u.Words))
	pos := 0
	for i, w := range u.Words {
		said := strings.TrimSpace(w.Text)
		at := strings.Index(u.Text[pos:], said)
		if at < 0 || said == "" ||
			strings.ContainsFunc(u.Text[pos:pos+at], func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) {
			return out, false
		}
		from := pos + at
		pos = from + len(said)
		out[i] = slices.ContainsFunc(spans, func(s [2]int) bool { return s[0] < pos && from < s[1] })
	}
	rest := u.Text[pos:]
	return out, !strings.ContainsFunc(rest, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) })
}
