package summary

import (
	"strings"
	"unicode"

	"github.com/kljensen/snowball/english"
)

// language holds what is known about a language: its words without a topic, its stems, and the cues of decisions, actions and
// questions. Sessions in languages without one are summarised too, but without those three lists.
type language struct {
	english bool
	stop    map[string]bool
	stem    func(string) string
	// judge returns a function that scores the sentences of one session.
	judge func(d *document, l Lists) func(unit int) judged
}

// languages returns the known languages by Whisper's codes. Whisper often takes Indonesian for Malay.
func languages() map[string]*language {
	en := &language{
		english: true, stop: stopWords,
		stem:  func(w string) string { return english.Stem(w, false) },
		judge: func(d *document, l Lists) func(int) judged { return newJudge(d, l).judge },
	}
	id := &language{
		stop: idStop, stem: idStem,
		judge: func(d *document, _ Lists) func(int) judged {
			return func(n int) judged { return judgeIndonesian(d, n) }
		},
	}
	out := map[string]*language{"en": en, "id": id, "ms": id}
	for code, w := range cuesInText {
		out[code] = &language{
			stem:  func(word string) string { return word },
			judge: func(d *document, _ Lists) func(int) judged { return func(n int) judged { return w.judge(d, n) } },
		}
	}
	out["yue"] = out["zh"]
	return out
}

var cuesInText = map[string]*textCues{
	"ja": readTextCues("ja"), "ko": readTextCues("ko"), "th": readTextCues("th"), "zh": readTextCues("zh"),
}

// languageOf returns the known language of at least half of the lines, or nil. For lines without a language, their text tells.
func languageOf(lines []*line) *language {
	known := languages()
	count := map[*language]int{}
	var unnamed []string
	for _, u := range lines {
		if u.Language == "" {
			unnamed = append(unnamed, u.Text)
			continue
		}
		count[known[u.Language]]++
	}
	if len(unnamed) > 0 {
		count[known[guess(unnamed)]] += len(unnamed)
	}
	for _, code := range []string{"en", "id", "ja", "ko", "th", "zh"} {
		if l := known[code]; 2*count[l] >= len(lines) {
			return l
		}
	}
	return nil
}

// otherStop holds the most frequent words without a topic in languages that are not known otherwise.
var otherStop = readWords("other").set("stop")

// silent reports whether a word carries no topic.
func (d *document) silent(low string) bool {
	return stopWords[low] || otherStop[low] || d.lang != nil && d.lang.stop[low]
}

// idStem removes the Indonesian suffixes -nya, -ku, -mu, -lah and -kah.
func idStem(w string) string {
	for _, end := range []string{"nya", "lah", "kah", "ku", "mu"} {
		if root, ok := strings.CutSuffix(w, end); ok && len(root) >= 4 {
			return root
		}
	}
	return w
}

// How much tells in what language a text is.
const (
	guessLines  = 300  // lines that are looked at
	scriptShare = 0.3  // of the letters that are of a script
	kanaShare   = 0.1  // of the letters of Japanese that are no Chinese characters
	stopShare   = 0.15 // of the words that are the language's most frequent ones
	fewWords    = 12   // with fewer, nothing tells it from English
)

// guess returns the code of a known language in which lines are; "": it is another one.
func guess(lines []string) string {
	var letters, hangul, kana, han, thai, latin float64
	var words, english, indonesian float64
	for _, l := range lines[:min(len(lines), guessLines)] {
		for _, r := range l {
			letters += is(unicode.IsLetter(r))
			switch {
			case r < 0x250: // Latin
				latin += is(unicode.IsLetter(r))
			case unicode.Is(unicode.Hangul, r):
				hangul++
			case unicode.In(r, unicode.Hiragana, unicode.Katakana):
				kana++
			case unicode.Is(unicode.Han, r):
				han++
			case unicode.Is(unicode.Thai, r):
				thai++
			}
		}
		for w := range strings.FieldsSeq(l) {
			low := lowWord(w)
			words += is(low != "")
			english += is(stopWords[low])
			indonesian += is(idStop[low])
		}
	}
	switch {
	case letters == 0:
		return "en"
	case hangul >= scriptShare*letters:
		return "ko"
	case kana+han >= scriptShare*letters && kana >= kanaShare*(kana+han):
		return "ja"
	case han >= scriptShare*letters:
		return "zh"
	case thai >= scriptShare*letters:
		return "th"
	case latin < letters/2:
		return ""
	case words < fewWords || english >= max(indonesian, stopShare*words):
		return "en"
	case indonesian >= stopShare*words:
		return "id"
	}
	return ""
}
