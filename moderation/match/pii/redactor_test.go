//go:build !race

package pii

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// masked puts bars over spans.
func masked(r *Redactor, text, language string) string {
	var b strings.Builder
	from := 0
	for _, s := range r.Spans(text, language) {
		b.WriteString(text[from:s[0]] + strings.Repeat("█", utf8.RuneCountInString(text[s[0]:s[1]])))
		from = s[1]
	}
	return b.String() + text[from:]
}

func TestWhatTellsWhoSomebodyIsIsFound(t *testing.T) {
	r := NewRedactor()
	r.AddName("Ana María O'Neil")
	r.AddName("Will Smith")
	r.Learn("My name is petronella and then Zoltan came.", "en")
	for _, tt := range []struct{ in, language, want string }{
		{in: "Ana's idea, said petronella.", want: "█████ idea, said ██████████."},
		{in: "I will ask Will on Monday.", want: "I will ask ████ on Monday."},
		{in: "Zoltan is here, zoltan too.", want: "██████ is here, zoltan too."},
		{in: "Der Hund von Ana ist im Garten.", language: "de", want: "Der Hund von ███ ist im Garten."},
		{in: "mail john smith at gmail com.", want: "mail john █████ ██ █████ ███."},
		{in: "she lives at twelve Baker Street, you know", want: "she lives at ██████ █████ ██████, you know"},
		{in: "nomor saya nol delapan satu dua tiga", want: "nomor saya █████████████████████████"},
		{in: "call double five five, uh, oh one two three", want: "call ████████████████, uh, ████████████████"},
		{in: "I have two dogs and three cats.", want: "I have two dogs and three cats."},
		{in: "we met at the corner of the street", want: "we met at the corner of the street"},
	} {
		if got := masked(r, tt.in, tt.language); got != tt.want {
			t.Errorf("%q\n got %q\nwant %q", tt.in, got, tt.want)
		}
	}
}

func FuzzSpans(f *testing.F) {
	for _, s := range []string{"Ana at gmail dot com", "a@b.c", "12 Baker Street", "five  five\u00a0five 5", "\xff @ \xfe", "ﬁ Ⅷ ٣"} {
		f.Add(s, "en")
	}
	f.Fuzz(func(t *testing.T, text, language string) {
		r := NewRedactor()
		r.Learn(text, language)
		end := 0
		for _, s := range r.Spans(text, language) {
			if s[0] < end || s[0] >= s[1] || s[1] > len(text) {
				t.Fatalf("%q: spans %v", text, r.Spans(text, language))
			}
			if utf8.ValidString(text) && !utf8.ValidString(text[s[0]:s[1]]) {
				t.Fatalf("%q: a span cuts a character", text)
			}
			end = s[1]
		}
	})
}

func ExampleRedactor() {
	r := NewRedactor()
	r.AddName("Ana Maria")
	text := "ana, call five five five one two three or write to me@example.org"
	for _, s := range r.Spans(text, "en") {
		fmt.Println(text[s[0]:s[1]])
	}
	// Output:
	// ana
	// five five five one two three
	// me@example.org
}
