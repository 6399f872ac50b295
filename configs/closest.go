package configs

import edlib "github.com/hbollon/go-edlib"

// Closest returns the candidate that word was most likely meant to be, or "" when none is near: one mistake in words of
// up to four letters, two in longer ones (optimal string alignment: a swap of neighbours is one mistake). Of candidates that
// are equally near the one with the same first letter is meant: people rarely get that one wrong.
func Closest(word string, candidates []string) string {
	allowed := 2
	if len(word) <= 4 {
		allowed = 1
	}
	best, nearest := "", 0
	for _, c := range candidates {
		if len(c) > len(word)+allowed || len(word) > len(c)+allowed {
			continue
		}
		d := edlib.OSADamerauLevenshteinDistance(word, c)
		if d > allowed || d >= len(c) {
			continue
		}
		if best == "" || d < nearest || d == nearest && c[0] == word[0] && best[0] != word[0] {
			best, nearest = c, d
		}
	}
	return best
}
