package audio

import (
	"math"
	"slices"

	"earshot/bot/audio/sound"
	"earshot/bot/audio/spectrum"
)

// The estimate of music and noise uses three features that need no model:
//
//   - the share of power in tones of constant pitch for a fifth of a second. The harmonics of speech move with its intonation;
//     those of instruments and singing are held.
//   - whether such tones are multiples of the mains frequency and never change: hum is noise.
//   - the standard deviation of the level of 32 ms blocks: 8 dB and more for speech, 1 to 4 dB for noise.
//
// Its limits: drums and rap count as neither, a siren or a held vowel as music, a crowd as noise.
const (
	toneFrame = 2048 // samples: bins of 7.8 Hz
	toneHop   = 1024 // 64 ms
	toneLow   = 6    // the first bin that counts: 47 Hz
	toneHigh  = 768  // and the end: 6 kHz
	toneHeld  = 3    // hops for which a tone must stay within a bin
	soundsFor = 32   // hops considered: 2 s
	quietHop  = -55.0
)

// heldTone is a peak of the spectrum that is tracked from hop to hop.
type heldTone struct {
	root int // the bin it began in
	age  int // hops
}

// hop is the analysis of 64 ms.
type hop struct {
	power     float64    // mean square
	levels    [2]float64 // of each half, dBFS
	held, hum float64    // shares of power in held tones, and in those at multiples of the mains frequency
	fresh     bool       // a strong tone became held in this hop
}

// sounds estimates whether audio is music or noise.
type sounds struct {
	spec  *spectrum.Spectrum
	frame []float32
	fill  int
	tones []heldTone // by bin
	next  []heldTone
	hops  []hop
}

// reset starts over.
func (s *sounds) reset() {
	s.fill, s.hops = 0, s.hops[:0]
	clear(s.tones)
	clear(s.frame)
}

// push takes PCM in order.
func (s *sounds) push(pcm []float32) {
	if s.spec == nil {
		s.spec, s.frame = spectrum.New(toneFrame), make([]float32, toneFrame)
		s.tones, s.next = make([]heldTone, toneHigh+2), make([]heldTone, toneHigh+2)
	}
	for len(pcm) > 0 {
		k := copy(s.frame[toneFrame-toneHop+s.fill:], pcm)
		s.fill += k
		pcm = pcm[k:]
		if s.fill == toneHop {
			s.take()
			copy(s.frame, s.frame[toneHop:])
			s.fill = 0
		}
	}
}

// take analyses one hop.
func (s *sounds) take() {
	latest := s.frame[toneFrame-toneHop:]
	h := hop{power: sound.Power(latest)}
	for i := range h.levels {
		h.levels[i] = max(-70, sound.DBFS(sound.Power(latest[i*toneHop/2:(i+1)*toneHop/2])))
	}
	if sound.DBFS(h.power) > quietHop {
		s.follow(s.spec.Of(s.frame), &h)
	} else {
		clear(s.tones)
	}
	if len(s.hops) == soundsFor {
		s.hops = slices.Delete(s.hops, 0, 1)
	}
	s.hops = append(s.hops, h)
}

// follow finds the peaks of a spectrum and matches them with those of the previous hop.
func (s *sounds) follow(p []float32, h *hop) {
	clear(s.next)
	var total, held, hum float64
	for k := toneLow; k < toneHigh; k++ {
		total += float64(p[k])
	}
	for k := toneLow; k < toneHigh; k++ {
		if !peak(p, k) {
			continue
		}
		t := heldTone{root: k, age: 1}
		for _, before := range s.tones[k-1 : k+2] {
			if before.age >= t.age && abs(before.root-k) <= 1 {
				t = heldTone{before.root, before.age + 1}
			}
		}
		s.next[k] = t
		if t.age >= toneHeld {
			var sum float64
			for _, x := range p[k-2 : k+3] {
				sum += float64(x)
			}
			held += sum
			if mains(k) {
				hum += sum
			}
			h.fresh = h.fresh || t.age == toneHeld && sum > total/50
		}
	}
	s.tones, s.next = s.next, s.tones
	if total > 0 {
		h.held, h.hum = min(1, held/total), min(1, hum/total)
	}
}

// peak reports whether a bin stands out from those around it.
func peak(p []float32, k int) bool {
	if p[k] < p[k-1] || p[k] <= p[k+1] || p[k] < p[k-2] || p[k] <= p[k+2] {
		return false
	}
	var around float32
	n := 0
	for i := max(1, k-12); i <= k+12; i++ {
		if i < k-3 || i > k+3 {
			around += p[i]
			n++
		}
	}
	return p[k] > 8*around/float32(n)
}

// mains reports whether a bin contains a multiple of 50 or 60 Hz.
func mains(k int) bool {
	f := float64(k) * 16000 / toneFrame
	for _, base := range []float64{50, 60} {
		if n := math.Round(f / base); n >= 1 && math.Abs(f-n*base) <= 5 {
			return true
		}
	}
	return false
}

func abs(x int) int { return max(x, -x) }

// judge returns the likelihood, 0 to 1, that the last two seconds are music and noise; both 0 if mostly quiet or too early.
func (s *sounds) judge() (music, noise float64) {
	n := 0
	var held, hum, mean float64
	var levels []float64
	fresh := false
	for _, h := range s.hops {
		levels = append(levels, h.levels[:]...)
		if sound.DBFS(h.power) > quietHop {
			n++
			held, hum = held+h.held, hum+h.hum
			fresh = fresh || h.fresh
		}
	}
	if n < soundsFor/4 {
		return 0, 0
	}
	held, hum = held/float64(n), hum/float64(n)
	for _, l := range levels {
		mean += l / float64(len(levels))
	}
	var sum float64
	for _, l := range levels {
		sum += (l - mean) * (l - mean)
	}
	steady := ramp(math.Sqrt(sum/float64(len(levels))), 7, 4)
	if steadyHum := hum > 0.7*held && !fresh && len(s.hops) == soundsFor; steadyHum {
		return 0, steady
	}
	music = ramp(held, 0.3, 0.5)
	return music, steady * (1 - music)
}

// ramp interpolates linearly from 0 at from to 1 at to, and clamps.
func ramp(x, from, to float64) float64 { return min(1, max(0, (x-from)/(to-from))) }
