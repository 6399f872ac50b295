package audio

import (
	"math"
	"slices"

	"earshot/bot/audio/sound"
	"earshot/bot/audio/spectrum"
)

// Settings of the energy VAD, tuned on human and synthetic speech in white, pink and brown noise, hum and babble at 10 to
// 30 dB, and on noise that fluctuates by 3 to 6 dB like wind and fans.
const (
	vadBands = 18
	// floorSpans of spanBlocks blocks each are the window (about 1.8 s) whose minimum power counts as noise. Speech pauses
	// within it in every band; a steady sound does not, and so becomes noise.
	floorSpans = 7
	spanBlocks = 8
	// warmUp is the number of blocks (1 s) before the minimum counts: until then it may be speech.
	warmUp = 32
	// quietest is the level in dBFS below which nothing is speech.
	quietest = -62.0
	// strongBlocks consecutive blocks are speech when their mean evidence exceeds strong. A single block counts for at most
	// strongest, which is not enough: a click has one.
	strongBlocks = 3
	strong       = 0.4
	strongest    = 1.1
	// weakBlocks are speech when their mean exceeds weak, for speech that hardly stands out from the noise. In steady noise
	// one window in ten thousand exceeds 0.09.
	weakBlocks = 6
	weak       = 0.12
	weakest    = 0.25
	// Weak evidence needs a reliable noise floor: it counts only within freshBlocks (1.5 s) after calmBlocks consecutive
	// blocks that did not exceed calm. Speech has pauses of that length; music seldom does.
	calm        = 0.06
	calmBlocks  = 6
	freshBlocks = 46
	// A block is tones when two peaks, each with toneWidth bins on either side, hold toneShare of its power.
	toneShare = 0.985
	toneWidth = 2
	// swell is the factor (7 dB) by which all bands may rise together and still be noise.
	swell = 5
)

// vadEdges are the bounds of the bands in bins of 31.25 Hz: from 125 Hz to 7 kHz, of about equal perceptual width. Mains hum is
// below them or in one or two bands.
var vadEdges = [vadBands + 1]int{4, 7, 10, 13, 16, 20, 24, 28, 33, 39, 46, 54, 64, 76, 91, 110, 135, 170, 224}

// EnergyVAD is a voice detector that needs no model: a likelihood ratio test over the bands' signal-to-noise ratios with the
// maximum likelihood estimate of each band's speech power (after Sohn, Kim, Sung: A statistical model-based voice activity
// detection, 1999), and noise floors by minimum statistics (Martin, 2001). A rise of all bands together counts as noise, since
// speech has a spectral shape. The threshold depends on how reliable the noise floor is. It mistakes other varying sounds for
// speech: music, other people's talk, some clicks, and the first second of noise. It costs about 0.3 ms per second of audio.
// Not safe for concurrent use.
type EnergyVAD struct {
	spec    *spectrum.Spectrum
	weights [vadBands]float64 // of the bands; their sum is 1
	above   [vadBands]float64 // ratio of the mean power of noise to its minimum
	noise   [vadBands]float64 // estimated noise power
	smooth  [vadBands]float64 // recursively smoothed power
	spanMin [floorSpans][vadBands]float64
	span    int
	blocks  int
	tones   bool                // the latest block is one or two tones and nothing else
	recent  [weakBlocks]float64 // evidence, latest first
	calm    int                 // consecutive calm blocks
	fresh   int                 // blocks for which weak evidence still counts
}

// NewEnergyVAD returns an EnergyVAD.
func NewEnergyVAD() *EnergyVAD {
	v := &EnergyVAD{spec: spectrum.New(VADBlock)}
	taper(v.spec.Window)
	var sum float64
	for b := range v.weights {
		// A wide band averages more bins and fluctuates less.
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

// taper fills in a Tukey window with a quarter of taper at either end, which uses more of a block than Hann's.
func taper(window []float32) {
	quarter := float64(len(window)) / 4
	for i := range window {
		edge := min(float64(i), float64(len(window)-1-i)) + 0.5
		window[i] = float32(0.5 - 0.5*math.Cos(math.Pi*min(1, edge/quarter)))
	}
}

// Reset resets the noise floor to that of a quiet room.
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

// bands returns the mean power of each band.
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

// isTones reports whether nearly all of a spectrum's power is in one or two tones, as in telephone signals and beeps. A voice
// has more harmonics.
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

// trackMinimum updates the minimum of the smoothed power over the last spans.
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

// likelihood returns the weighted mean over the bands of the log likelihood ratio of speech to noise. The noise floor is raised
// to the median band's power, by at most swell.
func (v *EnergyVAD) likelihood(bands *[vadBands]float64) (sum float64) {
	var snr [vadBands]float64
	for b, p := range bands {
		snr[b] = p / v.noise[b]
	}
	sorted := snr
	slices.Sort(sorted[:])
	louder := min(swell, max(1, sorted[vadBands/2]))
	for b, x := range snr {
		if x /= louder; x > 1 {
			sum += v.weights[b] * (x - 1 - math.Log(x))
		}
	}
	return sum
}

// evidence returns the evidence for speech in the latest blocks; 1 is undecided.
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

// adapt updates the noise floor: towards blocks that are not speech, and always up to the level that the minimum implies.
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
