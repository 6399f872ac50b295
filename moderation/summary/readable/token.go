package readable

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Token is a word or a mark of a sentence as the network sees it.
type Token struct {
	Word  int // row of the vocabulary
	Class int // what kind of word it looks like
	Mark  int // how it is written, and whether it is said again
}

// Rows of the vocabulary that are no words.
const (
	begins    = 0
	Unknown   = 1
	ends      = 2
	FirstWord = 3 // the first row of a word
)

// classes are the endings of words and other kinds, after the two for the ends of a sentence.
var classes = func() map[string]int {
	out := map[string]int{}
	for i, c := range slices.Concat([]string{"^", "$"}, endings, []string{"number", "short", "word"}, strings.Split(marks, "")) {
		out[c] = i
	}
	return out
}()

// Classes is how many classes there are.
var Classes = len(classes)

// longestShort is how many letters a short word has at most.
const longestShort = 3

// marks are the marks of a sentence that are read.
const marks = ",.?!;:"

var endings = strings.Fields("'s ing ed ly ion er est al ity ness ment able ive ous es s y")

func class(low string) int {
	if c, ok := classes[low]; ok && !unicode.IsLetter(rune(low[0])) {
		return c
	}
	if strings.ContainsFunc(low, unicode.IsNumber) {
		return classes["number"]
	}
	for _, e := range endings {
		if strings.HasSuffix(low, e) && len(low) > len(e)+2 {
			return classes[e]
		}
	}
	if utf8.RuneCountInString(low) <= longestShort {
		return classes["short"]
	}
	return classes["word"]
}

// Marks.
const (
	plain = iota
	first // the first of the sentence, with a capital
	name  // another one with a capital
	once  // added to the others: it is said once in the session
	Marks = 2 * once
)

// Word is a word or a mark of a sentence, and whether the session has it once.
type Word struct {
	Text string
	Once bool
}

// Split parts a sentence into words and marks. SaidOnce reports whether a word in lower case is said once in the session.
func Split(sentence string, saidOnce func(low string) bool) []Word {
	out := make([]Word, 0, 2+len(sentence)/meanWord)
	from := -1
	flush := func(to int) {
		if from >= 0 {
			w := sentence[from:to]
			out = append(out, Word{w, saidOnce(Lower(w))})
			from = -1
		}
	}
	for i, r := range sentence {
		switch {
		case unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) || r == '\'' || r == '’' || r == '-':
			if from < 0 {
				from = i
			}
		default:
			flush(i)
			if strings.ContainsRune(marks, r) {
				out = append(out, Word{string(r), false})
			}
		}
	}
	flush(len(sentence))
	return out
}

// meanWord is about how many bytes a word and the space after it take.
const meanWord = 5

// Lower is a word in lower case, with a plain apostrophe.
func Lower(w string) string { return strings.ReplaceAll(strings.ToLower(w), "’", "'") }

// Encode reads words and marks.
func (m *Model) Encode(words []Word) []Token {
	out := make([]Token, 0, len(words)+2)
	out = append(out, Token{begins, classes["^"], plain})
	for i, w := range words {
		low := Lower(w.Text)
		t := Token{Word: Unknown, Class: class(low)}
		if row, ok := m.rows[low]; ok {
			t.Word = row
		}
		r, _ := utf8.DecodeRuneInString(w.Text)
		switch {
		case !unicode.IsUpper(r) || low == "i" || strings.HasPrefix(low, "i'"):
		case i == 0:
			t.Mark = first
		default:
			t.Mark = name
		}
		if w.Once {
			t.Mark += once
		}
		out = append(out, t)
	}
	return append(out, Token{ends, classes["$"], plain})
}
