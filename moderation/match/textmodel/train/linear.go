package train

import (
	"math"
	"math/rand/v2"

	"earshot/moderation/match/textmodel"
)

// linear trains the linear part.
type linear struct {
	*course
	weights [][]float32 // by label
	began   [][]float32 // where they began; nil: nowhere
	sums    [][]float32 // of squared gradients
	bias    []float64
	biasSum []float64
}

// Constants of the linear part's training.
const (
	linearRate   = 0.5  // of a model that is made
	linearExtend = 0.12 // of one that is extended
	linearDecay  = 1e-6 // towards nothing
	linearPull   = 2e-4 // towards where it began
	linearStart  = 1e-3 // of the sums
	biasRate     = 0.1
	dropped      = 0.15 // of the features, in each step
)

func newLinear(c *course) *linear {
	l := &linear{course: c, weights: c.weights.Hashed, bias: c.weights.Linear.Bias, biasSum: make([]float64, len(c.labels))}
	for _, w := range l.weights {
		l.sums = append(l.sums, make([]float32, len(w)))
		if c.extends {
			l.began = append(l.began, append([]float32(nil), w...))
		}
	}
	return l
}

// values are the values of the labels of a line, from its features.
func (l *linear) values(hashes []uint32, share float32, out []float64) {
	for k, w := range l.weights {
		sum := float32(0)
		for _, h := range hashes {
			sum += w[h]
		}
		out[k] = l.bias[k] + float64(sum*share)
	}
}

// step trains on one line.
func (l *linear) step(x textmodel.Encoded, want []target, r *rand.Rand) {
	if len(x.Hashes) == 0 {
		return
	}
	share := rootShare(x.Hashes)
	kept := x.Hashes[:0]
	for _, h := range x.Hashes {
		if r.Float64() >= dropped {
			kept = append(kept, h)
		}
	}
	values := make([]float64, len(l.weights))
	l.values(kept, share, values)
	for k, t := range want {
		g := (logistic(values[k]) - t.value) * t.weight
		if math.Abs(g) < 1e-3 {
			continue
		}
		l.biasSum[k] += g * g
		l.bias[k] -= biasRate * g / math.Sqrt(1+l.biasSum[k])
		l.descend(k, kept, float32(g)*share)
	}
}

// descend moves the weights of a label's features.
func (l *linear) descend(k int, hashes []uint32, g float32) {
	w, sums, rate := l.weights[k], l.sums[k], float32(linearRate)
	if l.extends {
		rate = linearExtend
	}
	for _, h := range hashes {
		gr := g + linearDecay*w[h]
		if l.extends {
			gr = g + linearPull*(w[h]-l.began[k][h])
		}
		sums[h] += gr * gr
		w[h] -= rate * gr / float32(math.Sqrt(float64(linearStart+sums[h])))
	}
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// rootShare is how much each feature of a line counts.
func rootShare(hashes []uint32) float32 { return float32(1 / math.Sqrt(max(1, float64(len(hashes))))) }
