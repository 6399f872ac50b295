package match

import (
	"earshot/moderation/match/pii"
	"slices"
)

// findPersonal finds personal data in the current line and what was said shortly before.
func (sc *Scanner) findPersonal() {
	start := sc.Window.CutAt
	if from := sc.Window.Reach(pii.WindowMS, 0); from < sc.Window.Cut {
		start = sc.Window.Tokens[from].Word
	}
	wanted := func(kind string) bool { _, ok := sc.reveals[kind]; return ok }
	for _, f := range pii.Find(sc.Window.Words[start:], wanted) {
		sc.noteWords(sc.reveals[f.Kind], start, f.Words)
	}
}

// noteWords records a find, as the tokens of its words, which count from start. Finds that end before the current line were
// seen when they were said.
func (sc *Scanner) noteWords(source, start int, words []int) {
	var tokens []int
	for _, word := range words {
		word += start
		first, _ := slices.BinarySearchFunc(sc.Window.Tokens, word, func(t Token, w int) int { return t.Word + t.More - w })
		for t := first; t < len(sc.Window.Tokens) && sc.Window.Tokens[t].Word <= word; t++ {
			if len(tokens) == 0 || t > tokens[len(tokens)-1] {
				tokens = append(tokens, t)
			}
		}
	}
	if len(tokens) > 0 && tokens[len(tokens)-1] >= sc.Window.Cut {
		sc.note(source, tokens)
	}
}
