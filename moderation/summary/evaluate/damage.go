package evaluate

import (
	"math/rand/v2"
	"slices"
	"strings"
)

// Damaged is a meeting as a recogniser would write it down that gets so large a share of the words wrong: of the errors, two in five
// are words left out, three in ten words joined with the next, and the rest other words of the meeting. The same seed does the same.
func Damaged(m Meeting, share float64, seed uint64) Meeting {
	rng := rand.New(rand.NewPCG(seed, 1))
	var vocabulary []string
	for _, t := range m.Turns {
		vocabulary = append(vocabulary, strings.Fields(t[1])...)
	}
	m.Turns = slices.Clone(m.Turns)
	for i, t := range m.Turns {
		var out []string
		joined := false
		for _, w := range strings.Fields(t[1]) {
			if joined {
				out[len(out)-1] += strings.ToLower(w)
				joined = false
				continue
			}
			switch kind := rng.Float64(); {
			case rng.Float64() >= share:
				out = append(out, w)
			case kind < 0.4:
			case kind < 0.7:
				out = append(out, w)
				joined = true
			default:
				out = append(out, vocabulary[rng.IntN(len(vocabulary))])
			}
		}
		m.Turns[i][1] = strings.Join(out, " ")
	}
	return m
}
