package audio

// Cutter cuts a line of PCM into segments of speech as it comes. One goroutine uses it.
type Cutter struct{ s *segmenter }

// NewCutter makes a cutter; emit gets each segment when its end is known, in order, and owns it. vad may be nil for an
// EnergyVAD; cfg may be zero for the default. The error tells settings that make no sense.
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

// Push takes sound; concealed sound was made up for what is missing.
func (c *Cutter) Push(pcm []float32, concealed bool) { c.s.push(pcm, concealed) }

// Silence takes n samples of silence; lost says that it stands for sound that is missing.
func (c *Cutter) Silence(n int64, lost bool) { c.s.silence(n, lost) }

// Flush ends what is open: no more sound will follow.
func (c *Cutter) Flush() { c.s.flush() }

// Earliest is where the next segment may start at the earliest, in samples.
func (c *Cutter) Earliest() int64 { return c.s.start }

// VoicedMS is how much has been taken for speech so far.
func (c *Cutter) VoicedMS() int64 { return c.s.stats.VoicedMS }

// Cut cuts a whole recording at 16 kHz into segments of speech. vad and cfg are those of NewCutter.
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
