package audio

// Cutter cuts a stream of PCM into segments of speech. Not safe for concurrent use.
type Cutter struct{ s *segmenter }

// NewCutter returns a Cutter; emit receives, and owns, each segment in order as soon as its end is known. A nil vad means an
// EnergyVAD, a zero cfg the default. The error lists invalid settings.
func NewCutter(cfg SegmentConfig, vad VAD, emit func(Segment)) (*Cutter, error) {
	if cfg == (SegmentConfig{}) {
		cfg = DefaultSegmentConfig()
	}
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if vad == nil {
		vad = NewEnergyVAD()
	}
	return &Cutter{newSegmenter(cfg, vad, &Stats{}, emit)}, nil
}

// OnSpeech has f called with each stretch of speech as it is detected, in order, as positions in samples.
func (c *Cutter) OnSpeech(f func(start, end int64)) { c.s.voiced = f }

// Push takes PCM; concealed PCM was synthesised in place of missing audio.
func (c *Cutter) Push(pcm []float32, concealed bool) { c.s.push(pcm, concealed) }

// Silence takes n samples of silence; lost reports that it stands for missing audio.
func (c *Cutter) Silence(n int64, lost bool) { c.s.silence(n, lost) }

// Flush ends the open segment; no more audio follows.
func (c *Cutter) Flush() { c.s.flush() }

// Earliest returns the earliest possible start of the next segment, in samples.
func (c *Cutter) Earliest() int64 { return c.s.start }

// Cut cuts a whole recording at 16 kHz into segments of speech. See NewCutter for vad and cfg.
func Cut(pcm []float32, cfg SegmentConfig, vad VAD) ([]Segment, error) {
	var out []Segment
	c, err := NewCutter(cfg, vad, func(seg Segment) { out = append(out, seg) })
	if err != nil {
		return nil, err
	}
	c.Push(pcm, false)
	c.Flush()
	return out, nil
}
