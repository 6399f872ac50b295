package moderation

import (
	"slices"
	"strings"

	"earshot/models"
)

// heard is one utterance made ready for matching.
type heard struct {
	words  []models.Word
	tokens []token
	ids    []tokenIDs  // per token, what the vocabulary calls its readings
	texts  []heardText // made by lines when first needed
}

// tokenIDs are the vocabulary's numbers of one token's readings; most tokens of a line are in no rule at all.
type tokenIDs []uint32

// heardText is the whole line with one space between tokens, for patterns. Ends holds the end of each token in text.
type heardText struct {
	text string
	ends []int
}

// newHeard prepares words. The words are not copied.
func newHeard(words []models.Word) *heard { return &heard{words: words, tokens: tokenise(words)} }

// lines are the texts that patterns look at: the line as it is and, when some token has other readings, as they make it.
func (h *heard) lines() []heardText {
	if h.texts != nil {
		return h.texts
	}
	h.texts = append(h.texts, h.join(func(t token) string { return t.text }))
	if slices.ContainsFunc(h.tokens, func(t token) bool { return t.alts != nil }) {
		h.texts = append(h.texts, h.join(func(t token) string { return reading(t, 0) }), h.join(func(t token) string {
			return reading(t, len(t.alts)-1)
		}))
	}
	return h.texts
}

// reading is one of the other readings of a token, or its text when there is none.
func reading(t token, i int) string {
	if i < 0 || i >= len(t.alts) {
		return t.text
	}
	return t.alts[i]
}

func (h *heard) join(text func(token) string) heardText {
	var b strings.Builder
	out := heardText{ends: make([]int, len(h.tokens))}
	for i, t := range h.tokens {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(text(t))
		out.ends[i] = b.Len()
	}
	out.text = b.String()
	return out
}

// tokensIn are the tokens that bytes [from, to) of the text touch, as [first, last+1).
func (t heardText) tokensIn(from, to int) (int, int) {
	first, _ := slices.BinarySearch(t.ends, from+1)
	last, _ := slices.BinarySearch(t.ends, to)
	return first, min(last+1, len(t.ends))
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
