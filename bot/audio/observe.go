package audio

import (
	"earshot/bot/audio/sound"
	"earshot/models"
)

// observeEvery is the length of an observation: 1 s at 16 kHz.
const observeEvery = oneSecond

// fullScale is the amplitude from which a sample counts as clipped. Opus and resampling smooth the flat tops of a clipped
// signal, which end up scattered around full scale.
const fullScale = 0.97

// meter measures a track's audio. Positions are in samples at 16 kHz of the current continuous media time.
type meter struct {
	send  func(start, end int64, s *models.Sound, voiced [][2]int64)
	sound sounds

	start   int64 // of the current observation
	n       int64 // samples in it
	heard   int64 // of them decoded
	clipped int64
	energy  float64
	voiced  [][2]int64
}

// push takes decoded PCM that begins at a position.
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

// silence takes n samples of silence that begin at a position, which count only towards an observation that has begun.
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

// begin records the start of an observation. A discontinuity ends the previous one.
func (m *meter) begin(pos int64) {
	if m.n > 0 && pos != m.start+m.n {
		m.flush()
	}
	if m.n == 0 {
		m.start = pos
	}
}

// speech records voiced audio.
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

// flush sends the observation.
func (m *meter) flush() {
	if m.heard == 0 && len(m.voiced) == 0 {
		m.n = 0
		return
	}
	var s *models.Sound
	if m.heard > 0 {
		s = &models.Sound{LevelDBFS: sound.DBFS(m.energy / float64(m.n)), Clipped: float64(m.clipped) / float64(m.heard)}
		s.Music, s.Noise = m.sound.judge()
	}
	start, end, voiced := m.start, m.start+m.n, m.voiced
	if m.n == 0 {
		start, end = voiced[0][0], voiced[len(voiced)-1][1]
	}
	m.n, m.heard, m.clipped, m.energy, m.voiced = 0, 0, 0, 0, nil
	m.send(start, end, s, voiced)
}

// SoundMeter analyses a recording's sound as a live track's is. Its positions count from the first sample. Not safe for concurrent use.
type SoundMeter struct {
	meter meter
	pos   int64
}

// NewSoundMeter returns a SoundMeter; send receives the analysis of each second that is not silent, in ms from the first sample.
func NewSoundMeter(send func(models.Sound)) *SoundMeter {
	return &SoundMeter{meter: meter{send: func(start, end int64, s *models.Sound, _ [][2]int64) {
		if s.Span = (models.Span{StartMS: start / 16, EndMS: end / 16}); s.LevelDBFS > sound.SilenceDBFS {
			send(*s)
		}
	}}}
}

// Push takes PCM at 16 kHz.
func (m *SoundMeter) Push(pcm []float32) {
	m.meter.push(m.pos, pcm)
	m.pos += int64(len(pcm))
}

// Silence takes n samples of silence.
func (m *SoundMeter) Silence(n int64) {
	m.meter.silence(m.pos, n)
	m.pos += n
}

// Flush sends the analysis of what is left; no more sound follows.
func (m *SoundMeter) Flush() { m.meter.flush() }

// observed reports an observation in session time.
func (t *Track) observed(start, end int64, s *models.Sound, voiced [][2]int64) {
	at := func(pos int64) int64 { return max(0, ms(t.clk.session(samples16(pos)))) }
	o := models.Observation{AtMS: at(end), Sound: s}
	if s != nil {
		s.Span = models.Span{StartMS: at(start), EndMS: at(end)}
	}
	for _, v := range voiced {
		o.Voiced = append(o.Voiced, models.Span{StartMS: at(v[0]), EndMS: at(v[1])})
	}
	t.cfg.Observe(o)
}
