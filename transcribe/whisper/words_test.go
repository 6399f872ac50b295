package whisper

import (
	"testing"

	"earshot/models"

	"github.com/google/go-cmp/cmp"
)

func TestMergeWords(t *testing.T) {
	text := func(s string, t0, t1 int64, p float32) token {
		return token{text: s, t0: t0, t1: t1, p: p, isText: true}
	}
	begin := func(t token) token { t.first = true; return t }
	special := token{text: "[_TT_50]", t0: 0, t1: 0, p: 1}
	word := func(s string, from, to int64, p float32) models.Word {
		return models.Word{Text: s, StartMS: from, EndMS: to, P: p}
	}
	tests := []struct {
		name   string
		tokens []token
		length int64
		want   []models.Word
	}{
		{"nothing", nil, 1000, nil},
		{"special tokens only", []token{special, special}, 1000, nil},
		{
			"parts, punctuation and specials",
			[]token{special, text(" cry", 10, 20, 0.9), text("pto", 20, 40, 0.5), text(",", 40, 41, 0.1), text(" now", 50, 70, 0.8), special},
			1000,
			[]models.Word{word("crypto,", 100, 410, 0.5), word("now", 500, 700, 0.8)},
		},
		{
			"an unsure quotation mark does not make the word unsure",
			[]token{text(" \"", 0, 1, 0.1), text("Yes", 1, 20, 0.9)},
			1000,
			[]models.Word{word("\"Yes", 0, 200, 0.9)},
		},
		{
			"punctuation alone joins the word before",
			[]token{text(" so", 0, 10, 0.9), text(" -", 10, 11, 0.2), text(" yes", 20, 30, 0.9)},
			1000,
			[]models.Word{word("so-", 0, 100, 0.9), word("yes", 200, 300, 0.9)},
		},
		{"punctuation alone is kept when it is all", []token{text(" ♪", 0, 100, 0.6)}, 1000, []models.Word{word("♪", 0, 1000, 0.6)}},
		{
			"a character spread over two tokens",
			[]token{text(" caf", 0, 10, 0.9), text("\xc3", 10, 12, 0.7), text("\xa9", 12, 14, 0.8)},
			1000,
			[]models.Word{word("café", 0, 140, 0.7)},
		},
		{"half a character", []token{text(" a\xc3", 0, 10, 0.9)}, 1000, []models.Word{word("a\uFFFD", 0, 100, 0.9)}},
		{
			"a new segment begins a word",
			[]token{begin(text(" one", 0, 10, 1)), begin(text("two", 20, 30, 1))},
			1000,
			[]models.Word{word("one", 0, 100, 1), word("two", 200, 300, 1)},
		},
		{
			"times beyond the end",
			[]token{text(" a", 90, 120, 1), text(" b", 130, 140, 1)},
			1000,
			[]models.Word{word("a", 900, 1000, 1), word("b", 1000, 1000, 1)},
		},
		{
			"times running backwards",
			[]token{text(" a", 50, 60, 1), text(" b", 20, 30, 1)},
			1000,
			[]models.Word{word("a", 500, 500, 1), word("b", 500, 1000, 1)},
		},
		{
			"negative times",
			[]token{text(" a", -1, -1, 1), text(" b", 40, 50, 1)},
			1000,
			[]models.Word{word("a", 0, 400, 1), word("b", 400, 500, 1)},
		},
		{
			"no length takes the time up to the next",
			[]token{text(" a", 10, 10, 1), text(" b", 40, 41, 1)},
			1000,
			[]models.Word{word("a", 100, 400, 1), word("b", 400, 1000, 1)},
		},
		{
			"overlap is cut",
			[]token{text(" a", 10, 50, 1), text(" b", 40, 60, 1)},
			1000,
			[]models.Word{word("a", 100, 400, 1), word("b", 400, 600, 1)},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, mergeWords(tt.tokens, tt.length)); d != "" {
				t.Errorf("words (-want +got):\n%s", d)
			}
		})
	}
}
