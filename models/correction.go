package models

import "strings"

// Retime assigns times to the words of a corrected text of a line from startMS to endMS: words of the longest common subsequence with
// the recognised ones keep their times, and those in between share the time between, so that words are still highlighted where they
// are said.
func Retime(heard []Word, text string, startMS, endMS int64) []Word {
	fields := strings.Fields(text)
	words := make([]Word, len(fields))
	from := startMS
	if len(heard) > 0 {
		from, endMS = heard[0].StartMS, heard[len(heard)-1].EndMS
	}
	done := 0
	for _, p := range append(common(heard, fields), [2]int{len(heard), len(fields)}) {
		to := endMS
		if p[0] < len(heard) {
			to = heard[p[0]].StartMS
		}
		for n, i := int64(p[1]-done), done; i < p[1]; i++ {
			at := int64(i - done)
			words[i] = Word{Text: " " + fields[i], StartMS: from + (to-from)*at/n, EndMS: from + (to-from)*(at+1)/n, P: 1}
		}
		if p[0] < len(heard) {
			w := heard[p[0]]
			words[p[1]] = Word{Text: " " + fields[p[1]], StartMS: w.StartMS, EndMS: w.EndMS, P: w.P}
			from, done = w.EndMS, p[1]+1
		}
	}
	return words
}

// common returns the pairs of a longest common subsequence of the words, ignoring case and punctuation.
func common(heard []Word, fields []string) (pairs [][2]int) {
	same := func(a, b string) bool {
		const around = " \t.,;:!?…\"'()-"
		return strings.EqualFold(strings.Trim(a, around), strings.Trim(b, around))
	}
	n, m := len(heard), len(fields)
	longest := make([][]int, n+1)
	for i := range longest {
		longest[i] = make([]int, m+1)
	}
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			if same(heard[i].Text, fields[j]) {
				longest[i][j] = longest[i+1][j+1] + 1
			} else {
				longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			}
		}
	}
	for i, j := 0, 0; i < n && j < m; {
		switch {
		case same(heard[i].Text, fields[j]):
			pairs = append(pairs, [2]int{i, j})
			i, j = i+1, j+1
		case longest[i+1][j] >= longest[i][j+1]:
			i++
		default:
			j++
		}
	}
	return pairs
}
