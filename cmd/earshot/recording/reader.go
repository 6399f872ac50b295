package recording

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"earshot/bot/audio"
	"earshot/bot/audio/sound"
	"earshot/models"
)

const (
	// shortSilence is passed on as audio; longer silence is skipped. In samples at 16 kHz: 2 s.
	shortSilence = 2 * models.SampleRate
	// gapsApart are reported separately; losses closer together form one gap. In samples: 2 s.
	gapsApart = 2 * models.SampleRate
)

// reader reads a recording and cuts it into stretches. It belongs to one goroutine.
type reader struct {
	source  *Source
	options Options
	track   string
	mix     sound.Mixer
	lanes   []*lane
	pos     int64   // samples read
	pending []*item // found but held back: something earlier may still come
	seq     int
	lost    [][2]int64 // the latest missing stretches, in samples
	open    int64      // where the current gap begins, -1 if there is none
	gap     models.Gap
	report  Report
}

// lane processes the audio of one speaker, or of all channels together.
type lane struct {
	level   sound.Leveller
	cutter  *audio.Cutter
	vad     audio.VAD
	watch   *observer
	speaker string
	zeros   []float32
}

// run reads to the end, sending items to order and to work.
func (r *reader) run(ctx context.Context, order, work chan<- *item) error {
	for {
		p, err := r.source.Next()
		last := errors.Is(err, io.EOF)
		if err != nil && !last {
			err = fmt.Errorf("%s %w, but up to %s: %w", r.source.Name, errRead, clock(r.pos), err)
			p, last = sound.Piece{}, true
		} else {
			err = nil
		}
		if err := r.take(p, last); err != nil {
			return err
		}
		if err := send(ctx, r.due(last), order, work); err != nil {
			return err
		}
		if last {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// send sends items to order, and those to be decoded to work.
func send(ctx context.Context, items []*item, order, work chan<- *item) error {
	for _, it := range items {
		select {
		case order <- it:
		case <-ctx.Done():
			return ctx.Err()
		}
		if it.gap != nil {
			continue
		}
		select {
		case work <- it:
		case <-ctx.Done():
			it.done <- ctx.Err()
			return ctx.Err()
		}
	}
	return nil
}

// clock is a position in the recording.
func clock(pos int64) string {
	s := pos / models.SampleRate
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// take processes a piece; after the last one, open stretches end.
func (r *reader) take(p sound.Piece, last bool) error {
	if p.Lost {
		r.lose(p.Samples())
	}
	if r.open >= 0 && (last || r.pos > r.gapEnd()+gapsApart) {
		r.closeGap()
	}
	channels := p.PCM
	if len(channels) > 0 {
		r.measure(channels)
		if !r.options.Channels {
			channels = [][]float32{r.mix.Mix(channels)}
		}
	}
	if err := r.widen(max(1, len(channels))); err != nil {
		return err
	}
	for i, l := range r.lanes {
		switch {
		case last:
			l.hear(l.level.Flush())
			l.cutter.Flush()
			l.watch.end()
		case i < len(channels):
			l.hear(l.level.Push(channels[i]))
		default:
			l.silence(p.Samples())
		}
	}
	r.pos += p.Samples()
	r.report.LengthMS = r.pos / 16
	r.options.Progress.read.Store(r.pos)
	return nil
}

// hear passes audio at a level for speech.
func (l *lane) hear(pcm []float32) {
	l.watch.push(pcm)
	l.cutter.Push(pcm, false)
}

// silence advances the time without audio.
func (l *lane) silence(n int64) {
	if n <= shortSilence {
		l.zeros = append(l.zeros[:0], make([]float32, n)...)
		l.hear(l.level.Push(l.zeros))
		return
	}
	l.hear(l.level.Flush())
	l.skip(n)
	l.vad.Reset()
}

// skip passes over time without sound.
func (l *lane) skip(n int64) {
	l.watch.silence(n)
	l.cutter.Silence(n, false)
	l.level.Skip(n)
}

// widen adds the lanes that are missing.
func (r *reader) widen(n int) error {
	for len(r.lanes) < n {
		l := &lane{vad: r.options.VAD()}
		if r.options.Channels {
			l.speaker = fmt.Sprintf("Channel %d", len(r.lanes)+1)
		}
		var err error
		if l.cutter, err = audio.NewCutter(r.options.Segment, l.vad, func(s audio.Segment) { r.found(l, s) }); err != nil {
			return err
		}
		l.watch = newObserver(r.options.Observe, l.speaker, l.cutter)
		l.skip(r.pos)
		r.lanes = append(r.lanes, l)
	}
	return nil
}

// measure records the level of the loudest moment.
func (r *reader) measure(channels [][]float32) {
	for _, pcm := range channels {
		for len(pcm) > 0 {
			n := min(len(pcm), audio.VADBlock)
			sum := 0.0
			for _, x := range pcm[:n] {
				sum += float64(x) * float64(x)
			}
			if sum > 0 {
				r.report.LoudestDBFS = max(r.report.LoudestDBFS, 10*math.Log10(sum/float64(n)))
			}
			pcm = pcm[n:]
		}
	}
}

// lose records that the next n samples are missing.
func (r *reader) lose(n int64) {
	r.report.LostMS += n / 16
	if k := len(r.lost); k > 0 && r.lost[k-1][1] == r.pos {
		r.lost[k-1][1] += n
	} else {
		r.lost = append(r.lost, [2]int64{r.pos, r.pos + n})
	}
	if len(r.lost) > 256 {
		r.lost = slices.Delete(r.lost, 0, 128)
	}
	if r.open >= 0 && r.pos > r.gapEnd()+gapsApart {
		r.closeGap()
	}
	if r.open < 0 {
		r.open = r.pos
		r.gap = models.Gap{Session: Session, StartMS: r.pos / 16, Cause: models.GapDamaged}
	}
	r.gap.EndMS = (r.pos + n) / 16
	r.gap.LostMS += n / 16
}

func (r *reader) gapEnd() int64 { return r.gap.EndMS * 16 }

func (r *reader) closeGap() {
	g := r.gap
	r.open = -1
	if g.LostMS > 0 {
		r.pending = append(r.pending, &item{startMS: g.StartMS, gap: &g})
	}
}

// found takes a stretch of speech.
func (r *reader) found(l *lane, s audio.Segment) {
	it := &item{startMS: s.Start / 16, raised: l.level.Gain((s.Start + s.End) / 2), done: make(chan error, 1)}
	r.report.RaisedDB = max(r.report.RaisedDB, it.raised)
	it.clip = models.Clip{
		SpeakerName: l.speaker, SpeakerID: l.speaker, StartMS: s.Start / 16, EndMS: s.End / 16, PCM: s.PCM, VoicedMS: s.VoicedMS,
		LevelDBFS: s.LevelDBFS, Forced: s.Forced,
	}
	for _, span := range r.lost {
		it.clip.ConcealedMS += max(0, min(span[1], s.End)-max(span[0], s.Start)) / 16
	}
	r.pending = append(r.pending, it)
}

// due returns the items before which nothing can come any more, in order.
func (r *reader) due(all bool) (out []*item) {
	if len(r.pending) == 0 {
		return nil
	}
	until := int64(math.MaxInt64)
	if !all {
		if r.open >= 0 {
			until = r.open
		}
		for _, l := range r.lanes {
			until = min(until, l.cutter.Earliest())
		}
	}
	slices.SortStableFunc(r.pending, func(a, b *item) int { return cmp.Compare(a.startMS, b.startMS) })
	n := 0
	for n < len(r.pending) && (all || r.pending[n].startMS < until/16) {
		it := r.pending[n]
		if it.gap == nil {
			r.seq++
			it.clip.Key = models.Key{Session: Session, Epoch: 1, Track: r.track, Seq: r.seq}
		}
		n++
	}
	out = slices.Clone(r.pending[:n])
	r.pending = slices.Delete(r.pending, 0, n)
	return out
}

// close releases the voice detectors.
func (r *reader) close() {
	for _, l := range r.lanes {
		if c, ok := l.vad.(io.Closer); ok {
			_ = c.Close() // frees memory
		}
	}
}
