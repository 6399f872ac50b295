package match

import (
	"strconv"
	"strings"

	"earshot/moderation/match/lexicon"
)

// Numbers below a hundred are said in words and written in digits as a recogniser pleases: "question five", "question 5". What is
// looked for is found in both. The words are those of every language of the lexicon's numerals.

// numberWords are the words of numbers with their digits, and digitWords the digits with one word for each.
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

// inWords is a number below a hundred in words, or "".
func inWords(digits string) string {
	n, err := strconv.Atoi(digits)
	if err != nil || n < 0 || n > 99 || len(digits) > 2 || len(digits) == 2 && digits[0] == '0' {
		return ""
	}
	if word, ok := digitWords[digits]; ok {
		return word
	}
	return digitWords[strconv.Itoa(n/10*10)] + " " + digitWords[strconv.Itoa(n%10)]
}

// inDigits is the number that a token says in a word, or "". "One" is a number only beside another: it is said for much else.
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

// numbered are the ways in which a phrase with numbers may be written: as it is, and with all numbers in words or in digits.
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
