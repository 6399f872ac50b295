package moderation

import (
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// maxNeeds bounds how many texts a pattern may need one of; with more, looking for them costs as much as the pattern.
const maxNeeds = 32

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
	n := utf8.RuneCountInString(texts[0])
	for _, t := range texts {
		n = min(n, utf8.RuneCountInString(t))
	}
	return n
}
