package match

import (
	"regexp/syntax"
	"strings"
	"unicode/utf8"

	"earshot/moderation/match/lexicon"
)

// maxNeeds bounds how many texts a pattern may need one of.
const maxNeeds = 400

// needs finds texts of which every match of a pattern contains at least one. Most patterns of a set have nothing to do with
// most lines, and this tells so without running them.
func needs(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		return []string{strings.ToLower(string(re.Rune))}
	case syntax.OpCapture, syntax.OpPlus:
		return needs(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return needs(re.Sub[0])
		}
	case syntax.OpConcat:
		var best []string
		for _, sub := range re.Sub {
			if n := needs(sub); rarer(n, best) {
				best = n
			}
		}
		return best
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			n := needs(sub)
			if len(n) == 0 || len(all)+len(n) > maxNeeds {
				return nil
			}
			all = append(all, n...)
		}
		return all
	}
	return nil
}

// rarer guesses which of two alternatives is found in fewer lines: the one whose shortest text is longer.
func rarer(a, b []string) bool {
	if len(a) == 0 || len(b) == 0 {
		return len(b) == 0 && len(a) > 0
	}
	x, y := shortest(a), shortest(b)
	return x > y || (x == y && len(a) < len(b))
}

func shortest(texts []string) int {
	n := weight(texts[0])
	for _, t := range texts {
		n = min(n, weight(t))
	}
	return n
}

// weight is how much a text tells: its length, but nothing for the words that are in every other line.
func weight(text string) int {
	if everyday[strings.TrimSpace(text)] {
		return 0
	}
	return utf8.RuneCountInString(text)
}

// everyday are words that tell nothing about a line.
var everyday = lexicon.Words("everyday")
