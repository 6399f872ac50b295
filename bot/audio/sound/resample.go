package sound

import "math"

// The resampler's filter: a sinc with resampleZeros zero crossings on each side under a Kaiser window, which keeps aliases
// about 80 dB down, with a cutoff slightly below the lower Nyquist frequency.
const (
	resampleZeros  = 20
	resampleBeta   = 8.0
	resampleCutoff = 0.94
	// maxPhases bounds the filter table; rates without a simple ratio use the nearest phase.
	maxPhases = 2048
)

// Resampler converts mono PCM between two rates, piece by piece.
type Resampler struct {
	in, out int64 // rates divided by their greatest common divisor
	half    int64 // input samples on each side
	phases  int64
	taps    []float32 // phases x 2*half
	hist    []float32 // input from sample number first on
	first   int64
	read    int64 // samples read so far
	next    int64 // number of the next output sample
}

// NewResampler returns a resampler between two rates, both in Hz and above 0.
func NewResampler(from, to int) *Resampler {
	g := gcd(from, to)
	r := &Resampler{in: int64(from / g), out: int64(to / g)}
	scale := min(1, float64(to)/float64(from)) * resampleCutoff
	r.half = int64(math.Ceil(resampleZeros / scale))
	r.phases = min(r.out, maxPhases)
	r.taps = make([]float32, r.phases*2*r.half)
	for p := range r.phases {
		frac := float64(p) / float64(r.phases)
		row := r.taps[p*2*r.half : (p+1)*2*r.half]
		var sum float64
		for i := range row {
			x := float64(int64(i)-r.half+1) - frac
			w := kernel(x*scale, x/float64(r.half))
			row[i] = float32(w)
			sum += w
		}
		for i := range row { // unity gain at every phase
			row[i] /= float32(sum)
		}
	}
	r.first = -r.half
	r.hist = make([]float32, r.half)
	return r
}

// kernel is the windowed sinc; u is the position within the window, -1 to 1.
func kernel(x, u float64) float64 {
	if u < -1 || u > 1 {
		return 0
	}
	w := bessel0(resampleBeta*math.Sqrt(1-u*u)) / bessel0(resampleBeta)
	if x == 0 {
		return w
	}
	return w * math.Sin(math.Pi*x) / (math.Pi * x)
}

// bessel0 is the modified Bessel function of the first kind of order 0.
func bessel0(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; term > sum*1e-12; k++ {
		term *= x / 2 / k * x / 2 / k
		sum += term
	}
	return sum
}

// Push takes input and appends the output that is ready to dst.
func (r *Resampler) Push(dst, pcm []float32) []float32 {
	r.hist = append(r.hist, pcm...)
	r.read += int64(len(pcm))
	return r.run(dst, r.read-r.half)
}

// Flush appends the rest of the output, so that it is as long in time as the input, rounded up.
func (r *Resampler) Flush(dst []float32) []float32 {
	r.hist = append(r.hist, make([]float32, r.half+1)...)
	return r.run(dst, r.read)
}

// run computes the output samples whose position in the input is before limit.
func (r *Resampler) run(dst []float32, limit int64) []float32 {
	for {
		pos, rest := r.next*r.in/r.out, r.next*r.in%r.out
		if pos >= limit {
			break
		}
		p := rest * r.phases / r.out
		row := r.taps[p*2*r.half : (p+1)*2*r.half]
		src := r.hist[pos-r.half+1-r.first:]
		src = src[:len(row)]
		var sum float32
		for i, w := range row {
			sum += w * src[i]
		}
		dst = append(dst, sum)
		r.next++
	}
	if done := r.next*r.in/r.out - r.half + 1 - r.first; done > 8192 {
		r.hist = r.hist[:copy(r.hist, r.hist[done:])]
		r.first += done
	}
	return dst
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// Resample converts mono PCM between two rates, both in Hz and above 0. The caller owns the result, which is as long in time as
// the input, rounded up to a sample.
func Resample(pcm []float32, from, to int) []float32 {
	if from == to {
		return append([]float32(nil), pcm...)
	}
	r := NewResampler(from, to)
	out := make([]float32, 0, int64(len(pcm))*int64(to)/int64(from)+1)
	return r.Flush(r.Push(out, pcm))
}
