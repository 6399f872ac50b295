package audio

import (
	"slices"
	"time"

	"earshot/bot/audio/sound"
	"earshot/models"
)

// Open tells of the stretch that is being spoken now: the number its clip will have, and its length so far in ms. ms is 0
// when nobody speaks, during a pause that may be its end, and while it holds too little speech to become a clip. It is
// cheap, and called by the goroutine that owns the track.
func (t *Track) Open() (seq int, ms int64) {
	s := t.seg
	if !s.open || s.trailing() > previewPauseMS || s.voicedMS() < int64(max(previewVoicedMS, s.cfg.MinVoicedMS)) {
		return t.nextSeq, 0
	}
	return t.nextSeq, int64(len(s.blocks)) * vadBlockMS
}

// Held is since when, in session time, there is sound of which the sink has got nothing yet: the open stretch, losses that are
// still gathered, and what may be the beginning of a word. It may be asked when a call of the track has panicked.
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

// wordOnset is how long a word may have lasted before it opens a stretch, packets that wait for others included.
const wordOnset = 300 * time.Millisecond

const (
	// previewPauseMS: after so long a pause the clip itself is near.
	previewPauseMS = 200
	// previewVoicedMS is the least speech that is worth a look: about one word.
	previewVoicedMS = 400
)

// Snapshot is the open stretch so far, as the clip that it would be now, without Opus. The PCM is a copy that the caller
// owns. False when Open tells of none.
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

// voicedMS is the speech in the open stretch.
func (s *segmenter) voicedMS() int64 {
	voiced, _, _ := measure(s.blocks)
	return voiced
}

// measure sums up blocks: speech and concealed sound in ms, and the level of the speech in dBFS.
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
