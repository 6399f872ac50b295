package pii

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"earshot/models"
)

// Redactor finds in written text what reveals who somebody is: everything that Find finds and, since it is better to mask too much
// before sharing, everything that looks like a name, a mail or web address, a handle, a digit or a long number in words. Names are
// added first (AddName, Learn); then any number of goroutines may call Spans.
//
// A lower-case name that was never added is not found, and neither is anything revealed only by the meaning of a sentence.
type Redactor struct {
	names    map[string]bool // lower case; found however they are written
	capitals map[string]bool // lower case; found where they are written with a capital
}

// NewRedactor returns a redactor that knows no names yet.
func NewRedactor() *Redactor { return &Redactor{names: map[string]bool{}, capitals: map[string]bool{}} }

var (
	// addresses matches mail and web addresses, and handles.
	addresses = regexp.MustCompile(`(?i)[\p{L}\p{N}._%+'-]+(?:@|\s@\s)[\p{L}\p{N}.-]+|@[\p{L}\p{N}_]+|` +
		`\b(?:https?://|www\.)\S+|\b[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.(?:` + alternatives(topDomains) + `)\b\S*`)
	// spokenAddresses matches addresses as people say them: ana at example dot com.
	spokenAddresses = regexp.MustCompile(`(?i)\b[\p{L}\p{N}]+(?:\s+(?:dot|underscore|dash|minus)\s+[\p{L}\p{N}]+)*\s+at\s+` +
		`[\p{L}\p{N}]+(?:\s+dot\s+[\p{L}\p{N}]+)+|\b[\p{L}\p{N}]+\s+dot\s+(?:com|org|net|edu|gov|io|info|co|me)\b`)
	wordField = regexp.MustCompile(`\S+`)
	digits    = regexp.MustCompile(`[+(]?[\p{L}\p{M}]*\p{N}(?:[\p{L}\p{M}\p{N}]|[ .,:/()+'-]+\p{N})*`)
	// numberWords matches three or more consecutive number words, as in a telephone or card number.
	numberWords = regexp.MustCompile(`(?i)\b(?:` + numberWord + `)(?:[\s,-]+(?:and\s+)?(?:` + numberWord + `)){2,}\b`)
)

// numberWord matches a word of a number in any language.
var numberWord = func() string {
	words := map[string]bool{"oh": true}
	for _, l := range spokenNumerals {
		for _, set := range []map[string]string{l.digit, l.tens, l.whole, l.zeros, l.suffix} {
			for w := range set {
				words[w] = true
			}
		}
		for w := range l.repeat {
			words[w] = true
		}
	}
	return alternatives(words)
}()

// alternatives returns a pattern of all words of a set, the longest first.
func alternatives(set map[string]bool) string {
	var words []string
	for w := range set {
		words = append(words, regexp.QuoteMeta(w))
	}
	slices.SortFunc(words, func(a, b string) int { return cmp.Or(len(b)-len(a), cmp.Compare(a, b)) })
	return strings.Join(words, "|")
}

// Spans returns the parts of a text to be masked, in order and disjoint: [from, to) in bytes. language is the text's ISO 639-1 code,
// or empty.
func (r *Redactor) Spans(text, language string) [][2]int {
	found := spoken(text)
	for _, re := range []*regexp.Regexp{addresses, spokenAddresses, digits, numberWords} {
		for _, at := range re.FindAllStringIndex(text, -1) {
			found = append(found, [2]int{at[0], at[1]})
		}
	}
	for _, at := range nameWord.FindAllStringIndex(text, -1) {
		if r.isName(text, at[0], at[1], language) {
			found = append(found, [2]int{at[0], at[1]})
		}
	}
	slices.SortFunc(found, func(a, b [2]int) int { return a[0] - b[0] })
	var out [][2]int
	for _, f := range found {
		if n := len(out); n > 0 && f[0] <= out[n-1][1] {
			out[n-1][1] = max(out[n-1][1], f[1])
		} else {
			out = append(out, f)
		}
	}
	return out
}

// spoken are the words, without the signs around them, of what Find finds in a text.
func spoken(text string) (out [][2]int) {
	var words []models.Word
	var at [][2]int
	for _, field := range wordField.FindAllStringIndex(text, -1) {
		words, at = append(words, models.Word{Text: text[field[0]:field[1]]}), append(at, [2]int{field[0], field[1]})
	}
	for _, f := range Find(words, func(kind string) bool { return kind != Surname }) { // names are found otherwise
		for _, i := range f.Words {
			word := text[at[i][0]:at[i][1]]
			from, to := strings.IndexFunc(word, said), strings.LastIndexFunc(word, said)
			if from >= 0 {
				_, size := utf8.DecodeRuneInString(word[to:])
				out = append(out, [2]int{at[i][0] + from, at[i][0] + to + size})
			}
		}
	}
	return out
}

// said reports whether a character stands for something that is said.
func said(r rune) bool { return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r) }
