package evaluate

import (
	"regexp"
	"strings"
)

var token = regexp.MustCompile(`[a-z0-9']+`)

// Tokens are the words that ROUGE compares: lower case, letters, digits and apostrophes, no stems.
func Tokens(s string) []string { return token.FindAllString(strings.ToLower(s), -1) }

// Rouge is the F1 of the n-grams that a text shares with a reference.
func Rouge(text, reference []string, n int) float64 {
	a, b := grams(text, n), grams(reference, n)
	shared, in, of := 0, 0, 0
	for g, c := range a {
		shared += min(c, b[g])
		in += c
	}
	for _, c := range b {
		of += c
	}
	return f1(shared, in, of)
}

func grams(ws []string, n int) map[string]int {
	out := map[string]int{}
	for i := 0; i+n <= len(ws); i++ {
		out[strings.Join(ws[i:i+n], " ")]++
	}
	return out
}

// RougeL is the F1 of the longest common subsequence of words.
func RougeL(text, reference []string) float64 {
	row := make([]int, len(reference)+1)
	for _, x := range text {
		diagonal := 0
		for j, y := range reference {
			above := row[j+1]
			if x == y {
				row[j+1] = diagonal + 1
			} else {
				row[j+1] = max(above, row[j])
			}
			diagonal = above
		}
	}
	return f1(row[len(reference)], len(text), len(reference))
}

func f1(shared, in, of int) float64 {
	if shared == 0 {
		return 0
	}
	p, r := float64(shared)/float64(in), float64(shared)/float64(of)
	return 2 * p * r / (p + r)
}

// Segmentation returns Pk and WindowDiff of n turns divided before some of them, as against a reference; 0 is the same
// division. The window is half the mean length of the reference's parts.
func Segmentation(n int, reference, got []int) (pk, windowDiff float64) {
	want, have := cuts(n, reference), cuts(n, got)
	k := max(2, int(float64(n)/float64(want[n]+1)/2+0.5))
	for i := range max(0, n-k) {
		a, b := want[i+k+1]-want[i+1], have[i+k+1]-have[i+1]
		if (a == 0) != (b == 0) {
			pk++
		}
		if a != b {
			windowDiff++
		}
	}
	return pk / float64(max(1, n-k)), windowDiff / float64(max(1, n-k))
}

// cuts counts for each turn the divisions before it; the turn's own is counted with the next.
func cuts(n int, starts []int) []int {
	at := make([]int, n+1)
	for _, i := range starts {
		if i > 0 && i < n {
			at[i] = 1
		}
	}
	out := make([]int, n+1)
	for i := range n {
		out[i+1] = out[i] + at[i]
	}
	return out
}
