package audio

import (
	"math"
	"math/bits"
)

// spectrum computes power spectra of VADBlock samples: a real FFT through a complex one of half the length.
type spectrum struct {
	window [VADBlock]float32
	twid   [VADBlock / 2]complex64 // e^(-2πik/VADBlock)
	rev    [VADBlock / 2]uint16
	work   [VADBlock / 2]complex64
	power  [VADBlock / 2]float32
}

func newSpectrum() *spectrum {
	s := &spectrum{}
	for i := range s.window {
		s.window[i] = float32(0.5 - 0.5*math.Cos(2*math.Pi*(float64(i)+0.5)/VADBlock))
	}
	const half = VADBlock / 2
	for k := range s.twid {
		sin, cos := math.Sincos(-2 * math.Pi * float64(k) / VADBlock)
		s.twid[k] = complex(float32(cos), float32(sin))
	}
	for i := range s.rev {
		s.rev[i] = uint16(bits.Reverse16(uint16(i)) >> (16 - bits.Len(half-1)))
	}
	return s
}

// of gives the power of each bin, 31.25 Hz wide, below the Nyquist frequency. The slice is reused by the next call.
func (s *spectrum) of(frame []float32) []float32 {
	const half = VADBlock / 2
	for i := range half {
		s.work[s.rev[i]] = complex(frame[2*i]*s.window[2*i], frame[2*i+1]*s.window[2*i+1])
	}
	for size := 2; size <= half; size *= 2 {
		step := VADBlock / size
		for base := 0; base < half; base += size {
			for k := range size / 2 {
				a, b := s.work[base+k], s.work[base+k+size/2]*s.twid[k*step]
				s.work[base+k], s.work[base+k+size/2] = a+b, a-b
			}
		}
	}
	for k := range half {
		z, c := s.work[k], s.work[(half-k)%half]
		c = complex(real(c), -imag(c))
		even, odd := (z+c)*0.5, (z-c)*complex(0, -0.5)
		x := even + odd*s.twid[k]
		s.power[k] = real(x)*real(x) + imag(x)*imag(x)
	}
	return s.power[:]
}
