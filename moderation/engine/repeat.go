package engine

import "slices"

// period is the length of the shortest beginning of which a line is nothing but repetition; the whole line for most.
func period(tokens []token) int {
	n := len(tokens)
	for unit := 1; unit <= n/2; unit++ {
		if n%unit != 0 {
			continue
		}
		same := true
		for i := unit; i < n && same; i++ {
			same = tokens[i].text == tokens[i-unit].text
		}
		if same {
			return unit
		}
	}
	return n
}

func letters(tokens []token) int {
	n := 0
	for _, t := range tokens {
		n += len(t.text)
	}
	return n
}

// similar is how alike two lines are, from 0 to 1: twice the words that both have, by the number of all words (Dice).
func similar(a, b []token) float64 {
	if len(a)+len(b) == 0 {
		return 0
	}
	left := make([]string, len(b))
	for i, t := range b {
		left[i] = t.text
	}
	both := 0
	for _, t := range a {
		if i := slices.Index(left, t.text); i >= 0 {
			left = slices.Delete(left, i, i+1)
			both++
		}
	}
	return 2 * float64(both) / float64(len(a)+len(b))
}
