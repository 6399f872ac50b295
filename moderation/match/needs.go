package match

import (
	"regexp/syntax"
	"strings"
	"unicode/utf8"

	"earshot/moderation/match/lexicon"
)

// maxNeeds limits the alternatives of a pattern's needs.
const maxNeeds = 400

// needs returns texts of which every match of a pattern contains at least one. Most patterns are irrelevant for most lines, and this
// shows it without running them.
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

// rarer guesses which of two alternatives occurs in fewer lines: the one whose shortest text is longer.
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

// weight returns how selective a text is: its length, but nothing for very common words.
func weight(text string) int {
	if everyday[strings.TrimSpace(text)] {
		return 0
	}
	return utf8.RuneCountInString(text)
}

// everyday are words that are not selective.
var everyday = lexicon.Words("everyday")
