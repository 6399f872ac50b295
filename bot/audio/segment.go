package audio

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"earshot/bot/audio/sound"
)

// Segment is a segment of speech.
type Segment struct {
	// Start and End are positions in samples at 16 kHz; End-Start is len(PCM).
	Start, End int64
	// PCM is a copy that the receiver owns.
	PCM []float32
	// VoicedMS is the duration of speech in it; ConcealedMS that of concealment and of silence in place of lost packets.
	VoicedMS, ConcealedMS int64
	// LevelDBFS is the mean level of the voiced part.
	LevelDBFS float64
	// Forced reports that it was cut for its length.
	Forced bool
}

// block is the analysis of one VAD block.
type block struct {
	prob      float32
	power     float64
	concealed int32 // samples
	voiced    bool
}

// segmenter cuts a stream of PCM into segments. It buffers the pre-roll while nobody speaks, and the open segment otherwise.
type segmenter struct {
	cfg   SegmentConfig
	vad   VAD
	emit  func(Segment)
	stats *Stats
	// voiced, if set, receives the positions of each block of speech once, in order.
	voiced func(start, end int64)

	pcm       []float32 // from position start: whole blocks, then the samples of the next
	blocks    []block
	start     int64
	concealed int32 // samples of the next block that were concealed
	sound     bool  // the next block is not all silence

	open      bool
	last      int  // index of the last voiced block
	continued bool // the open segment follows a forced cut
}

func newSegmenter(cfg SegmentConfig, vad VAD, stats *Stats, emit func(Segment)) *segmenter {
	return &segmenter{cfg: cfg, vad: vad, emit: emit, stats: stats}
}

// end is the position after the last sample taken.
func (s *segmenter) end() int64 { return s.start + int64(len(s.pcm)) }

// push takes PCM.
func (s *segmenter) push(pcm []float32, concealed bool) {
	for len(pcm) > 0 {
		n := min(len(pcm), VADBlock-(len(s.pcm)-len(s.blocks)*VADBlock))
		s.pcm = append(s.pcm, pcm[:n]...)
		s.sound = true
		if concealed {
			s.concealed += int32(n)
		}
		pcm = pcm[n:]
		if len(s.pcm) == (len(s.blocks)+1)*VADBlock {
			s.judge(false)
		}
	}
}

// zeros is silence to append from.
var zeros [VADBlock]float32

// silence takes n samples of silence, for which the VAD is mostly not needed. A long silence costs nothing once no segment is
// open.
func (s *segmenter) silence(n int64, lost bool) {
	for n > 0 && (s.open || s.mixed() || n <= int64(s.cfg.PreRollMS)*16) {
		room := int64(VADBlock - (len(s.pcm) - len(s.blocks)*VADBlock))
		k := min(n, room)
		s.pcm = append(s.pcm, zeros[:k]...)
		if lost {
			s.concealed += int32(k)
		}
		n -= k
		if k == room {
			s.judge(!s.sound)
		}
	}
	if n > 0 {
		s.jump(n)
	}
}

// mixed reports whether the next block has begun.
func (s *segmenter) mixed() bool { return len(s.pcm) > len(s.blocks)*VADBlock }

// jump advances over silence and drops the pre-roll, which would be silence.
func (s *segmenter) jump(n int64) {
	s.start = s.end() + n
	s.forget()
	if cap(s.pcm) > 2*oneSecond {
		s.pcm = nil // frees the memory of a long segment
	}
}

// oneSecond is a second of PCM.
const oneSecond = 16000

// judge analyses the block that is now full; a silent one does not need the VAD.
func (s *segmenter) judge(silent bool) {
	i := len(s.blocks)
	b := block{concealed: s.concealed}
	s.concealed, s.sound = 0, false
	if !silent {
		frame := s.pcm[i*VADBlock:]
		b.power = sound.Power(frame)
		b.prob = s.vad.Speech(frame)
	}
	s.blocks = append(s.blocks, b)
	if s.open {
		s.goOn()
	} else {
		s.await()
	}
}

// await detects an onset: two of the last three blocks are speech.
func (s *segmenter) await() {
	n := len(s.blocks)
	first, votes := n, 0
	for i := max(0, n-3); i < n; i++ {
		if s.blocks[i].prob >= s.cfg.Onset {
			first = min(first, i)
			votes++
		}
	}
	if votes < 2 {
		if keep := blocksOf(s.cfg.PreRollMS) + 3; n > 2*keep+16 {
			s.drop(n - keep)
		}
		return
	}
	s.drop(max(0, first-blocksOf(s.cfg.PreRollMS)))
	s.open, s.continued = true, false
	for i := range s.blocks {
		s.mark(i)
	}
}

// mark counts a block of the open segment as voiced if it is.
func (s *segmenter) mark(i int) {
	if s.blocks[i].prob >= s.cfg.Offset {
		s.blocks[i].voiced = true
		s.last = i
		s.stats.VoicedMS += vadBlockMS
		if at := s.start + int64(i)*VADBlock; s.voiced != nil {
			s.voiced(at, at+VADBlock)
		}
	}
}

// goOn ends the open segment if its speech has ended or it is too long.
func (s *segmenter) goOn() {
	n := len(s.blocks)
	s.mark(n - 1)
	switch {
	case n-1-s.last >= blocksOf(s.cfg.EndSilenceMS):
		s.close(min(n, s.last+1+blocksOf(s.cfg.PostRollMS)))
	case (n+1)*vadBlockMS > s.cfg.MaxMS:
		s.cut()
	}
}

// cut ends the open segment at the quietest place near its end; the rest begins the next one.
func (s *segmenter) cut() {
	n := len(s.blocks)
	best, at := math.Inf(1), n
	for i := max(1, n-blocksOf(s.cfg.CutWindowMS)); i < n; i++ {
		if p := s.blocks[i-1].power + s.blocks[i].power; p <= best {
			best, at = p, i
		}
	}
	s.release(at*VADBlock, at, true)
	s.continued = true
	s.last = -1
	for i, b := range s.blocks {
		if b.voiced {
			s.last = i
		}
	}
	if s.last < 0 { // the rest is a pause
		s.open = false
	}
}

// close ends the open segment after the first n blocks; the rest may be the next one's pre-roll.
func (s *segmenter) close(n int) {
	s.release(n*VADBlock, n, false)
	s.open = false
}

// flush ends the open segment because no more audio follows, or not for a while.
func (s *segmenter) flush() {
	if s.mixed() {
		s.judgeRest()
	}
	if s.open {
		n := min(len(s.blocks), s.last+1+blocksOf(s.cfg.PostRollMS))
		s.release(min(len(s.pcm), n*VADBlock), n, false)
		s.open = false
	}
	if len(s.pcm) != len(s.blocks)*VADBlock { // an incomplete last block can't be continued
		s.start = s.end()
		s.forget()
	}
}

// forget drops all audio; the caller sets the position.
func (s *segmenter) forget() {
	s.pcm, s.blocks, s.concealed, s.sound = s.pcm[:0], s.blocks[:0], 0, false
}

// judgeRest analyses the incomplete block as if silence followed.
func (s *segmenter) judgeRest() {
	rest := s.pcm[len(s.blocks)*VADBlock:]
	var frame [VADBlock]float32
	copy(frame[:], rest)
	s.blocks = append(s.blocks, block{prob: s.vad.Speech(frame[:]), power: sound.Power(rest), concealed: s.concealed})
	s.concealed, s.sound = 0, false
	if s.open {
		s.mark(len(s.blocks) - 1)
		return
	}
	s.await()
}

// release emits the first n blocks, which have the given number of samples, if they contain enough speech, and drops them.
func (s *segmenter) release(samples, n int, forced bool) {
	seg := Segment{Start: s.start, End: s.start + int64(samples), Forced: forced}
	seg.VoicedMS, seg.ConcealedMS, seg.LevelDBFS = measure(s.blocks[:n])
	// The rest after a forced cut may be the end of a word: it is kept even if short.
	if keep := seg.VoicedMS >= int64(s.cfg.MinVoicedMS) || s.continued && seg.VoicedMS > 0; keep {
		seg.PCM = slices.Clone(s.pcm[:samples])
		s.emit(seg)
	} else {
		s.stats.Discarded++
		s.stats.DiscardedMS += int64(samples) / 16
	}
	s.drop(n)
}

// drop drops the first n blocks.
func (s *segmenter) drop(n int) {
	k := min(n*VADBlock, len(s.pcm))
	s.start += int64(k)
	s.pcm = s.pcm[:copy(s.pcm, s.pcm[k:])]
	s.blocks = s.blocks[:copy(s.blocks, s.blocks[n:])]
}

// trailing returns the silence after the last speech of the open segment, in ms.
func (s *segmenter) trailing() int64 {
	return (int64(len(s.pcm)) - int64(s.last+1)*VADBlock) / 16
}

// SegmentConfig controls how speech is cut into clips. Times are in ms and rounded to VAD blocks of 32 ms. The zero value means
// the default.
type SegmentConfig struct {
	// Onset and Offset are the VAD probabilities at which speech begins and below which it ends.
	Onset, Offset float32
	// PreRollMS is the audio kept before the onset, PostRollMS that after the last speech.
	PreRollMS, PostRollMS int
	// EndSilenceMS of silence end a clip.
	EndSilenceMS int
	// MinVoicedMS is the minimum of speech in a clip; shorter bursts are discarded as clicks, and counted.
	MinVoicedMS int
	// MaxMS is the maximum length of a clip. A longer one is cut at the quietest place of its last CutWindowMS.
	MaxMS, CutWindowMS int
}

// DefaultSegmentConfig returns the default settings.
func DefaultSegmentConfig() SegmentConfig {
	return SegmentConfig{
		Onset: 0.5, Offset: 0.35,
		PreRollMS: 250, PostRollMS: 300, EndSilenceMS: 500, MinVoicedMS: 90,
		MaxMS: 14000, CutWindowMS: 4000,
	}
}

// Validate returns an error for every invalid setting, joined.
func (c SegmentConfig) Validate() error {
	var errs []error
	within := func(what string, v, lo, hi int) {
		if v < lo || v > hi {
			errs = append(errs, fmt.Errorf("segment: %s is %d ms, want %d to %d", what, v, lo, hi))
		}
	}
	within("pre-roll", c.PreRollMS, 0, 2000)
	within("end silence", c.EndSilenceMS, 100, 5000)
	within("post-roll", c.PostRollMS, 0, max(0, c.EndSilenceMS))
	within("minimum of speech", c.MinVoicedMS, 0, 2000)
	within("longest clip", c.MaxMS, 2000, maxClipMS-1000)
	within("cut window", c.CutWindowMS, 200, max(200, c.MaxMS/2))
	if !(c.Onset > 0 && c.Onset < 1) {
		errs = append(errs, fmt.Errorf("segment: onset probability is %g, want between 0 and 1", c.Onset))
	}
	if !(c.Offset > 0 && c.Offset <= c.Onset) {
		errs = append(errs, fmt.Errorf("segment: offset probability is %g, want above 0 and at most the onset's %g", c.Offset, c.Onset))
	}
	return errors.Join(errs...)
}

// blocksOf converts ms to VAD blocks, rounded up.
func blocksOf(ms int) int { return (ms + vadBlockMS - 1) / vadBlockMS }
