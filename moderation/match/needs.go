package match

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"

	"earshot/moderation/match/lexicon"
)

// Limits of a pattern's needs.
const (
	maxNeeds   = 400 // texts
	maxNeeded  = 40  // bytes of a text that is put together
	maxLetters = 24  // of a class, in upper and lower case
)

// needs returns texts of which every match of a pattern contains at least one. Most patterns are irrelevant for most lines, and this
// shows it without running them.
func needs(re *syntax.Regexp) []string {
	_, needed := known(re)
	return needed
}

// known returns all texts that a part of a pattern matches, in lower case (nil: unknown or too many), and texts of which it needs one.
func known(re *syntax.Regexp) (all, needed []string) {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText, syntax.OpWordBoundary:
		all = []string{""}
	case syntax.OpLiteral:
		all = []string{strings.ToLower(string(re.Rune))}
	case syntax.OpCharClass:
		all = runesOf(re.Rune)
	case syntax.OpCapture:
		return known(re.Sub[0])
	case syntax.OpPlus:
		_, needed = known(re.Sub[0])
	case syntax.OpQuest:
		all, _ = known(re.Sub[0])
		return union([]string{""}, all), nil
	case syntax.OpConcat:
		all, needed = inRow(re.Sub)
	case syntax.OpAlternate:
		all, needed = anyOne(re.Sub)
	}
	if all != nil {
		needed = certain(all)
	}
	return all, needed
}

// inRow is what is known of parts that follow each other.
func inRow(parts []*syntax.Regexp) (all, needed []string) {
	all = []string{""}
	run := all // what the last parts match together, as far back as that is known
	for _, part := range parts {
		own, need := known(part)
		all = joined(all, own)
		if run = joined(run, own); run == nil {
			run = own
		}
		if run == nil {
			run = []string{""}
		}
		for _, texts := range [][]string{need, certain(run)} {
			if rarer(texts, needed) {
				needed = texts
			}
		}
	}
	return all, needed
}

// anyOne is what is known of alternatives.
func anyOne(parts []*syntax.Regexp) (all, needed []string) {
	all, needed = known(parts[0])
	for _, part := range parts[1:] {
		own, need := known(part)
		all, needed = union(all, own), union(needed, need)
	}
	return all, needed
}

// certain returns texts of which one is needed: none if one of them is blank.
func certain(texts []string) []string {
	if slices.ContainsFunc(texts, func(s string) bool { return strings.TrimSpace(s) == "" }) {
		return nil
	}
	return texts
}

// runesOf returns the letters of a class that is given as ranges; nil if they are so many that needing one says little.
func runesOf(ranges []rune) []string {
	var out []string
	for i := 0; i < len(ranges); i += 2 {
		for r := ranges[i]; r <= ranges[i+1]; r++ {
			if len(out) == maxLetters {
				return nil
			}
			out = append(out, strings.ToLower(string(r)))
		}
	}
	return few(out)
}

// union returns the texts of both; nil if either is.
func union(a, b []string) []string {
	if a == nil || b == nil {
		return nil
	}
	return few(slices.Concat(a, b))
}

// joined returns each text of a with each of b after it; nil if either is, or if they are too many or too long.
func joined(a, b []string) []string {
	switch {
	case a == nil || b == nil || len(a)*len(b) > maxNeeds:
		return nil
	case len(b) == 1 && b[0] == "":
		return a
	}
	var out []string
	for _, x := range a {
		for _, y := range b {
			if x != "" && len(x+y) > maxNeeded {
				return nil
			}
			out = append(out, x+y)
		}
	}
	return few(out)
}

// few returns texts, each once; nil if they are too many.
func few(texts []string) []string {
	slices.Sort(texts)
	if texts = slices.Compact(texts); len(texts) > maxNeeds {
		return nil
	}
	return texts
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
