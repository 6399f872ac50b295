package recording

import (
	"strings"
	"unicode"

	"earshot/models"
)

// Judged is a line with its confidence, and whether all of it was really said.
type Judged struct {
	Confidence float64
	Right      bool
}

// Judge compares a recording's lines, in order, with what was really said. A line is right if each of its words stands at its place
// in the reference with none left out between them. confidence returns a line's confidence.
func Judge(said []models.Utterance, reference string, confidence func(models.Utterance) float64) (out []Judged) {
	var words []string
	var owner []int
	for i, u := range said {
		for _, w := range spokenWords(u.Text) {
			words, owner = append(words, w), append(owner, i)
		}
	}
	at := align(words, spokenWords(reference))
	for i, u := range said {
		if u.Text == "" || u.State == models.UtteranceFailed {
			continue
		}
		right, last := true, -1
		for k := range words {
			if owner[k] != i {
				continue
			}
			right = right && at[k] >= 0 && (last < 0 || at[k] == last+1)
			last = at[k]
		}
		out = append(out, Judged{confidence(u), right})
	}
	return out
}

// spokenWords returns the words of a text in lower case without punctuation.
func spokenWords(s string) []string {
	s = strings.ReplaceAll(strings.ToLower(s), "\u2019", "'")
	return strings.FieldsFunc(s, func(r rune) bool {
		return r != '\'' && !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r)
	})
}

// alignBand is how many words the recognised text and the reference may drift apart.
const alignBand = 2000

// align returns the position in the reference of each word that is also there, -1 for the others: the alignment with the fewest
// insertions, deletions and substitutions.
func align(words, reference []string) []int {
	n, m := len(words), len(reference)
	out := make([]int, n)
	for i := range out {
		out[i] = -1
	}
	band := max(alignBand, 2*max(n-m, m-n))
	const skipWord, skipReference, both = 0, 1, 2
	step := make([][]byte, n+1) // of row i, from its first column
	first := func(i int) int { return max(0, i*m/max(1, n)-band) }
	last := func(i int) int { return min(m, i*m/max(1, n)+band) }
	var above []int
	const far = 1 << 30
	for i := 0; i <= n; i++ {
		row := make([]int, last(i)-first(i)+1)
		step[i] = make([]byte, len(row))
		cell := func(j int) int { // a cell of the row above
			if i == 0 || j < first(i-1) || j > last(i-1) {
				return far
			}
			return above[j-first(i-1)]
		}
		for j := first(i); j <= last(i); j++ {
			k := j - first(i)
			if i == 0 {
				row[k], step[i][k] = j, skipReference
				continue
			}
			best, how := cell(j)+1, byte(skipWord)
			if j > first(i) && row[k-1]+1 < best {
				best, how = row[k-1]+1, skipReference
			}
			if j > 0 {
				cost := cell(j - 1)
				if words[i-1] != reference[j-1] {
					cost++
				}
				if cost <= best {
					best, how = cost, both
				}
			}
			row[k], step[i][k] = best, how
		}
		above = row
	}
	for i, j := n, m; i > 0; {
		switch k := j - first(i); {
		case k >= 0 && k < len(step[i]) && step[i][k] == both:
			if words[i-1] == reference[j-1] {
				out[i-1] = j - 1
			}
			i, j = i-1, j-1
		case k >= 0 && k < len(step[i]) && step[i][k] == skipReference && j > 0:
			j--
		default:
			i--
		}
	}
	return out
}

// Threshold is the effect of a minimum confidence: the share of wrong lines it marks as doubtful, and that of right ones.
type Threshold struct {
	Percent      int
	Wrong, Right float64
}

// Curve returns the effects of the thresholds from 5 to 95 percent. Shares of no lines are 0.
func Curve(lines []Judged) (out []Threshold) {
	for p := 5; p <= 95; p++ {
		t := Threshold{Percent: p}
		var doubted, all [2]float64 // of the wrong and the right lines
		for _, l := range lines {
			k := 0
			if l.Right {
				k = 1
			}
			all[k]++
			if l.Confidence < float64(p)/100 {
				doubted[k]++
			}
		}
		t.Wrong, t.Right = doubted[0]/max(1, all[0]), doubted[1]/max(1, all[1])
		out = append(out, t)
	}
	return out
}

// Best returns the highest threshold that marks no more than a share of the right lines; false if there is none.
func Best(curve []Threshold, share float64) (best Threshold, ok bool) {
	for _, t := range curve {
		if t.Right <= share {
			best, ok = t, true
		}
	}
	return best, ok
}
