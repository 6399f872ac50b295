package engine

import (
	"slices"
	"strings"

	"earshot/models"
)

// heard is what a speaker was heard to say, made ready for matching: the lines remembered, and the current one behind them.
type heard struct {
	words  []models.Word
	tokens []token
	lines  []heardLine // the current one is the last
	cut    int         // the first token of the current line
	cutAt  int         // and its first word

	now    []heardText // made when first needed: the current line
	window []heardText // all lines
}

// heardLine is one utterance within heard.
type heardLine struct {
	utterance
	token, word int // the first of it
}

// utterance is what is remembered of one.
type utterance struct {
	u      models.Utterance // without text and words
	words  []models.Word
	tokens []token
}

// heardText is a text with one space between tokens, for patterns. Ends holds the end of each token in text; from is the first token.
type heardText struct {
	text string
	ends []int
	from int
	may  []bool // by pattern: what it needs is in the text
}

// newHeard prepares one line. The words are not copied.
func newHeard(words []models.Word) *heard {
	h := &heard{}
	h.prepare(nil, utterance{words: words})
	return h
}

// prepare fills h with the lines remembered and the current one. Only what is empty of p.tokens is made.
func (h *heard) prepare(before []utterance, p utterance) {
	h.now, h.window, h.lines = nil, nil, h.lines[:0]
	h.tokens = h.tokens[:0]
	h.words = nil
	for _, b := range before {
		h.lines = append(h.lines, heardLine{b, len(h.tokens), len(h.words)})
		for _, t := range b.tokens {
			t.word += len(h.words)
			h.tokens = append(h.tokens, t)
		}
		h.words = append(h.words, b.words...)
	}
	h.cut, h.cutAt = len(h.tokens), len(h.words)
	h.lines = append(h.lines, heardLine{p, h.cut, h.cutAt})
	if len(before) == 0 {
		h.words = p.words[:len(p.words):len(p.words)] // the caller's: never appended to
		h.tokens = appendTokenised(h.tokens, p.words)
		return
	}
	h.words = append(h.words, p.words...)
	h.tokens = appendTokenised(h.tokens, p.words)
	for i := h.cut; i < len(h.tokens); i++ {
		h.tokens[i].word += h.cutAt
	}
}

// current are the words of the line that is judged.
func (h *heard) current() []models.Word { return h.words[h.cutAt:] }

// texts are the texts that patterns look at: the current line, or all lines when they may reach over several; each as it is
// and, when some token has other readings, as they make it.
func (h *heard) texts(all bool) []heardText {
	if all && h.cut > 0 {
		if h.window == nil {
			h.window = h.join(0)
		}
		return h.window
	}
	if h.now == nil {
		h.now = h.join(h.cut)
	}
	return h.now
}

// join makes the texts from a token on.
func (h *heard) join(from int) []heardText {
	out := []heardText{h.joinAs(from, func(t token) string { return t.text })}
	if slices.ContainsFunc(h.tokens[from:], func(t token) bool { return t.alts != nil }) {
		out = append(out, h.joinAs(from, func(t token) string { return reading(t, 0) }), h.joinAs(from, func(t token) string {
			return reading(t, len(t.alts)-1)
		}))
	}
	return out
}

// reading is one of the other readings of a token, or its text when there is none.
func reading(t token, i int) string {
	if i < 0 || i >= len(t.alts) {
		return t.text
	}
	return t.alts[i]
}

func (h *heard) joinAs(from int, text func(token) string) heardText {
	var b strings.Builder
	b.Grow(8 * (len(h.tokens) - from))
	out := heardText{ends: make([]int, len(h.tokens)-from), from: from}
	for i, t := range h.tokens[from:] {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(text(t))
		out.ends[i] = b.Len()
	}
	out.text = b.String()
	return out
}

// tokensIn are the tokens that bytes [from, to) of the text touch, as [first, last+1), counted from the text's first.
func (t heardText) tokensIn(from, to int) (int, int) {
	first, _ := slices.BinarySearch(t.ends, from+1)
	last, _ := slices.BinarySearch(t.ends, to)
	return first, min(last+1, len(t.ends))
}

// lineOf is the line that holds a token.
func (h *heard) lineOf(token int) int {
	i := len(h.lines) - 1
	for i > 0 && h.lines[i].token > token {
		i--
	}
	return i
}

// reach is the first token of those that a match may begin with: within the last ms, over pauses of at most gap ms (0: any).
func (h *heard) reach(last, gap int64) int {
	from := h.cut
	since := h.lines[len(h.lines)-1].u.EndMS - last
	for i := len(h.lines) - 2; i >= 0; i-- {
		l := h.lines[i]
		if pause := h.lines[i+1].u.StartMS - l.u.EndMS; gap > 0 && pause > gap || l.u.EndMS < since {
			break
		}
		for t := from - 1; t >= l.token && h.words[h.tokens[t].word].EndMS >= since; t-- {
			from = t
		}
		if from > l.token {
			break
		}
	}
	return from
}

// wordsOf are the words that a line is judged by: the recognised ones, or the text cut at spaces when there are none.
// Cut words carry no times of their own and a probability of 0, because how surely they were heard is not known.
func wordsOf(u models.Utterance) []models.Word {
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
