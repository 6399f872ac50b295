package llm

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"earshot/models"
)

const (
	nearNumber = 3 // so many words may stand between a number and what it counts
	longWord   = 4 // characters from which a word is a longer one
	sameStart  = 5 // words that begin with as many same characters are forms of one word
)

// sentence is one sentence as its words in lower case.
type sentence struct {
	words  []string
	denies bool
}

// sentencesOf parts a text at the marks that end a sentence, and at semicolons.
func sentencesOf(text string) []sentence {
	var out []sentence
	for _, part := range splitAfterMarks(text) {
		if ws := tokens(strings.ToLower(part)); len(ws) > 0 {
			out = append(out, sentence{ws, denies(part)})
		}
	}
	return out
}

func splitAfterMarks(text string) []string {
	var out []string
	from := 0
	for i, r := range text {
		end := i + utf8.RuneLen(r)
		if r == ';' || r == '。' || r == '？' || r == '！' || strings.ContainsRune(".?!", r) && (end == len(text) || text[end] == ' ') {
			out = append(out, text[from:end])
			from = end
		}
	}
	return append(out, text[from:])
}

func saidIn(lines []models.Utterance) []sentence {
	var out []sentence
	for _, u := range lines {
		out = append(out, sentencesOf(u.Text)...)
	}
	return out
}

// borneOut reports whether a sentence neither turns around what the likest of those that were said says, nor has a number
// count something else than it did.
func borneOut(s sentence, said []sentence) bool {
	best, most := -1, 0
	for i := range said {
		if n := sharedWords(s.words, said[i].words); n > most {
			best, most = i, n
		}
	}
	if best < 0 || s.denies != said[best].denies {
		return false
	}
	for i, w := range s.words {
		if isNumber(w) && !slices.ContainsFunc(said, func(o sentence) bool { return countsTheSame(s.words, i, o.words) }) {
			return false
		}
	}
	return true
}

// sharedWords counts the longer words that two sentences share, forms of one word as one.
func sharedWords(a, b []string) int {
	n := 0
	for i, w := range a {
		if utf8.RuneCountInString(w) >= longWord && !slices.Contains(a[:i], w) &&
			slices.ContainsFunc(b, func(o string) bool { return sameWord(w, o) }) {
			n++
		}
	}
	return n
}

func sameWord(a, b string) bool {
	return a == b || start(a) == start(b) && utf8.RuneCountInString(a) >= sameStart
}

// countsTheSame reports whether a sentence that was said has the number at i, and near it one of the longer words that stand
// nearest to it here, after it and before it; a number that stands alone needs none.
func countsTheSame(ws []string, i int, said []string) bool {
	after := slices.IndexFunc(ws[i+1:], isLong)
	counted := ""
	switch {
	case after >= 0 && after < nearNumber:
		counted = ws[i+1+after]
	case i > 0:
		for j := i - 1; j >= max(0, i-nearNumber) && counted == ""; j-- {
			if isLong(ws[j]) {
				counted = ws[j]
			}
		}
	}
	for j, w := range said {
		if w != ws[i] {
			continue
		}
		near := said[max(0, j-nearNumber):min(len(said), j+nearNumber+1)]
		if counted == "" || slices.ContainsFunc(near, func(o string) bool { return sameWord(counted, o) }) {
			return true
		}
	}
	return false
}

func isLong(w string) bool { return utf8.RuneCountInString(w) >= longWord && !isNumber(w) }

func isNumber(w string) bool {
	return strings.ContainsFunc(w, unicode.IsNumber) || slices.Contains(numberWords, w)
}

// numberWords are numbers that are no digits.
var numberWords = strings.Fields(`two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion half quarter dozen percent`)

// negations turn what is said around.
var negations = strings.Fields("not no never none nobody nothing neither nor without cannot tidak bukan belum jangan tanpa")

// denies reports whether a text has a word that turns it around.
func denies(text string) bool {
	low := strings.ToLower(strings.ReplaceAll(text, "’", "'"))
	return strings.Contains(low, "n't") || slices.ContainsFunc(tokens(low), func(w string) bool { return slices.Contains(negations, w) })
}

func start(w string) string {
	r := []rune(w)
	return string(r[:min(sameStart, len(r))])
}

// tokens are the words of a text: letters, marks and digits; 's is no word.
func tokens(s string) []string {
	s = strings.NewReplacer("'s", " ", "’s", " ").Replace(s)
	return strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) })
}
