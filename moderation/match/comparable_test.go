//go:build !race

package match_test

import (
	"testing"

	"earshot/moderation/match"
)

// TestOneThingWrittenInSeveralWays: how a recogniser or a host writes a word, a number or a sign makes no difference.
func TestOneThingWrittenInSeveralWays(t *testing.T) {
	for _, c := range []struct{ phrase, pattern, say, want string }{
		{phrase: "let's pump it", say: "lets pump it", want: "lets pump it"},
		{phrase: "lets pump it", say: "let us pump it", want: "let us pump it"},
		{pattern: "let us boycott", say: "let's boycott them", want: "let's boycott"},
		{pattern: "(we|lets|let us) agree", say: "let's agree", want: "let's agree"},
		{pattern: "you (should|gotta) sell", say: "you gotta sell", want: "you gotta sell"},
		{phrase: "ten percent", say: "you get 10% back", want: "10%"},
		{phrase: "ten percent", say: "about 10 % of it", want: "10 %"},
		{phrase: "10 per cent", say: "ten percent", want: "ten percent"},
		{phrase: "10 percent", say: "ten per cent", want: "ten per cent"},
		{phrase: "10 percent", say: "ten points", want: ""},
		{phrase: "question five", say: "what about question 5", want: "question 5"},
		{phrase: "question 25", say: "question twenty five please", want: "question twenty five"},
		{phrase: "question twenty five", say: "question 25 please", want: "question 25"},
		{pattern: `question \d+`, say: "question five", want: "question five"},
		{pattern: "question five", say: "question 5", want: "question 5"},
		{pattern: `number \d+`, say: "the number one reason", want: ""},
		{pattern: `number \d+ \d+`, say: "number one two", want: "number one two"},
		{phrase: "shit", say: "oh sh!t", want: "sh!t"},
		{phrase: "shit", say: "shi+ happens", want: "shi+"},
		{phrase: "bitch", say: "a b!tch", want: "b!tch"},
		{phrase: "wow", say: "wow! great", want: "wow!"},
		{phrase: "bitch", say: "a bee eye tee see aitch", want: "bee eye tee see aitch"},
		{phrase: "fuck", say: "f star star k", want: "f star star k"},
		{phrase: "fuck", say: "eff you see kay", want: "eff you see kay"},
		{phrase: "cue", say: "see you are you", want: ""},
		{phrase: "soundboard", say: "my sound board", want: "sound board"},
		{phrase: "hate*", say: "you haters", want: "haters"},
		{phrase: "hate* speech", say: "hateful speech", want: "hateful speech"},
		{phrase: "hate*", say: "hat trick", want: ""},
	} {
		b := match.NewBuilder()
		src := b.Source()
		var err error
		if c.pattern != "" {
			err = b.Pattern(src, c.pattern)
		} else {
			err = b.Phrase(src, c.phrase, match.Exact, "en", 0)
		}
		if err != nil {
			t.Errorf("%s%s: %v", c.phrase, c.pattern, err)
			continue
		}
		s := match.NewScanner(b.Build())
		s.Scan(nil, said(c.say, 0))
		if got := found(s, src); got != c.want {
			t.Errorf("%q%q in %q: %q, want %q", c.phrase, c.pattern, c.say, got, c.want)
		}
	}
}

// TestWildcardsStandAtTheEnd: what would begin too many words, or stands elsewhere, is a mistake.
func TestWildcardsStandAtTheEnd(t *testing.T) {
	for phrase, ok := range map[string]bool{
		"hate*": true, "buy* now": true, "ha*": false, "*hate": false, "ha*te": false, "* now": false, "sh*t": true,
	} {
		b := match.NewBuilder()
		if err := b.Phrase(b.Source(), phrase, match.Exact, "en", 0); (err == nil) != ok {
			t.Errorf("%q: %v", phrase, err)
		}
	}
}

// TestExceptions: in what is taken out, one article or possessive stands for the others.
func TestExceptions(t *testing.T) {
	b := match.NewBuilder()
	src, never := b.Source(), b.Source()
	for _, err := range []error{
		b.Phrase(src, "chink", match.Exact, "en", 0), b.Exception(never, "chink in the armour", match.Exact, "en"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	b.Except(src, never)
	s := match.NewScanner(b.Build())
	for say, want := range map[string]string{"a chink in his armour": "", "a chink in red armour": "chink", "in his armour": ""} {
		s.Scan(nil, said(say, 0))
		if got := found(s, src); got != want {
			t.Errorf("%q: %q, want %q", say, got, want)
		}
	}
}
