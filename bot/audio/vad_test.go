package audio

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// noises are the sounds that are not speech, at a level in dBFS.
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
	"silence": func(ms int, _ float64) []float32 { return silence(ms) },
}

// coloured filters white noise and sets its level.
func coloured(ms int, dbfs float64, f func(float64) float64) []float32 {
	r := rand.New(rand.NewPCG(5, 6))
	out := silence(ms)
	for i := range out {
		out[i] = float32(f(r.NormFloat64()))
	}
	g := float32(amplitude(dbfs - powerDBFS(power(out))))
	for i := range out {
		out[i] *= g
	}
	return out
}

// spoken marks the blocks of clean speech that hold some: within 25 dB of the mean level, and above the recording's own
// background by 8 dB.
func spoken(pcm []float32) []bool {
	levels := make([]float64, len(pcm)/VADBlock)
	for i := range levels {
		levels[i] = powerDBFS(power(pcm[i*VADBlock : (i+1)*VADBlock]))
	}
	sorted := slices.Sorted(slices.Values(levels))
	least := max(powerDBFS(power(pcm))-25, sorted[len(sorted)/10]+8, -60)
	out := make([]bool, len(levels))
	for i, l := range levels {
		out[i] = l > least
	}
	return out
}

// recall is the share of spoken blocks that lie in segments; extra is the share of segment time in the pauses.
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

// least is the recall that is asked for at a signal-to-noise ratio. At 10 dB the softest speech lies under the noise.
func leastRecall(snr float64) float64 {
	if snr <= 10 {
		return 0.95
	}
	return 0.98
}

func TestSpeechIsHeardInNoise(t *testing.T) {
	clean := sentences(t, 1500)
	speech, level := spoken(clean), powerDBFS(power(clean))
	for name, f := range noises {
		for _, snr := range []float64{10, 20, 30} {
			pcm := mixed(clean, f(len(clean)/16+1, level-snr))
			if r := recall(t, pcm, speech); r < 0.98 {
				t.Errorf("%s at %g dB: %.4f of the speech is heard, want 0.98", name, snr, r)
			}
		}
	}
}

func TestHumanSpeechIsHeardInNoise(t *testing.T) {
	for name, clean := range humanSpeech(t) {
		for _, snr := range []float64{10, 20, 30} {
			n := noises["pink"](len(clean)/16+1, powerDBFS(power(clean))-snr)
			if r := recall(t, mixed(clean, n), spoken(clean)); r < leastRecall(snr) {
				t.Errorf("%s in pink noise at %g dB: %.4f of the speech is heard, want %g", name, snr, r, leastRecall(snr))
			}
		}
	}
}

func TestNoiseIsNotSpeech(t *testing.T) {
	for name, f := range noises {
		for _, level := range []float64{-60, -40, -20} {
			segs, err := Cut(f(60000, level), SegmentConfig{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			var voiced int64
			for _, s := range segs {
				voiced += s.VoicedMS
				if s.Start > 16000 {
					t.Errorf("%s at %g dBFS is still taken for speech at %d ms", name, level, s.Start/16)
				}
			}
			if voiced > 1200 { // 2 % of a minute
				t.Errorf("%s at %g dBFS: %d of 60000 ms are taken for speech", name, level, voiced)
			}
		}
	}
}

func TestNoiseThatBeginsLaterBecomesSilence(t *testing.T) {
	pcm := append(noise(10000, -60, 1), noise(30000, -30, 2)...)
	segs, err := Cut(pcm, SegmentConfig{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range segs {
		if s.End > 13*16000 {
			t.Errorf("a fan that went on at 10000 ms is speech until %d ms", s.End/16)
		}
	}
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

// perSecond reports the cost of a second of audio when one round takes so many ms of it.
func perSecond(b *testing.B, ms float64) {
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/ms*1000, "µs/audio-s")
}
