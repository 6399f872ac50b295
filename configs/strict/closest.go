package strict

import edlib "github.com/hbollon/go-edlib"

// Closest returns the candidate that word was most likely meant to be, or "" if none is close: within one edit in words of up to
// four letters, two in longer ones (optimal string alignment: a swap of neighbours is one edit). Of equally close candidates one
// with the same first letter wins, since people rarely mistype that.
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
