package summary

import (
	"strings"
	"unicode"
)

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
