package audio

// Observation is what one track sounded like over a stretch of up to a second. Times are ms from the session's start.
type Observation struct {
	StartMS, EndMS int64
	// Voiced are the stretches of speech that the voice detector found since the last observation, in order; they may lie
	// a little before StartMS, because an onset is only seen when it is over.
	Voiced []Span
	// Sound says that something was decoded in the stretch; without it what follows is zero.
	Sound bool
	// LevelDBFS is the mean level; 0 is full scale, silence has -100.
	LevelDBFS float64
	// Clipped is the share of samples at full scale, 0 to 1.
	Clipped float64
	// Music is how much the sound is made of held tones, and Noise how much it is a steady noise or a hum, 0 to 1. Both are
	// estimates over the last two seconds: see sounds.
	Music, Noise float64
}

// Span is a stretch of time in ms from the session's start.
type Span struct{ StartMS, EndMS int64 }

// observeEvery is how much sound goes into an observation: 1 s at 16 kHz.
const observeEvery = oneSecond

// fullScale is where a sample counts as clipped. Opus and resampling round the corners of what was cut off, so that the
// flat tops of a clipped sound come out scattered around full scale.
const fullScale = 0.97

// meter measures what a track sounds like. Positions are samples at 16 kHz of the current stretch of media time.
type meter struct {
	send  func(start, end int64, o Observation, voiced [][2]int64)
	sound sounds

	start   int64 // of the observation in the making
	n       int64 // samples in it
	heard   int64 // of them decoded
	clipped int64
	energy  float64
	voiced  [][2]int64
}

// push takes decoded sound that begins at a position.
func (m *meter) push(pos int64, pcm []float32) {
	for len(pcm) > 0 {
		m.begin(pos)
		k := min(int64(len(pcm)), observeEvery-m.n)
		part := pcm[:k]
		for _, x := range part {
			m.energy += float64(x * x)
			if x >= fullScale || x <= -fullScale {
				m.clipped++
			}
		}
		m.sound.push(part)
		m.n, m.heard, pos, pcm = m.n+k, m.heard+k, pos+k, pcm[k:]
		m.full()
	}
}

// silence takes n samples of silence that begin at a position. It ends the observation that is being made.
func (m *meter) silence(pos, n int64) {
	if m.n > 0 {
		m.begin(pos)
		k := min(n, observeEvery-m.n)
		m.n += k
		m.full()
	}
	if n > observeEvery/4 {
		m.sound.reset()
	}
}

// begin notes where an observation starts. Positions that do not follow each other end the one before.
func (m *meter) begin(pos int64) {
	if m.n > 0 && pos != m.start+m.n {
		m.flush()
	}
	if m.n == 0 {
		m.start = pos
	}
}

// speech notes that a stretch was voiced.
func (m *meter) speech(start, end int64) {
	if n := len(m.voiced); n > 0 && m.voiced[n-1][1] >= start {
		m.voiced[n-1][1] = max(m.voiced[n-1][1], end)
		return
	}
	m.voiced = append(m.voiced, [2]int64{start, end})
}

func (m *meter) full() {
	if m.n == observeEvery {
		m.flush()
	}
}

// flush sends what was measured.
func (m *meter) flush() {
	if m.heard == 0 && len(m.voiced) == 0 {
		m.n = 0
		return
	}
	o := Observation{Sound: m.heard > 0}
	if o.Sound {
		o.LevelDBFS = powerDBFS(m.energy / float64(m.n))
		o.Clipped = float64(m.clipped) / float64(m.heard)
		o.Music, o.Noise = m.sound.judge()
	}
	start, end, voiced := m.start, m.start+m.n, m.voiced
	if m.n == 0 {
		start, end = voiced[0][0], voiced[len(voiced)-1][1]
	}
	m.n, m.heard, m.clipped, m.energy, m.voiced = 0, 0, 0, 0, nil
	m.send(start, end, o, voiced)
}

// observed gives an observation to whoever is to have it, in session time.
func (t *Track) observed(start, end int64, o Observation, voiced [][2]int64) {
	at := func(pos int64) int64 { return max(0, ms(t.clk.session(samples16(pos)))) }
	o.StartMS, o.EndMS = at(start), at(end)
	for _, v := range voiced {
		o.Voiced = append(o.Voiced, Span{at(v[0]), at(v[1])})
	}
	t.cfg.Observe(o)
}
