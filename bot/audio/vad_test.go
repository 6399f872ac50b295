//go:build !race

package audio

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"earshot/bot/audio/sound"
)

// noises are sounds other than speech, at a level in dBFS.
var noises = map[string]func(ms int, dbfs float64) []float32{
	"white": func(ms int, dbfs float64) []float32 { return noise(ms, dbfs, 9) },
	"brown": func(ms int, dbfs float64) []float32 {
		y := 0.0
		return coloured(ms, dbfs, func(x float64) float64 { y = 0.98*y + x; return y })
	},
	"pink": func(ms int, dbfs float64) []float32 {
		var a, b, c float64 // Paul Kellet's filter
		return coloured(ms, dbfs, func(x float64) float64 {
			a, b, c = 0.99765*a+x*0.0990460, 0.96300*b+x*0.2965164, 0.57000*c+x*1.0526913
			return a + b + c + x*0.1848
		})
	},
	"hum": func(ms int, dbfs float64) []float32 {
		i := 0.0
		return coloured(ms, dbfs, func(x float64) float64 {
			i++
			s := 0.02 * x
			for h := 1.0; h < 12; h++ {
				s += math.Sin(2*math.Pi*50*h*i/16000) / h
			}
			return s
		})
	},
	"wind": func(ms int, dbfs float64) []float32 { // wavers by 4 dB within half a second
		r, y, a := rand.New(rand.NewPCG(7, 8)), 0.0, math.Exp(-1.0/8000)
		return coloured(ms, dbfs, func(x float64) float64 {
			y = a*y + 4*math.Sqrt(1-a*a)*r.NormFloat64()
			return x * amplitude(y)
		})
	},
	"fan": func(ms int, dbfs float64) []float32 { // turns thrice a second
		i := 0.0
		return coloured(ms, dbfs, func(x float64) float64 { i++; return x * amplitude(3*math.Sin(2*math.Pi*3*i/16000)) })
	},
	"silence": func(ms int, _ float64) []float32 { return silence(ms) },
}

// babble is eight people talking at once.
func babble(t testing.TB, ms int, dbfs float64) []float32 {
	r, out, voices := rand.New(rand.NewPCG(3, 4)), silence(ms), evalWAVs(t)
	for range 8 {
		for i := -r.IntN(32000); i < len(out); {
			said := voices[r.IntN(len(voices))]
			g := float32(amplitude(4*r.NormFloat64() - sound.DBFS(sound.Power(said))))
			for k, x := range said {
				if i+k >= 0 && i+k < len(out) {
					out[i+k] += g * x
				}
			}
			i += len(said) + r.IntN(8000)
		}
	}
	return level(out, dbfs)
}

// level sets the mean level of audio.
func level(pcm []float32, dbfs float64) []float32 {
	g := float32(amplitude(dbfs - sound.DBFS(sound.Power(pcm))))
	for i := range pcm {
		pcm[i] *= g
	}
	return pcm
}

// coloured filters white noise and sets its level.
func coloured(ms int, dbfs float64, f func(float64) float64) []float32 {
	r := rand.New(rand.NewPCG(5, 6))
	out := silence(ms)
	for i := range out {
		out[i] = float32(f(r.NormFloat64()))
	}
	return level(out, dbfs)
}

// spoken marks the blocks of a clean recording that contain speech: within 25 dB of the mean level, and 8 dB above the recording's
// own background.
func spoken(pcm []float32) []bool {
	levels := make([]float64, len(pcm)/VADBlock)
	for i := range levels {
		levels[i] = sound.DBFS(sound.Power(pcm[i*VADBlock : (i+1)*VADBlock]))
	}
	sorted := slices.Sorted(slices.Values(levels))
	least := max(sound.DBFS(sound.Power(pcm))-25, sorted[len(sorted)/10]+8, -60)
	out := make([]bool, len(levels))
	for i, l := range levels {
		out[i] = l > least
	}
	return out
}

// recall is the share of spoken blocks that are within segments.
func recall(t testing.TB, pcm []float32, speech []bool) float64 {
	t.Helper()
	segs, err := Cut(pcm, SegmentConfig{}, NewEnergyVAD())
	if err != nil {
		t.Fatal(err)
	}
	in, all := 0, 0
	for i, s := range speech {
		if !s {
			continue
		}
		all++
		for _, seg := range segs {
			if at := int64(i*VADBlock + VADBlock/2); at >= seg.Start && at < seg.End {
				in++
				break
			}
		}
	}
	return float64(in) / float64(all)
}

func sentences(t testing.TB, pauseMS int) []float32 {
	pcm := silence(pauseMS)
	for _, w := range evalWAVs(t) {
		pcm = append(append(pcm, w...), silence(pauseMS)...)
	}
	return pcm
}

func mixed(a, b []float32) []float32 {
	out := make([]float32, len(a))
	for i := range out {
		out[i] = a[i] + b[i]
	}
	return out
}

func BenchmarkEnergyVAD(b *testing.B) {
	pcm := sentences(b, 1500)
	v := NewEnergyVAD()
	frames := len(pcm) / VADBlock
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		k := i % frames * VADBlock
		v.Speech(pcm[k : k+VADBlock])
	}
	perSecond(b, vadBlockMS)
}

// perSecond reports the cost of a second of audio if one round takes ms of it.
func perSecond(b *testing.B, ms float64) {
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/ms*1000, "µs/audio-s")
}
