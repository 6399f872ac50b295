package sound

import "math"

// Mixer mixes channels down to mono. A channel of opposite polarity (a miswired cable) would cancel the others: it is left out,
// or inverted where the correlation is weaker. The zero value is ready to use; it is not safe for concurrent use.
type Mixer struct {
	weight []float32 // of each channel: 1, -1 or 0
	// The correlation of each channel with the sum of those before it, decaying with a half-life of mixMemory.
	cross, own, sum []float64
	out             []float32
}

const (
	// mixMemory is in samples at 16 kHz: 2 s.
	mixMemory = 2 * 16000
	// A channel whose correlation with the others is below turnAt is inverted, below dropAt left out, and above turnBack used
	// unchanged again.
	dropAt, turnAt, turnBack = -0.8, -0.3, 0.3
)

// Mix returns the mean of the channels, which are of equal length. The result is valid until the next call.
func (m *Mixer) Mix(channels [][]float32) []float32 {
	if len(channels) == 1 {
		return channels[0]
	}
	if n := len(channels); len(m.weight) != n {
		*m = Mixer{weight: make([]float32, n), cross: make([]float64, n), own: make([]float64, n), sum: make([]float64, n), out: m.out}
		for c := range m.weight {
			m.weight[c] = 1
		}
	}
	m.out = append(m.out[:0], channels[0]...)
	decay := math.Exp2(-float64(len(m.out)) / mixMemory)
	for c := 1; c < len(channels); c++ {
		m.add(c, channels[c], decay)
	}
	used := float32(0)
	for _, w := range m.weight {
		used += w * w
	}
	scale := 1 / used
	for i := range m.out {
		m.out[i] *= scale
	}
	return m.out
}

// add adds a channel to the sum of those before it.
func (m *Mixer) add(c int, pcm []float32, decay float64) {
	var cross, own, sum float64
	for i, x := range pcm {
		cross += float64(x) * float64(m.out[i])
		own += float64(x) * float64(x)
		sum += float64(m.out[i]) * float64(m.out[i])
	}
	m.cross[c], m.own[c], m.sum[c] = m.cross[c]*decay+cross, m.own[c]*decay+own, m.sum[c]*decay+sum
	if bound := math.Sqrt(m.own[c] * m.sum[c]); bound > 0 {
		switch r := m.cross[c] / bound; {
		case r < dropAt:
			m.weight[c] = 0
		case r < turnAt && m.weight[c] > 0:
			m.weight[c] = -1
		case r > turnBack:
			m.weight[c] = 1
		}
	}
	if weight := m.weight[c]; weight != 0 {
		for i, x := range pcm {
			m.out[i] += weight * x
		}
	}
}
