//go:build !race

package match

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"earshot/models"
)

// newWindow prepares one line. The words are not copied.
func newWindow(words []models.Word) *Window {
	h := &Window{}
	h.prepare(nil, Utterance{Words: words})
	return h
}

func TestComparableForm(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"Hello, World!", "hello world"},
		{"STRASSE Straße ﬁne ①", "strasse strasse fine 1"},
		{"naïve café Ångström Łódź", "naive cafe angstrom lodz"},
		{"class-act", "class act"},
		{"you're You’re YOU´RE youre", "you are you are you are you are"},
		{"don't can't won't ain't he'll we'll", "do not can not will not is not he will we will"},
		{"that's Ben's o'clock", "that is ben is o clock"},
		{"gonna gimme", "going to give me"},
		{"id\u00adi\u200bot", "idiot"},
		{"pаy pоlice", "pay police"}, // Cyrillic а, о
		{"привет", "привет"},         // a word of its own script stays
		{"हिन्दी", "हिन्दी"},         // marks that carry meaning stay
		{"1,000,000 1,00 3.5 12:30", "1000000 1 00 3 5 12 30"},
		{"你好吗 ok", "你 好 吗 ok"},
		{"!!! — …", ""},
		{"'em ‘quoted’ 's", "them quoted is"},
	} {
		if got := strings.Join(Phrase(c.in), " "); got != c.want {
			t.Errorf("%q is %q, want %q", c.in, got, c.want)
		}
	}
}

func TestOtherReadings(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"sooo", "so soo"},
		{"gooood", "god good"},
		{"stuuupiddd", "stupid stuupid stupidd stuupidd"},
		{"kkk", ""}, // one letter only: nothing to shorten to
		{"book", ""},
		{"1d10t", "idiot ldlot"},
		{"2000", ""},
		{"5g", ""},
	} {
		tokens := Tokenise([]models.Word{{Text: c.in}})
		if got := strings.Join(tokens[0].Alts, " "); got != c.want {
			t.Errorf("%q is also read as %q, want %q", c.in, got, c.want)
		}
	}
}

// FuzzNormalise checks that every token maps back: it lies inside its word, at character boundaries, in order, and the bytes
// it points to hold a letter or digit.
func FuzzNormalise(f *testing.F) {
	for _, s := range []string{
		"Hello, World!", "you're 1,000", "ﬁne Å e\u0301", "\xff\xfe a", "sooo gonna can't 't n't", "a\u200db", "你好 पि", "1d10t",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var words []models.Word
		for _, w := range strings.Fields(s) {
			words = append(words, models.Word{Text: w})
		}
		prev := Token{}
		for _, tok := range Tokenise(words) {
			if tok.Text == "" || strings.ContainsAny(tok.Text, " ',") {
				t.Fatalf("token %q of %q", tok.Text, s)
			}
			if tok.Word < prev.Word || (tok.Word == prev.Word && (tok.Start < prev.Start || tok.End < prev.End)) {
				t.Fatalf("tokens of %q go back: %+v after %+v", s, tok, prev)
			}
			text := words[tok.Word].Text
			if tok.Start < 0 || tok.Start >= tok.End || tok.End > len(text) {
				t.Fatalf("token %+v points outside of %q", tok, text)
			}
			if utf8.ValidString(text) && !utf8.ValidString(text[tok.Start:tok.End]) {
				t.Fatalf("token %+v cuts a character of %q", tok, text)
			}
			again := Phrase(text[tok.Start:tok.End])
			if utf8.ValidString(text) && len(again) == 0 {
				t.Fatalf("token %+v of %q points to nothing comparable: %q", tok, text, text[tok.Start:tok.End])
			}
			prev = tok
		}
		for _, w := range words { // the short way gives what the long way gives
			short, long := Tokenise([]models.Word{w}), joinSpelled(appendTokens(nil, decompose(readSigns(w.Text), nil), 0))
			if fmt.Sprint(short) != fmt.Sprint(long) {
				t.Fatalf("%q: %v and %v", w.Text, short, long)
			}
		}
		h := newWindow(words)
		for _, text := range h.texts(false) {
			for from := range text.text {
				first, end := text.tokensIn(from, from+1)
				if first < 0 || first >= end || end > len(h.Tokens) {
					t.Fatalf("byte %d of %q is in tokens %d to %d of %d", from, text.text, first, end, len(h.Tokens))
				}
			}
		}
	})
}
