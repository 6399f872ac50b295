package export

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"earshot/models"
)

// The limits of captions follow broadcast practice (Netflix, BBC): two lines of 42 characters, or 21 double-width ones, and 0.8 to 7
// s.
const (
	lineLen  = 42
	cueMaxMS = 7000
	cueMinMS = 800
	// nameLen is the maximum length of a name before the text.
	nameLen = 20
)

// A cue is one caption.
type cue struct {
	startMS, endMS int64
	speaker        string
	text           string // one or two lines
	moved          bool
}

// cueForm is what differs between the caption formats.
type cueForm interface {
	header() string
	// prefix is what precedes a speaker's text and takes up room.
	prefix(speaker string) string
	clean(text string) string
	format(n int, c cue) string
}

// atom is the smallest part of a line within which captions are not broken: a word, or a unit in languages without spaces.
type atom struct {
	text           string
	space          bool // before it
	width          int
	startMS, endMS int64
}

// cuesOf splits a line into captions.
func cuesOf(form cueForm, u models.Utterance) []cue {
	prefix := form.prefix(u.SpeakerName)
	as := atomsOf(form, u, lineLen-width(prefix))
	if len(as) == 0 {
		return nil
	}
	var out []cue
	for _, part := range cutAtoms(as, width(prefix)) {
		q := cue{startMS: part[0].startMS, endMS: part[len(part)-1].endMS, speaker: u.SpeakerName, text: prefix + wrap(part, width(prefix))}
		q.endMS = min(max(q.endMS, q.startMS+1), q.startMS+cueMaxMS)
		out = append(out, q)
	}
	return out
}

// width returns the width of a text in characters; wide ones count twice.
func width(s string) int { return max(uniseg.StringWidth(s), utf8.RuneCountInString(s)) }

// shorten truncates a text to a width.
func shorten(s string, most int) string {
	if width(s) <= most {
		return s
	}
	var b strings.Builder
	for g := uniseg.NewGraphemes(s); g.Next(); {
		if width(b.String())+width(g.Str()) > most-1 {
			break
		}
		b.WriteString(g.Str())
	}
	return b.String() + "…"
}

// atomsOf returns a line's words, or its parts if it has no words or long ones, with their times; none is wider than most.
func atomsOf(form cueForm, u models.Utterance, most int) (out []atom) {
	rest := u.Text
	for _, w := range u.Words {
		space := true
		if i := strings.Index(rest, w.Text); i >= 0 {
			space = strings.ContainsFunc(rest[:i], unicode.IsSpace)
			rest = rest[i+len(w.Text):]
		}
		out = append(out, split(form.clean(w.Text), space, w.StartMS, max(w.EndMS, w.StartMS), most)...)
	}
	if len(u.Words) == 0 {
		out = split(form.clean(u.Text), false, u.StartMS, max(u.EndMS, u.StartMS), most)
	}
	return out
}

// split splits a text where lines may be broken (Unicode annex 14), and further if a part is too long for a line. Times are
// distributed by width.
func split(text string, space bool, startMS, endMS int64, most int) (out []atom) {
	total, at := max(1, width(text)), 0
	put := func(s string, space bool) {
		w := width(s)
		from := startMS + (endMS-startMS)*int64(at)/int64(total)
		at += w
		out = append(out, atom{s, space, w, from, startMS + (endMS-startMS)*int64(at)/int64(total)})
	}
	for state := -1; text != ""; {
		var part string
		part, text, _, state = uniseg.FirstLineSegmentInString(text, state)
		word := strings.TrimRightFunc(part, unicode.IsSpace)
		for _, piece := range pieces(word, most) {
			put(piece, space)
			space = false
		}
		space = len(word) < len(part)
		at += width(part) - width(word)
	}
	return out
}

// pieces splits a word into pieces of at most this width, with at least one character each.
func pieces(word string, most int) (out []string) {
	from, at, w := 0, 0, 0
	for g := uniseg.NewGraphemes(word); g.Next(); {
		n := width(g.Str())
		if w+n > most && at > from {
			out = append(out, word[from:at])
			from, w = at, 0
		}
		w += n
		_, at = g.Positions()
	}
	if from < len(word) {
		out = append(out, word[from:])
	}
	return out
}

// cutAtoms splits a line into as few captions as possible, as even as possible, preferably at ends of sentences.
func cutAtoms(as []atom, prefix int) (out [][]atom) {
	// best[i] is the minimum cost of captions for the atoms from i on, and next[i] where the first of them ends.
	best, next := make([]float64, len(as)+1), make([]int, len(as)+1)
	for i := len(as) - 1; i >= 0; i-- {
		best[i] = math.Inf(1)
		for j := i + 1; j <= len(as); j++ {
			length := as[j-1].endMS - as[i].startMS
			if j > i+1 && (length > cueMaxMS || !fits(as[i:j], prefix)) {
				break
			}
			if cost := cueCost(as[i:j], length, prefix) + best[j]; cost < best[i] {
				best[i], next[i] = cost, j
			}
		}
	}
	for i := 0; i < len(as); i = next[i] {
		out = append(out, as[i:next[i]])
	}
	return out
}

// cueCost is the cost of a caption: higher if it is nearly empty or too short, lower at the end of a sentence.
func cueCost(as []atom, length int64, prefix int) float64 {
	empty := 1 - float64(lineWidth(as, prefix))/(2*lineLen)
	cost := 1000 + 300*empty*empty
	if length < cueMinMS {
		cost += 400
	}
	switch last, _ := utf8.DecodeLastRuneInString(as[len(as)-1].text); {
	case strings.ContainsRune(".?!。？！…", last):
		cost -= 80
	case strings.ContainsRune(",;:、，；：", last):
		cost -= 40
	}
	return cost
}

// fits reports whether atoms fit into two lines.
func fits(as []atom, prefix int) bool {
	lines, at := 1, prefix
	for i, a := range as {
		w := a.width
		if a.space && i > 0 {
			w++
		}
		if at+w > lineLen && at > 0 {
			lines, at, w = lines+1, 0, a.width
		}
		at += w
	}
	return lines <= 2
}

// lineWidth is the width of atoms on one line.
func lineWidth(as []atom, prefix int) int {
	n := prefix
	for i, a := range as {
		n += a.width
		if a.space && i > 0 {
			n++
		}
	}
	return n
}

// wrap sets atoms on one line, or on two of about the same length.
func wrap(as []atom, prefix int) string {
	if lineWidth(as, prefix) <= lineLen {
		return joined(as)
	}
	at, best := len(as), math.MaxInt
	for i := 1; i < len(as); i++ {
		first, second := lineWidth(as[:i], prefix), lineWidth(as[i:], 0)
		if longer := max(first, second); longer < best {
			at, best = i, longer
		}
	}
	if at == len(as) {
		return joined(as)
	}
	return joined(as[:at]) + "\n" + joined(as[at:])
}

func joined(as []atom) string {
	var b strings.Builder
	for i, a := range as {
		if a.space && i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(a.text)
	}
	return b.String()
}
