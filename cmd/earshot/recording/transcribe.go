package recording

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"earshot/bot/audio"
	"earshot/bot/audio/sound"
	"earshot/bot/audio/wav"
	"earshot/models"
)

// Transcribe reads a recording to its end and passes its lines and gaps to a sink. An error means that it ended early: the
// recording became unreadable (wrapping the audio error), nothing can be decoded any more, the sink failed, or ctx ended. The
// report covers what was done.
func Transcribe(ctx context.Context, s *Source, o Options, to Sink) (Report, error) {
	if o.Progress == nil {
		o.Progress = &Progress{}
	}
	o.Progress.length.Store(s.Length())
	r := &reader{source: s, options: o, track: strings.ToLower(s.Name), open: -1}
	r.report.LoudestDBFS, r.report.SaysMS = -100, s.Length()/16
	defer r.close()
	// Reading runs a few stretches ahead of decoding. An unreadable recording stops neither decoding nor writing.
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

// writer passes items to the sink in order.
type writer struct {
	to            Sink
	progress      *Progress
	lines, failed int
	doneMS        int64
}

// run takes items until there are no more. The first error, the sink's or a decoder's, ends everything: the result would be
// incomplete otherwise.
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

// Unreadable reports whether an error of Transcribe means that the recording became unreadable.
func Unreadable(err error) bool {
	return errors.Is(err, wav.ErrNotWAV) || errors.Is(err, audio.ErrNotOgg) || errors.Is(err, sound.ErrTooLong) || errors.Is(err, errRead)
}

// errRead is wrapped by every reading error.
var errRead = errors.New("can't be read in full")
