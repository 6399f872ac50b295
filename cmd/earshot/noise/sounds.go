// Package noise makes sounds in which nobody speaks, to hear what a model makes of them.
package noise

import (
	"math"
	"math/rand/v2"
)

// Kind is a sort of sound in which nobody speaks.
type Kind string

// The kinds of sound.
const (
	Silence Kind = "silence"
	White   Kind = "white noise"
	Pink    Kind = "pink noise"
	Brown   Kind = "brown noise"
	Hum     Kind = "hum"
	Clicks  Kind = "clicks"
	Music   Kind = "music"
)

// Kinds lists them.
func Kinds() []Kind {
	return []Kind{Silence, White, Pink, Brown, Hum, Clicks, Music}
}

// Make makes n samples at 16 kHz of a sound with a mean level in dBFS; the same seed makes the same sound.
func Make(kind Kind, n int, dbfs float64, seed uint64) []float32 {
	rng := rand.New(rand.NewPCG(seed, 20)) //nolint:gosec // noise
	out := make([]float32, n)
	next := generator(kind, rng)
	for i := range out {
		out[i] = float32(next(i))
	}
	if kind == Silence {
		return out
	}
	gain := float32(math.Pow(10, (dbfs-Decibels(out))/20))
	for i := range out {
		out[i] = max(-1, min(1, out[i]*gain))
	}
	return out
}

// Decibels is the mean level of a sound, in dBFS.
func Decibels(pcm []float32) float64 {
	sum := 1e-12
	for _, x := range pcm {
		sum += float64(x) * float64(x) / float64(len(pcm))
	}
	return 10 * math.Log10(sum)
}

// generator gives a sound sample by sample.
func generator(kind Kind, rng *rand.Rand) func(i int) float64 {
	switch kind {
	case White:
		return func(int) float64 { return rng.NormFloat64() }
	case Pink:
		var a, b, c float64 // Paul Kellet's filter
		return func(int) float64 {
			x := rng.NormFloat64()
			a, b, c = 0.99765*a+x*0.0990460, 0.96300*b+x*0.2965164, 0.57000*c+x*1.0526913
			return a + b + c + x*0.1848
		}
	case Brown:
		y := 0.0
		return func(int) float64 { y = 0.98*y + rng.NormFloat64(); return y }
	case Hum:
		mains := 50 + 10*float64(rng.IntN(2))
		return func(i int) float64 {
			s := 0.02 * rng.NormFloat64()
			for h := 1.0; h < 12; h++ {
				s += math.Sin(2*math.Pi*mains*h*float64(i)/16000) / h
			}
			return s
		}
	case Clicks:
		y := 0.0
		return func(int) float64 {
			y *= 0.97
			if rng.IntN(6000) == 0 {
				y = rng.NormFloat64()
			}
			return y + 0.0005*rng.NormFloat64()
		}
	case Music:
		return music(rng)
	}
	return func(int) float64 { return 0 }
}

// music is a tune over chords with a beat, in one of several keys and speeds: plucked and held tones with harmonics.
func music(rng *rand.Rand) func(i int) float64 {
	key := 110 * math.Pow(2, float64(rng.IntN(12))/12)
	beat := 16000 * 60 / (80 + rng.IntN(80))
	scale := []float64{0, 2, 4, 5, 7, 9, 11, 12}
	chords := [][]float64{{0, 4, 7}, {9, 12, 16}, {5, 9, 12}, {7, 11, 14}}
	note := 0.0
	return func(i int) float64 {
		bar, at := i/(4*beat), i%beat
		if at == 0 {
			note = scale[rng.IntN(len(scale))]
		}
		t, decay := float64(i)/16000, math.Exp(-3*float64(at)/float64(beat))
		s := 0.0
		for _, semitone := range chords[bar%len(chords)] {
			s += 0.25 * harmonics(key*math.Pow(2, semitone/12), t)
		}
		s += decay * harmonics(2*key*math.Pow(2, note/12), t)
		drum := math.Exp(-float64(at) / 800)
		return s + 0.6*drum*math.Sin(2*math.Pi*60*float64(at)/16000) + 0.15*drum*rng.NormFloat64()
	}
}

// harmonics is a tone with five overtones, each half as strong as the one before.
func harmonics(hz, t float64) (s float64) {
	for h := 1.0; h <= 6; h++ {
		s += math.Pow(0.5, h-1) * math.Sin(2*math.Pi*hz*h*t)
	}
	return s
}
