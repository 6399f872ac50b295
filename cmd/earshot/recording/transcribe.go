package recording

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"earshot/bot/audio"
	"earshot/models"
	"earshot/transcribe"
)

// Session is the session in the keys of lines that belong to none.
const Session = "file"

// Options say how recordings are transcribed.
type Options struct {
	Segment audio.SegmentConfig
	// VAD makes a voice detector; one that is an io.Closer is closed.
	VAD func() audio.VAD
	// Decoders decode; Decode is how, Filter says what is doubtful, and Model is the name that lines carry.
	Decoders []transcribe.Decoder
	Decode   transcribe.Options
	Filter   transcribe.Filter
	Model    string
	// Channels takes each channel for a speaker of their own.
	Channels bool
	// Progress is kept up to date while it is read; nil when nobody looks.
	Progress *Progress
}

// Sink takes what is found, in the order of time, from one goroutine. An error ends the transcription.
type Sink interface {
	Line(u models.Utterance) error
	Gap(g models.Gap) error
}

// Progress tells how far a transcription has come. Its methods may be called from any goroutine.
type Progress struct{ read, length, lines atomic.Int64 }

// Read is how much has been read.
func (p *Progress) Read() time.Duration {
	return time.Duration(p.read.Load()) * time.Second / models.SampleRate
}

// Length is how long the recording is; 0 when it does not say.
func (p *Progress) Length() time.Duration {
	return time.Duration(p.length.Load()) * time.Second / models.SampleRate
}

// Lines is how many lines were given out.
func (p *Progress) Lines() int64 { return p.lines.Load() }

// Report is what came of a recording.
type Report struct {
	// LengthMS is how much time was read, and DoneMS up to where the lines are complete.
	LengthMS, DoneMS int64
	// Lines say something; Failed could not be decoded.
	Lines, Failed int
	// LostMS is how much is missing in the recording.
	LostMS int64
	// LoudestDBFS is the level of its loudest moment: -100 when there is no sound at all. RaisedDB is by how much its
	// loudest part had to be raised.
	LoudestDBFS, RaisedDB float64
	// Notes are what was found wrong with the recording and did not keep it from being read.
	Notes []string
}

// Transcribe reads a recording to its end and gives what is said in it to a sink. An error says that it came to an early
// end: the recording can't be read on (it wraps the error of audio), nothing can be decoded any more, the sink does not
// take more, or ctx has ended. The report is that of what was done.
func Transcribe(ctx context.Context, s *Source, o Options, to Sink) (Report, error) {
	if o.Progress == nil {
		o.Progress = &Progress{}
	}
	o.Progress.length.Store(s.Length())
	r := &reader{source: s, options: o, track: strings.ToLower(s.Name), open: -1}
	r.report.LoudestDBFS = -100
	defer r.close()
	// Reading runs ahead of decoding by a few stretches. A recording that can't be read on ends neither decoding nor writing.
	order := make(chan *item, 2*len(o.Decoders)+4)
	work := make(chan *item, len(o.Decoders))
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var all sync.WaitGroup
	var unread error
	all.Go(func() {
		defer close(order)
		defer close(work)
		unread = r.run(ctx, order, work)
	})
	for _, e := range o.Decoders {
		all.Go(func() { decodeAll(ctx, e, o, work) })
	}
	w := &writer{to: to, progress: o.Progress}
	err := w.run(order, cancel)
	all.Wait()
	report := r.report
	report.Lines, report.Failed, report.DoneMS = w.lines, w.failed, w.doneMS
	report.Notes = s.Notes()
	if err == nil {
		err = unread
	}
	if err == nil {
		report.DoneMS = report.LengthMS
	}
	return report, err
}

// item is a gap, or a stretch of speech with the line that becomes of it.
type item struct {
	startMS int64
	gap     *models.Gap
	clip    models.Clip
	raised  float64 // dB
	line    models.Utterance
	done    chan error // holds one
}

// decodeAll decodes stretches until there are no more. After one error there is nothing but that error.
func decodeAll(ctx context.Context, e transcribe.Decoder, o Options, work <-chan *item) {
	var broken error
	for it := range work {
		if broken == nil {
			broken = it.decode(ctx, e, o)
		}
		it.done <- broken
	}
}

// decode decodes one stretch, at the second attempt if need be. One that can't be decoded becomes a failed line; an error
// means that nothing can be decoded any more.
func (it *item) decode(ctx context.Context, e transcribe.Decoder, o Options) error {
	for range 2 {
		if r, ok := e.(transcribe.Readier); ok {
			if err := r.Ready(ctx); err != nil {
				return err
			}
		}
		result, err := e.Decode(ctx, transcribe.Sound{PCM: it.clip.PCM}, o.Decode)
		if err == nil {
			it.line = o.Filter.Utterance(it.clip, result, o.Model)
			it.line.LevelDBFS -= it.raised
			it.clip.PCM = nil
			return nil
		}
		if ctx.Err() != nil {
			return err
		}
	}
	it.line = transcribe.NewUtterance(it.clip, transcribe.Result{}, o.Model)
	it.line.State, it.line.Doubt = models.UtteranceFailed, nil
	it.clip.PCM = nil
	return nil
}

// writer gives items to the sink in their order.
type writer struct {
	to            Sink
	progress      *Progress
	lines, failed int
	doneMS        int64
}

// run takes items until there are no more. The first error, the sink's or a decoder's, ends everything: what comes after
// would not be complete.
func (w *writer) run(order <-chan *item, cancel func()) (broken error) {
	for it := range order {
		if broken != nil {
			continue
		}
		if it.gap == nil {
			broken = <-it.done
		}
		if broken == nil {
			broken = w.give(it)
		}
		if broken != nil {
			cancel()
		}
	}
	return broken
}

func (w *writer) give(it *item) error {
	w.doneMS = it.startMS
	if it.gap != nil {
		return w.to.Gap(*it.gap)
	}
	switch {
	case it.line.State == models.UtteranceFailed:
		w.failed++
	case it.line.Text != "":
		w.lines++
		w.progress.lines.Add(1)
	}
	w.doneMS = it.line.EndMS
	if err := w.to.Line(it.line); err != nil {
		return fmt.Errorf("write a line: %w", err)
	}
	return nil
}

// Unreadable reports whether an error of Transcribe says that the recording can't be read on.
func Unreadable(err error) bool {
	return errors.Is(err, audio.ErrNotWAV) || errors.Is(err, audio.ErrNotOgg) || errors.Is(err, audio.ErrTooLong) || errors.Is(err, errRead)
}

// errRead is wrapped by every error of reading.
var errRead = errors.New("can't be read in full")
