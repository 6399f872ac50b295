package configs

// Closest returns the candidate that word was most likely meant to be, or "" when none is near: one mistake in words of
// up to four letters, two in longer ones. A swap of neighbours is one mistake. Of candidates that are equally near the one with the
// same first letter is meant: people rarely get that one wrong.
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
		d := distance(word, c)
		if d > allowed || d >= len(c) {
			continue
		}
		if best == "" || d < nearest || d == nearest && c[0] == word[0] && best[0] != word[0] {
			best, nearest = c, d
		}
	}
	return best
}

// distance is the optimal string alignment distance in bytes: insertions, deletions, changes and swaps of neighbours.
func distance(a, b string) int {
	before, row, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next[0] = i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			next[j] = min(next[j-1]+1, row[j]+1, row[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row, next = row, next, before
	}
	return row[len(b)]
}
