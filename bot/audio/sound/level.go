package sound

import "math"

// SilenceDBFS stands for digital silence, whose level has no logarithm.
const SilenceDBFS = -100

// Power returns the mean square of the samples.
func Power(pcm []float32) float64 {
	if len(pcm) == 0 {
		return 0
	}
	var sum float32
	for _, s := range pcm {
		sum += s * s
	}
	return float64(sum) / float64(len(pcm))
}

// DBFS converts a mean square to dBFS; a full-scale sine has -3.
func DBFS(p float64) float64 {
	if p < 1e-10 {
		return SilenceDBFS
	}
	return 10 * math.Log10(p)
}
