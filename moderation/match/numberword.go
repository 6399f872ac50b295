package match

import (
	"strconv"
	"strings"

	"earshot/moderation/match/lexicon"
)

// Recognisers write numbers below a hundred either as words or as digits: "question five", "question 5". Both spellings match. The
// words are those of every language of the lexicon's numerals.

// numberWords maps number words to digits, and digitWords digits to one word each.
var numberWords, digitWords = readNumberWords()

func readNumberWords() (words, digits map[string]string) {
	words, digits = map[string]string{}, map[string]string{}
	for _, lang := range lexicon.Languages("numerals") {
		for _, line := range lexicon.Lines("numerals", lang) {
			f := strings.Fields(line)
			if f[0] != "digit" && f[0] != "tens" && f[0] != "whole" {
				continue
			}
			words[f[1]] = f[2]
			if _, ok := digits[f[2]]; !ok { // English comes first, and the first word of a number is the usual one
				digits[f[2]] = f[1]
			}
		}
	}
	return words, digits
}

// inWords returns a number below a hundred in words, or "".
func inWords(digits string) string {
	if len(digits) == 0 || len(digits) > 2 || digits[0] < '0' || digits[0] > '9' || len(digits) == 2 && digits[0] == '0' {
		return ""
	}
	n, err := strconv.Atoi(digits)
	if err != nil {
		return ""
	}
	if word, ok := digitWords[digits]; ok {
		return word
	}
	return digitWords[strconv.Itoa(n/10*10)] + " " + digitWords[strconv.Itoa(n%10)]
}

// inDigits returns the number that a token expresses in words, or "". "One" is a number only next to another one, since it has many
// other uses.
func inDigits(tokens []Token, i int) string {
	digits := numberWords[tokens[i].Text]
	if digits == "1" && !besideNumber(tokens, i) {
		return ""
	}
	return digits
}

func besideNumber(tokens []Token, i int) bool {
	number := func(k int) bool {
		return k >= 0 && k < len(tokens) && (numberWords[tokens[k].Text] != "" || tokens[k].Text == percent)
	}
	return number(i-1) || number(i+1)
}

// numbered returns the spellings of a phrase with numbers: as it is, and with all numbers in words or in digits.
func numbered(phrase []string) [][]string {
	var words, digits []string
	for i := 0; i < len(phrase); i++ {
		w := phrase[i]
		if said := inWords(w); said != "" {
			words, digits = append(words, strings.Fields(said)...), append(digits, w)
			continue
		}
		words = append(words, w)
		d := numberWords[w]
		if len(d) == 2 && d[1] == '0' && d != "10" && i+1 < len(phrase) && len(numberWords[phrase[i+1]]) == 1 && numberWords[phrase[i+1]] != "0" {
			d, i = d[:1]+numberWords[phrase[i+1]], i+1
			words = append(words, phrase[i])
		}
		if d == "" {
			d = w
		}
		digits = append(digits, d)
	}
	out := [][]string{phrase}
	for _, other := range [][]string{words, digits} {
		if text := strings.Join(other, " "); text != strings.Join(phrase, " ") {
			out = append(out, other)
		}
	}
	return out
}
