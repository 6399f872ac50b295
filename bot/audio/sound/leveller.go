package sound

import (
	"math"
	"slices"
)

// Leveller brings a recording that is far too quiet, or scaled beyond full scale, to a level at which speech can be detected.
// Audio of a normal level passes unchanged. It looks a few seconds ahead, so that its output lags its input. The zero value is
// ready to use; it is not safe for concurrent use.
type Leveller struct {
	waiting []float32
	levels  []secondLevel // of the last seconds released, then of those waiting
	behind  int
	gain    float64 // dB
	spans   []gainSpan
	given   int64
	out     []float32
}

// secondLevel holds the levels of a second's loudest and softest blocks, in dBFS.
type secondLevel struct{ loud, soft float64 }

// gainSpan is the gain from a position on.
type gainSpan struct {
	from int64
	gain float64
}

const (
	levelBlock  = 512             // 32 ms at 16 kHz
	levelSecond = 31 * levelBlock // about 1 s, in whole blocks
	levelAhead  = 3               // seconds
	levelBehind = 30              // seconds
	// A stretch whose loudest blocks are below tooQuiet is raised to quietGoal, but by at most mostGain and not so far that its
	// softest blocks exceed levelFloor, below which EnergyVAD detects no speech.
	tooQuiet, quietGoal, levelFloor, mostGain = -48.0, -30.0, -64.0, 60.0
	// Above tooLoud the file is one of floats that holds integers.
	tooLoud, loudGoal = 6.0, -20.0
)

// Push takes samples and returns those that are ready, valid until the next call.
func (l *Leveller) Push(pcm []float32) []float32 {
	l.out = l.out[:0]
	l.waiting = append(l.waiting, pcm...)
	for n := l.measured() * levelSecond; n+levelSecond <= len(l.waiting); n += levelSecond {
		l.levels = append(l.levels, levelOf(l.waiting[n:n+levelSecond]))
	}
	for l.measured() > levelAhead {
		l.release(levelSecond)
	}
	return l.out
}

// Flush returns the rest. Audio that follows is measured afresh.
func (l *Leveller) Flush() []float32 {
	l.out = l.out[:0]
	if n := l.measured() * levelSecond; n < len(l.waiting) {
		l.levels = append(l.levels, levelOf(l.waiting[n:]))
	}
	for len(l.waiting) > 0 {
		l.release(min(levelSecond, len(l.waiting)))
	}
	l.levels, l.behind = l.levels[:0], 0
	return l.out
}

// Skip advances the position over n samples of silence.
func (l *Leveller) Skip(n int64) { l.given += n }

// Gain returns the gain applied at a position of the output, in dB. Only the last changes are remembered.
func (l *Leveller) Gain(at int64) float64 {
	gain := 0.0
	for _, s := range l.spans {
		if s.from > at {
			break
		}
		gain = s.gain
	}
	return gain
}

// measured returns how many of the waiting seconds have been measured.
func (l *Leveller) measured() int { return len(l.levels) - l.behind }

// levelOf measures a second. It takes the third loudest block, since two may be a click.
func levelOf(pcm []float32) secondLevel {
	var blocks []float64
	for len(pcm) > 0 {
		n := min(levelBlock, len(pcm))
		blocks = append(blocks, DBFS(Power(pcm[:n])))
		pcm = pcm[n:]
	}
	slices.Sort(blocks)
	return secondLevel{loud: blocks[max(0, len(blocks)-3)], soft: blocks[0]}
}

// release outputs the next n samples, with a gain according to the seconds around them.
func (l *Leveller) release(n int) {
	from, to := l.gain, l.wanted()
	if l.behind == 0 {
		from = to
	}
	pcm := l.waiting[:n]
	if from == 0 && to == 0 {
		l.out = append(l.out, pcm...)
	} else {
		for i, x := range pcm {
			db := from + (to-from)*float64(i)/float64(n)
			l.out = append(l.out, x*float32(math.Pow(10, db/20)))
		}
	}
	if last := len(l.spans) - 1; last < 0 && to != 0 || last >= 0 && l.spans[last].gain != to {
		l.spans = append(l.spans, gainSpan{l.given, to})
		if len(l.spans) > 120 {
			l.spans = slices.Delete(l.spans, 0, 60)
		}
	}
	l.gain = to
	l.given += int64(n)
	l.waiting = l.waiting[:copy(l.waiting, l.waiting[n:])]
	if l.behind++; l.behind > levelBehind {
		l.levels = slices.Delete(l.levels, 0, l.behind-levelBehind)
		l.behind = levelBehind
	}
}

// wanted returns the gain for the next second, in dB.
func (l *Leveller) wanted() float64 {
	loud, soft := float64(SilenceDBFS), math.Inf(1)
	for _, s := range l.levels {
		loud, soft = max(loud, s.loud), min(soft, s.soft)
	}
	switch {
	case loud > tooLoud:
		return loudGoal - loud
	case loud > tooQuiet || loud <= SilenceDBFS:
		return 0
	}
	return max(0, min(quietGoal-loud, levelFloor-soft, mostGain))
}
