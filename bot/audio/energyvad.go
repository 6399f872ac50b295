package audio

import (
	"math"

	"earshot/bot/audio/sound"
	"earshot/bot/audio/spectrum"
)

// Settings of the energy VAD, found by trying it on human and synthetic speech in white, pink and brown noise, hum and
// babble at 10 to 30 dB, and on noise that wavers by 3 to 6 dB like wind and fans.
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
	// The evidence of strongBlocks in a row says speech when its mean exceeds strong. One block counts for at most
	// strongest, less than it takes: a click has one.
	strongBlocks = 3
	strong       = 0.4
	strongest    = 1.1
	// That of weakBlocks says so when its mean exceeds weak, for speech that hardly stands out of the noise. Of steady
	// noise, one stretch in ten thousand exceeds 0.09.
	weakBlocks = 6
	weak       = 0.12
	weakest    = 0.25
	// Weak evidence needs a noise floor that is known to fit: only freshBlocks (1.5 s) after calmBlocks in a row that did
	// not exceed calm is it believed. Speech pauses that long; music seldom does.
	calm        = 0.06
	calmBlocks  = 6
	freshBlocks = 46
	// Two tones hold toneShare of the power of a signal, each in toneWidth bins on either side of its own.
	toneShare = 0.985
	toneWidth = 2
	// swell is how far the noise may rise (7 dB) in all bands alike and still be noise.
	swell = 5
)

// vadEdges bounds the bands, in bins of 31.25 Hz: from 125 Hz to 7 kHz, about equally wide to the ear. Mains hum lies
// below or in one or two bands.
var vadEdges = [vadBands + 1]int{4, 7, 10, 13, 16, 20, 24, 28, 33, 39, 46, 54, 64, 76, 91, 110, 135, 170, 224}

// EnergyVAD is a voice detector that needs no model: a likelihood ratio test over the bands' signal-to-noise ratios,
// each band's signal taken to be as strong as it is most likely (after Sohn, Kim, Sung: A statistical model-based voice
// activity detection, 1999), with noise floors that follow minimum statistics (Martin, 2001). What rises in all bands
// alike is taken for the noise itself: speech has a shape of its own. How much a block must stand out depends on how well
// the noise is known. It takes any other sound that changes for speech: music, other people's talk, some clicks, and the
// first second of noise. It costs about 0.3 ms per second of audio. One goroutine uses it.
type EnergyVAD struct {
	spec    *spectrum.Spectrum
	weights [vadBands]float64 // of the bands; their sum is 1
	above   [vadBands]float64 // how many times its minimum the mean power of noise is
	noise   [vadBands]float64 // estimated noise power
	smooth  [vadBands]float64 // recursively smoothed power
	spanMin [floorSpans][vadBands]float64
	span    int
	blocks  int
	tones   bool                // the latest block holds one or two tones and nothing else
	recent  [weakBlocks]float64 // evidence, the latest first
	calm    int                 // blocks in a row
	fresh   int                 // blocks for which weak evidence is still believed
}

// NewEnergyVAD makes an energy VAD.
func NewEnergyVAD() *EnergyVAD {
	v := &EnergyVAD{spec: spectrum.New(VADBlock)}
	taper(v.spec.Window)
	var sum float64
	for b := range v.weights {
		// A wide band is the mean of more bins and wavers less.
		bins := float64(vadEdges[b+1] - vadEdges[b])
		v.weights[b] = math.Pow(bins, 0.25)
		v.above[b] = 1 + 1.9*math.Pow(bins, -0.58) // as measured over ten minutes of white and of pink noise
		sum += v.weights[b]
	}
	for b := range v.weights {
		v.weights[b] /= sum
	}
	v.Reset()
	return v
}

// taperPower is the mean square of the taper.
const taperPower = 1 - 0.625*0.5

// taper fills in Tukey's window, flat but for a quarter at either end: it leaves more of a block to count than Hann's.
func taper(window []float32) {
	quarter := float64(len(window)) / 4
	for i := range window {
		edge := min(float64(i), float64(len(window)-1-i)) + 0.5
		window[i] = float32(0.5 - 0.5*math.Cos(math.Pi*min(1, edge/quarter)))
	}
}

// Reset forgets the noise floor: it starts again at that of a quiet room.
func (v *EnergyVAD) Reset() {
	*v = EnergyVAD{spec: v.spec, weights: v.weights, above: v.above}
	for b := range vadBands {
		v.noise[b] = VADBlock * taperPower * 1.6e-6 // white noise of -58 dBFS
		for s := range v.spanMin {
			v.spanMin[s][b] = math.Inf(1)
		}
	}
}

// Speech implements VAD.
func (v *EnergyVAD) Speech(frame []float32) float32 {
	bands := v.bands(frame)
	v.trackMinimum(&bands)
	p := 1 / (1 + math.Exp(-10*(v.evidence(v.likelihood(&bands))-1)))
	if sound.DBFS(sound.Power(frame)) < quietest || v.tones {
		p = 0
	}
	v.adapt(&bands, p)
	return float32(p)
}

// bands is the mean power of each band.
func (v *EnergyVAD) bands(frame []float32) (out [vadBands]float64) {
	spec := v.spec.Of(frame)
	v.tones = isTones(spec[vadEdges[0]:vadEdges[vadBands]])
	for b := range vadBands {
		var sum float32
		for _, x := range spec[vadEdges[b]:vadEdges[b+1]] {
			sum += x
		}
		out[b] = float64(sum)/float64(vadEdges[b+1]-vadEdges[b]) + 1e-9
	}
	return out
}

// isTones reports whether nearly all of a spectrum's power lies in one or two tones: those of telephones, and beeps. A voice
// has more harmonics than that.
func isTones(spec []float32) bool {
	var sum float32
	best := 0
	for i, x := range spec {
		sum += x
		if x > spec[best] {
			best = i
		}
	}
	around := func(peak int) (s float32) {
		for _, x := range spec[max(0, peak-toneWidth):min(len(spec), peak+toneWidth+1)] {
			s += x
		}
		return s
	}
	second := -1
	for i, x := range spec {
		if (i < best-2*toneWidth || i > best+2*toneWidth) && (second < 0 || x > spec[second]) {
			second = i
		}
	}
	return around(best)+around(second) > toneShare*sum
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

// likelihood is the weighted mean over the bands of the log likelihood ratio of speech against noise, each band's speech
// being as loud as makes it most likely. The noise is as loud as the median band says, up to the swell.
func (v *EnergyVAD) likelihood(bands *[vadBands]float64) (sum float64) {
	var snr, sorted [vadBands]float64
	for b, p := range bands {
		snr[b] = p / v.noise[b]
		i := b
		for ; i > 0 && sorted[i-1] > snr[b]; i-- {
			sorted[i] = sorted[i-1]
		}
		sorted[i] = snr[b]
	}
	louder := min(swell, max(1, sorted[vadBands/2]))
	for b, x := range snr {
		if x /= louder; x > 1 {
			sum += v.weights[b] * (x - 1 - math.Log(x))
		}
	}
	return sum
}

// evidence is how much speaks for speech in the latest blocks: 1 leaves it open.
func (v *EnergyVAD) evidence(latest float64) float64 {
	copy(v.recent[1:], v.recent[:])
	v.recent[0] = latest
	var sure, faint float64
	for i, e := range v.recent {
		if i < strongBlocks {
			sure += min(e, strongest) / strongBlocks
		}
		faint += min(e, weakest) / weakBlocks
	}
	if faint > calm {
		v.calm = 0
	} else if v.calm++; v.calm >= calmBlocks {
		v.fresh = freshBlocks
	}
	if v.fresh--; v.fresh < 0 {
		return sure / strong
	}
	return max(sure/strong, faint/weak)
}

// adapt moves the noise floor: towards what is not speech, and at any time up to what the minimum proves.
func (v *EnergyVAD) adapt(bands *[vadBands]float64, speech float64) {
	known := v.blocks >= warmUp
	for b, p := range bands {
		if speech < 0.5 {
			v.noise[b] += 0.12 * (min(p, 4*v.noise[b]) - v.noise[b])
		}
		floor := math.Inf(1)
		for s := range v.spanMin {
			floor = min(floor, v.spanMin[s][b])
		}
		if known && v.noise[b] < floor || v.blocks == warmUp {
			v.noise[b] = max(v.noise[b], floor*v.above[b])
		}
		v.noise[b] = max(v.noise[b], 1e-7)
	}
}
