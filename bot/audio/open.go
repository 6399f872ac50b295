package audio

import (
	"slices"
	"time"

	"earshot/bot/audio/sound"
	"earshot/models"
)

// Open returns the number of the next clip, and the length in ms so far of the segment that is being spoken. The length is 0
// while nobody speaks, during a pause that may end the segment, and while it has too little speech for a clip. It is cheap.
func (t *Track) Open() (seq int, ms int64) {
	s := t.seg
	if !s.open || s.trailing() > previewPauseMS || s.voicedMS() < int64(max(previewVoicedMS, s.cfg.MinVoicedMS)) {
		return t.nextSeq, 0
	}
	return t.nextSeq, int64(len(s.blocks)) * vadBlockMS
}

// Held returns the session time from which on audio has not been passed to the sink: that of the open segment, of a loss not
// yet reported, and of what may be the beginning of a word. It may be called after another method has panicked.
func (t *Track) Held(now time.Duration) time.Duration {
	from := now - wordOnset
	if t.seg.open {
		from = min(from, t.clk.session(samples16(t.seg.start)))
	}
	if t.loss.lost > 0 {
		from = min(from, t.clk.session(samples16(t.loss.start)))
	}
	return max(0, from)
}

// wordOnset is how long a word may last before it opens a segment, including the reorder window.
const wordOnset = 300 * time.Millisecond

const (
	// previewPauseMS is the pause after which the clip itself is about to follow.
	previewPauseMS = 200
	// previewVoicedMS is the minimum of speech for a preview: about one word.
	previewVoicedMS = 400
)

// Snapshot returns the open segment so far as a clip without Opus. The PCM is a copy that the caller owns. It returns false if
// Open returns a length of 0.
func (t *Track) Snapshot() (models.Clip, bool) {
	seq, length := t.Open()
	if length == 0 {
		return models.Clip{}, false
	}
	s := t.seg
	c := t.newClip(Segment{Start: s.start})
	c.Key.Seq = seq
	c.EndMS = c.StartMS + length
	c.PCM = slices.Clone(s.pcm[:len(s.blocks)*VADBlock])
	c.VoicedMS, c.ConcealedMS, c.LevelDBFS = measure(s.blocks)
	return c, true
}

// voicedMS returns the duration of speech in the open segment.
func (s *segmenter) voicedMS() int64 {
	voiced, _, _ := measure(s.blocks)
	return voiced
}

// measure returns the speech and the concealed audio of blocks in ms, and the level of the speech in dBFS.
func measure(blocks []block) (voicedMS, concealedMS int64, level float64) {
	var voiced, concealed int64
	var sum float64
	for _, b := range blocks {
		concealed += int64(b.concealed)
		if b.voiced {
			voiced++
			sum += b.power
		}
	}
	level = sound.SilenceDBFS
	if voiced > 0 {
		level = sound.DBFS(sum / float64(voiced))
	}
	return voiced * vadBlockMS, concealed / 16, level
}
