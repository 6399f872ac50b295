package tokens_test

import (
	"strings"
	"testing"

	"earshot/models"
	"earshot/models/postgres/tokens"
)

func words(text string) string {
	var all []string
	for _, t := range tokens.Of(text) {
		all = append(all, t.Word)
	}
	return strings.Join(all, "|")
}

func TestOf(t *testing.T) {
	for text, want := range map[string]string{
		"Buy my COIN now!":      "buy|my|coin|now",
		"don't":                 "don|t",
		"café naïve cafe\u0301": "cafe|naive|cafe",
		"Ệ ş Ø ß":               "e|s|ø|ß",
		"Й й":                   "й|й", // only Latin letters lose their accents
		"ΟΔΟΣ οδος οδός":        "οδοσ|οδοσ|οδόσ",
		"हिन्दी की":             "हिन्दी|की",
		"ıI İ":                  "ıi|i",
		"a'b\\c 12½":            "a|b|c|12½",
		" … ":                   "",
	} {
		if got := words(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestQuery(t *testing.T) {
	all := []tokens.Phrase{
		tokens.PhraseOf("guaranteed Prof", true), tokens.PhraseOf("don't", false), tokens.PhraseOf("!", false),
	}
	if got := tokens.Query(all); got != "('guaranteed' <-> 'prof':*) & ('don' <-> 't')" {
		t.Error(got)
	}
	if got := tokens.Vector("Ana's, ana"); got != "'ana':1 's':2 'ana':3 " {
		t.Error(got)
	}
}

func marked(parts []models.SnippetPart) string {
	var b strings.Builder
	for _, p := range parts {
		if p.Hit {
			b.WriteString("[" + p.Text + "]")
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

func TestSnippet(t *testing.T) {
	long := strings.Repeat("before ", 100) + "the needle " + strings.Repeat("after ", 100)
	got := marked(tokens.Snippet(long, []tokens.Phrase{tokens.PhraseOf("needle", false)}))
	if !strings.HasPrefix(got, "…before") || !strings.HasSuffix(got, "after…") || !strings.Contains(got, "the [needle] after") ||
		len(strings.Fields(got)) != 64 {
		t.Errorf("%d words: %s", len(strings.Fields(got)), got)
	}
	for _, tt := range []struct{ text, term, want string }{
		{"Buy my coin.", "COIN", "Buy my [coin]."},
		{"No coin, no coins", "co", "No coin, no coins"},
		{"A guaranteed profit!", "guaranteed profit", "A [guaranteed profit]!"},
		{"Nothing here.", "word", "Nothing here."},
		{"na na na", "na na", "[na na na]"},
		{"", "x", ""},
	} {
		if got := marked(tokens.Snippet(tt.text, []tokens.Phrase{tokens.PhraseOf(tt.term, false)})); got != tt.want {
			t.Errorf("%q in %q: %q, want %q", tt.term, tt.text, got, tt.want)
		}
	}
}

// Whatever is said: the pieces of a snippet of a short text are the text, and no word has what PostgreSQL takes for syntax.
func FuzzTokens(f *testing.F) {
	f.Add("Buy my coin", "coin")
	f.Add("x\u0301\u0301", "\u0301")
	f.Add("a\x00'\\", "'")
	f.Fuzz(func(t *testing.T, text, term string) {
		all := tokens.Of(text)
		last := 0
		for _, w := range all {
			if w.From < last || w.To <= w.From || w.To > len(text) || w.Word == "" || strings.ContainsAny(w.Word, "'\\ \x00") || len(w.Word) > 1000 {
				t.Fatalf("%+v in %q", w, text)
			}
			last = w.To
		}
		var b strings.Builder
		for _, p := range tokens.Snippet(text, []tokens.Phrase{tokens.PhraseOf(term, true)}) {
			b.WriteString(p.Text)
		}
		if len(all) <= 64 && b.String() != text {
			t.Errorf("%q became %q", text, b.String())
		}
	})
}
