package audio

import "math"

// Settings of the energy VAD, found by trying it on speech in white, pink and brown noise and hum at 0 to 30 dB.
const (
	vadBands = 18
	// floorSpans of spanBlocks each make the stretch (about 1.8 s) whose smallest power is taken for noise. Speech
	// pauses within it in every band; a steady sound does not, and so becomes noise.
	floorSpans = 7
	spanBlocks = 8
	// warmUp blocks (1 s) must have been heard before a minimum counts: until then what is loud may be speech.
	warmUp = 32
	// quietest is the level below which nothing is speech.
	quietest = -62.0
)

// vadEdges bounds the bands, in bins of 31.25 Hz: from 125 Hz to 7 kHz, about equally wide to the ear. Mains hum lies
// below or in one or two bands.
var vadEdges = [vadBands + 1]int{4, 7, 10, 13, 16, 20, 24, 28, 33, 39, 46, 54, 64, 76, 91, 110, 135, 170, 224}

// EnergyVAD is a voice detector that needs no model: a likelihood ratio test over the bands' signal-to-noise ratios
// (Sohn, Kim, Sung: A statistical model-based voice activity detection, 1999) with noise floors that follow minimum
// statistics (Martin, 2001). It takes any sound that changes for speech, music too. It costs about 0.3 ms per second of
// audio. One goroutine uses it.
type EnergyVAD struct {
	spec    *spectrum
	noise   [vadBands]float64 // estimated noise power
	smooth  [vadBands]float64 // recursively smoothed power
	prior   [vadBands]float64 // smoothed signal-to-noise ratio
	spanMin [floorSpans][vadBands]float64
	span    int
	blocks  int
	lambda  float64
}

// NewEnergyVAD makes an energy VAD.
func NewEnergyVAD() *EnergyVAD {
	v := &EnergyVAD{spec: newSpectrum(VADBlock)}
	v.Reset()
	return v
}

// Reset forgets the noise floor: it starts again at that of a quiet room.
func (v *EnergyVAD) Reset() {
	*v = EnergyVAD{spec: v.spec}
	for b := range vadBands {
		// White noise of -58 dBFS under the window, whose mean square is 3/8.
		v.noise[b] = VADBlock * 0.375 * 1.6e-6
		for s := range v.spanMin {
			v.spanMin[s][b] = math.Inf(1)
		}
	}
}

// Speech implements VAD.
func (v *EnergyVAD) Speech(frame []float32) float32 {
	level := powerDBFS(power(frame))
	bands := v.bands(frame)
	v.trackMinimum(&bands)
	llr := v.likelihood(&bands)
	v.lambda = 0.35*v.lambda + 0.65*llr
	p := 1 / (1 + math.Exp(-4*(v.lambda-0.9)))
	if level < quietest {
		p = 0
	}
	v.adapt(&bands, p)
	return float32(p)
}

// bands is the mean power of each band.
func (v *EnergyVAD) bands(frame []float32) (out [vadBands]float64) {
	spec := v.spec.of(frame)
	for b := range vadBands {
		var sum float32
		for _, x := range spec[vadEdges[b]:vadEdges[b+1]] {
			sum += x
		}
		out[b] = float64(sum)/float64(vadEdges[b+1]-vadEdges[b]) + 1e-9
	}
	return out
}

// trackMinimum keeps the smallest smoothed power of the last spans.
func (v *EnergyVAD) trackMinimum(bands *[vadBands]float64) {
	if v.blocks%spanBlocks == 0 {
		v.span = (v.span + 1) % floorSpans
		for b := range vadBands {
			v.spanMin[v.span][b] = math.Inf(1)
		}
	}
	for b, p := range bands {
		if v.blocks == 0 {
			v.smooth[b] = p
		}
		v.smooth[b] = 0.6*v.smooth[b] + 0.4*p
		v.spanMin[v.span][b] = min(v.spanMin[v.span][b], v.smooth[b])
	}
	v.blocks++
}

// likelihood is the mean log likelihood ratio of speech against noise over the bands.
func (v *EnergyVAD) likelihood(bands *[vadBands]float64) float64 {
	var sum float64
	for b, p := range bands {
		snr := min(p/v.noise[b], 300)
		v.prior[b] = 0.5*v.prior[b] + 0.5*max(snr-1, 0)
		xi := v.prior[b]
		sum += snr*xi/(1+xi) - math.Log1p(xi)
	}
	return sum / vadBands
}

// adapt moves the noise floor: towards what is not speech, and at any time up to what the minimum proves.
func (v *EnergyVAD) adapt(bands *[vadBands]float64, speech float64) {
	known := v.blocks >= warmUp
	for b, p := range bands {
		if speech < 0.3 {
			v.noise[b] += 0.12 * (min(p, 4*v.noise[b]) - v.noise[b])
		}
		floor := math.Inf(1)
		for s := range v.spanMin {
			floor = min(floor, v.spanMin[s][b])
		}
		if known && v.noise[b] < floor {
			v.noise[b] = floor * 1.6 // a minimum of noise lies below its mean
		}
		v.noise[b] = max(v.noise[b], 1e-7)
	}
}
