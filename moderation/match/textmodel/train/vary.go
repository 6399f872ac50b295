package train

import (
	"math/rand/v2"
	"slices"
)

// How often lines are varied as recognisers err, and how much.
const (
	losing   = 0.25 // of the lines lose words
	lost     = 0.08 // of the words of such a line
	joining  = 0.12 // of the lines have two words joined
	parting  = 0.10 // of the lines have a word parted
	setting  = 0.10 // of the lines stand before or behind a harmless one
	longest  = 32   // words of a line that is trained on
	joinable = 14   // letters of two words that are joined
	partable = 6    // letters of a word that is parted
)

// vary is a line as a recogniser might have heard it, with some harmless talk around it. The words given are not changed.
func vary(words []string, harmless [][]string, r *rand.Rand) []string {
	out := slices.Clone(words)
	if r.Float64() < losing && len(out) > 4 {
		if rest := slices.DeleteFunc(slices.Clone(out), func(string) bool { return r.Float64() < lost }); len(rest) > 2 {
			out = rest
		}
	}
	if i := r.IntN(max(1, len(out)-1)); r.Float64() < joining && len(out) > 3 && len(out[i])+len(out[i+1]) < joinable {
		out[i] += out[i+1]
		out = slices.Delete(out, i+1, i+2)
	}
	if i := r.IntN(len(out)); r.Float64() < parting && len(out) > 1 {
		if letters := []rune(out[i]); len(letters) >= partable {
			k := 2 + r.IntN(len(letters)-3)
			out[i] = string(letters[:k])
			out = slices.Insert(out, i+1, string(letters[k:]))
		}
	}
	if r.Float64() < setting && len(harmless) > 0 {
		if around := harmless[r.IntN(len(harmless))]; len(around)+len(out) <= longest {
			at := 0
			if r.Float64() < 0.5 {
				at = len(out)
			}
			out = slices.Insert(out, at, around...)
		}
	}
	if len(out) > longest {
		from := r.IntN(len(out) - longest + 1)
		out = out[from : from+longest]
	}
	return out
}
