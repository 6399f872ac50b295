package mumble

import (
	"context"
	"html"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"
)

// TestAsHTML: text is shown as it is, whatever it holds, in pieces that a server takes.
func TestAsHTML(t *testing.T) {
	for _, text := range []string{
		"", "hello", "a < b && <script>", strings.Repeat("word ", 100), strings.Repeat("x", 300), strings.Repeat("<", 100), "ä ö\nü",
	} {
		pieces := asHTML(text, 64)
		back := ""
		for _, p := range pieces {
			if n := utf8.RuneCountInString(p); n > 64 || n == 0 {
				t.Errorf("%.20q: a piece of %d characters", text, n)
			}
			if strings.ContainsAny(strings.ReplaceAll(p, "<br>", ""), "<>") {
				t.Errorf("%.20q: %q", text, p)
			}
			back += html.UnescapeString(strings.ReplaceAll(p, "<br>", "\n"))
		}
		without := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if without(back) != without(text) {
			t.Errorf("%.20q became %.20q", text, back)
		}
	}
}

// TestPlain reads lines as Mumble's client writes them.
func TestPlain(t *testing.T) {
	for markup, want := range map[string]string{
		"/optout": "/optout", "<p>/optout</p>": "/optout", "<!DOCTYPE HTML><html><body><p>a &lt; b</p></body></html>": "a < b",
		"": "", "<": "", "a<b": "a", "<img src='data:" + strings.Repeat("x", 100000): "", "a<br/>b": "a b", "&#47;optin": "/optin",
	} {
		if got := plain(markup); got != want {
			t.Errorf("%.40q is %q, want %q", markup, got, want)
		}
	}
}

// FuzzPlain: no line of chat is more than text.
func FuzzPlain(f *testing.F) {
	f.Add("<p>hello &amp; <b>good</b> bye</p>")
	f.Fuzz(func(t *testing.T, s string) {
		if got := plain(s); !utf8.ValidString(got) || len(got) > 3*readAtMost {
			t.Fatalf("%q", got)
		}
	})
}

// TestBucket: some lines go at once, the others at the pace that servers take them; one that can't wait is no cost to the next.
func TestBucket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, began := &bucket{}, time.Now()
		for range burst {
			if err := b.take(t.Context()); err != nil || time.Since(began) > 0 {
				t.Fatalf("%v after %v", err, time.Since(began))
			}
		}
		hasty, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if err := b.take(hasty); err == nil {
			t.Error("a line too many was let through")
		}
		if err := b.take(t.Context()); err != nil || time.Since(began) < refill || time.Since(began) > refill+2*time.Millisecond {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}
