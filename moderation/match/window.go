package match

import (
	"cmp"
	"slices"
	"strings"

	"earshot/models"
)

// Window is a speaker's recent speech, prepared for matching: the remembered lines followed by the current one.
type Window struct {
	Words  []models.Word
	Tokens []Token
	Lines  []Line // the current one is the last
	Cut    int    // the first token of the current line
	CutAt  int    // and its first word

	now    []joinedText // made when first needed: the current line
	window []joinedText // all lines
}

// Line is one utterance within a window.
type Line struct {
	Utterance
	Token, Word int // its first
}

// Utterance is what a window keeps of an earlier utterance. Tokens are those that a scanner made.
type Utterance struct {
	Of     models.Utterance // without text and words
	Words  []models.Word
	Tokens []Token
}

// joinedText is a text with one space between tokens, for patterns. ends holds the end of each token in text;
// from is the first token.
type joinedText struct {
	text string
	ends []int
	from int
	may  []bool // by pattern: what it needs is in the text
}

// prepare fills the window with the lines remembered, whose tokens are there, and the current one, whose tokens it makes.
func (h *Window) prepare(before []Utterance, p Utterance) {
	h.now, h.window, h.Lines = nil, nil, h.Lines[:0]
	h.Tokens = h.Tokens[:0]
	h.Words = nil
	for _, b := range before {
		h.Lines = append(h.Lines, Line{b, len(h.Tokens), len(h.Words)})
		for _, t := range b.Tokens {
			t.Word += len(h.Words)
			h.Tokens = append(h.Tokens, t)
		}
		h.Words = append(h.Words, b.Words...)
	}
	h.Cut, h.CutAt = len(h.Tokens), len(h.Words)
	h.Lines = append(h.Lines, Line{p, h.Cut, h.CutAt})
	if len(before) == 0 {
		h.Words = p.Words[:len(p.Words):len(p.Words)] // the caller's: never appended to
		h.Tokens = appendTokenised(h.Tokens, p.Words)
		return
	}
	h.Words = append(h.Words, p.Words...)
	h.Tokens = appendTokenised(h.Tokens, p.Words)
	for i := h.Cut; i < len(h.Tokens); i++ {
		h.Tokens[i].Word += h.CutAt
	}
}

// Current returns the words of the current line.
func (h *Window) Current() []models.Word { return h.Words[h.CutAt:] }

// texts returns the texts that patterns are matched against: the current line, or all lines when they may reach over several; each as it is
// and, when some token has other readings or is a number, as they make it.
func (h *Window) texts(all bool) []joinedText {
	if all && h.Cut > 0 {
		if h.window == nil {
			h.window = h.join(0)
		}
		return h.window
	}
	if h.now == nil {
		h.now = h.join(h.Cut)
	}
	return h.now
}

// join joins the texts of the tokens from one on.
func (h *Window) join(from int) []joinedText {
	out := []joinedText{h.joinAs(from, func(t Token) string { return t.Text })}
	if slices.ContainsFunc(h.Tokens[from:], func(t Token) bool { return t.Alts != nil }) {
		out = append(out, h.joinAs(from, func(t Token) string { return reading(t, 0) }), h.joinAs(from, func(t Token) string {
			return reading(t, len(t.Alts)-1)
		}))
	}
	tokens := h.Tokens[from:]
	words, digits := false, false
	for i := range tokens {
		words = words || inWords(tokens[i].Text) != ""
		digits = digits || inDigits(tokens, i) != ""
	}
	if words {
		out = append(out, h.joinAs(from, func(t Token) string { return cmp.Or(inWords(t.Text), t.Text) }))
	}
	if digits {
		i := -1
		out = append(out, h.joinAs(from, func(t Token) string {
			i++
			return cmp.Or(inDigits(tokens, i), t.Text)
		}))
	}
	return out
}

// reading returns one of the other readings of a token, or its text when there is none.
func reading(t Token, i int) string {
	if i < 0 || i >= len(t.Alts) {
		return t.Text
	}
	return t.Alts[i]
}

func (h *Window) joinAs(from int, text func(Token) string) joinedText {
	var b strings.Builder
	b.Grow(8 * (len(h.Tokens) - from))
	out := joinedText{ends: make([]int, len(h.Tokens)-from), from: from}
	for i, t := range h.Tokens[from:] {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(text(t))
		out.ends[i] = b.Len()
	}
	out.text = b.String()
	return out
}

// tokensIn returns the tokens that bytes [from, to) of the text touch, as [first, last+1), counted from the text's first.
func (t joinedText) tokensIn(from, to int) (int, int) {
	first, _ := slices.BinarySearch(t.ends, from+1)
	last, _ := slices.BinarySearch(t.ends, to)
	return first, min(last+1, len(t.ends))
}

// LineOf is the line that holds a token.
func (h *Window) LineOf(token int) int {
	i := len(h.Lines) - 1
	for i > 0 && h.Lines[i].Token > token {
		i--
	}
	return i
}

// Reach is the first token that a match may begin with: no earlier than last ms before the end of the current line, and over
// pauses between lines of at most gap ms (0: of any length).
func (h *Window) Reach(last, gap int64) int {
	from := h.Cut
	since := h.Lines[len(h.Lines)-1].Of.EndMS - last
	for i := len(h.Lines) - 2; i >= 0; i-- {
		l := h.Lines[i]
		if pause := h.Lines[i+1].Of.StartMS - l.Of.EndMS; gap > 0 && pause > gap || l.Of.EndMS < since {
			break
		}
		for t := from - 1; t >= l.Token && h.Words[h.Tokens[t].Word].EndMS >= since; t-- {
			from = t
		}
		if from > l.Token {
			break
		}
	}
	return from
}

// WordsOf are the words in which a line is looked at: the recognised ones, or the text cut at spaces when there are none.
// Cut words carry no times of their own and a probability of 0, because how surely they were heard is not known.
func WordsOf(u models.Utterance) []models.Word {
	if len(u.Words) > 0 {
		return u.Words
	}
	fields := strings.Fields(u.Text)
	words := make([]models.Word, len(fields))
	for i, f := range fields {
		words[i] = models.Word{Text: f, StartMS: u.StartMS, EndMS: u.EndMS}
	}
	return words
}
