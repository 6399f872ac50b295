// Package spectrum computes power spectra of short frames of PCM.
package spectrum

import (
	"math"
	"math/bits"
)

// Spectrum computes power spectra of n samples by a real FFT, computed as a complex one of half the length.
type Spectrum struct {
	// Window is the window function, initially Hann's; the owner may change it.
	Window []float32

	n     int
	twid  []complex64 // e^(-2πik/n)
	rev   []uint16
	work  []complex64
	power []float32
}

// New returns a Spectrum of n samples, a power of two.
func New(n int) *Spectrum {
	half := n / 2
	s := &Spectrum{
		n: n, Window: make([]float32, n), twid: make([]complex64, half), rev: make([]uint16, half), work: make([]complex64, half),
		power: make([]float32, half),
	}
	for i := range s.Window {
		s.Window[i] = float32(0.5 - 0.5*math.Cos(2*math.Pi*(float64(i)+0.5)/float64(n)))
	}
	for k := range s.twid {
		sin, cos := math.Sincos(-2 * math.Pi * float64(k) / float64(n))
		s.twid[k] = complex(float32(cos), float32(sin))
	}
	for i := range s.rev {
		s.rev[i] = bits.Reverse16(uint16(i)) >> (16 - bits.Len(uint(half-1)))
	}
	return s
}

// Of returns the power of each bin below the Nyquist frequency; at 16 kHz a bin is 16000/n Hz wide. The slice is reused by the
// next call.
func (s *Spectrum) Of(frame []float32) []float32 {
	half := s.n / 2
	work, window, twid := s.work[:half], s.Window[:s.n], s.twid[:half]
	for i := range half {
		work[s.rev[i]] = complex(frame[2*i]*window[2*i], frame[2*i+1]*window[2*i+1])
	}
	for size := 2; size <= half; size *= 2 {
		step := s.n / size
		for base := 0; base < half; base += size {
			for k := range size / 2 {
				a, b := work[base+k], work[base+k+size/2]*twid[k*step]
				work[base+k], work[base+k+size/2] = a+b, a-b
			}
		}
	}
	for k := range half {
		z, c := work[k], work[(half-k)%half]
		c = complex(real(c), -imag(c))
		even, odd := (z+c)*0.5, (z-c)*complex(0, -0.5)
		x := even + odd*twid[k]
		s.power[k] = real(x)*real(x) + imag(x)*imag(x)
	}
	return s.power
}
