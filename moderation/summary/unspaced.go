package summary

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Chinese, Japanese, Thai and related scripts put no spaces between words. Unicode's word boundaries (UAX #29) split them into
// single characters, except for runs of katakana. Here words are the sequences of characters that recur in the session. A
// dictionary would be as big as the rest of the program.
const (
	longestHan   = 4 // characters of a Chinese or Japanese word
	longestOther = 8 // and of a Thai, Lao, Khmer or Burmese one, with the marks above and below as part of a character
	sayAgain     = 2 // times that a word is said at least
	spaceless    = 0.3
)

// unspaced are the scripts that put no spaces between words.
var unspaced = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar,
}

// firstUnspaced is below all characters of these scripts.
const firstUnspaced = 0x0E00

func isUnspaced(r rune) bool { return r >= firstUnspaced && unicode.In(r, unspaced...) }

// parted appends the words of a run of letters, which stands after a space or a mark when begins is true.
func parted(out []word, raw string, apart bool) []word {
	joined := false
	for state := -1; raw != ""; joined = true {
		var w string
		w, raw, state = uniseg.FirstWordInString(raw, state)
		r, _ := utf8.DecodeRuneInString(w)
		out = append(out, word{raw: w, low: strings.ToLower(w), apart: apart && !joined, joined: joined, script: scriptOf(r), term: -1})
	}
	return out
}

// script is what of a text can be one word: characters of one kind.
type script int

const (
	spaced script = iota
	han
	hiragana
	katakana
	other
)

func scriptOf(r rune) script {
	switch {
	case !isUnspaced(r):
		return spaced
	case unicode.Is(unicode.Han, r):
		return han
	case unicode.Is(unicode.Hiragana, r):
		return hiragana
	case unicode.Is(unicode.Katakana, r):
		return katakana
	}
	return other
}

// lexicon is how often a session says each sequence of characters that may be a word.
type lexicon struct {
	times map[string]int
	runs  bool // all characters of one kind side by side are a word: in Japanese another kind stands between most words
}

// learn makes the lexicon of a session, or nil for one with spaces.
func learn(lines []string) *lexicon {
	letters, without, grammar := 0, 0, 0
	for _, l := range lines {
		for _, r := range l {
			if r >= firstUnspaced && isUnspaced(r) {
				without++
				if unicode.Is(unicode.Hiragana, r) {
					grammar++
				}
			}
			if unicode.IsLetter(r) {
				letters++
			}
		}
	}
	if float64(without) <= spaceless*float64(letters) {
		return nil
	}
	x := &lexicon{times: map[string]int{}, runs: float64(grammar) > spaceless*float64(without)}
	for _, l := range lines {
		ws := words(l)
		for from := range ws {
			for to := from + 1; to <= runEnd(ws, from, longest(ws[from].script)); to++ {
				x.times[rawOf(ws[from:to])]++
			}
		}
	}
	return x
}

func longest(s script) int {
	if s == other {
		return longestOther
	}
	return longestHan
}

// runEnd is where the characters end, at most so many, that may be one word with that at from.
func runEnd(ws []word, from, most int) int {
	to := from + 1
	for to < len(ws) && to-from < most && ws[to].joined && ws[to].script == ws[from].script && ws[from].script != spaced {
		to++
	}
	return to
}

func rawOf(ws []word) string {
	var b strings.Builder
	for _, w := range ws {
		b.WriteString(w.raw)
	}
	return b.String()
}

// join makes words of characters: of each run of one kind the parts that say most, by how long they are and how often they are
// said.
func (x *lexicon) join(ws []word) []word {
	var out []word
	for from := 0; from < len(ws); {
		to := runEnd(ws, from, len(ws))
		if x.runs && ws[from].script != other {
			for ; to-from > longestHan; from += longestHan {
				out = append(out, together(ws[from:from+longestHan]))
			}
			out = append(out, together(ws[from:to]))
		} else {
			out = x.best(out, ws[from:to])
		}
		from = to
	}
	return out
}

// best parts a run so that the sum of what its words say is greatest.
func (x *lexicon) best(out, run []word) []word {
	said, length := make([]float64, len(run)+1), make([]int, len(run)+1)
	for i := len(run) - 1; i >= 0; i-- {
		said[i], length[i] = said[i+1], 1
		for n := 2; n <= min(longest(run[i].script), len(run)-i); n++ {
			times := x.times[rawOf(run[i:i+n])]
			if times < sayAgain {
				break
			}
			if s := said[i+n] + float64(n-1)*math.Log(float64(times)); s > said[i] {
				said[i], length[i] = s, n
			}
		}
	}
	for i := 0; i < len(run); i += length[i] {
		out = append(out, together(run[i:i+length[i]]))
	}
	return out
}

func together(ws []word) word {
	w := ws[0]
	if len(ws) > 1 {
		w.raw = rawOf(ws)
		w.low = strings.ToLower(w.raw)
	}
	return w
}

// tells reports whether a word of such a script may carry a topic: more than a character, and not hiragana, which is grammar.
func tells(w word) bool {
	switch w.script {
	case han, katakana, other:
		return utf8.RuneCountInString(w.low) >= 2
	}
	return false
}

// koreanEndings are the particles that Korean hangs on nouns, the longest first.
var koreanEndings = strings.Fields("에서는 에서도 으로는 에게서 이라고 에서 에게 한테 으로 까지 부터 보다 처럼 마다 하고 이나 이랑 은 는 이 가 을 를 에 의 도 로 와 과 만 랑")

// koreanRoot takes a particle off a word of Korean, when two syllables stay.
func koreanRoot(w string) string {
	for _, end := range koreanEndings {
		if root, ok := strings.CutSuffix(w, end); ok && utf8.RuneCountInString(root) >= 2 {
			return root
		}
	}
	return w
}

func isHangul(w string) bool {
	r, _ := utf8.DecodeRuneInString(w)
	return unicode.Is(unicode.Hangul, r)
}
