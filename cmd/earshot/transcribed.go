package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/schollz/progressbar/v3"

	"earshot/cmd/earshot/recording"
	"earshot/models"
	"earshot/moderation/review/export"
)

// transcription is one run of "transcribe" over its files.
type transcription struct {
	app   *cli
	ears  *ears
	out   *transcriptOutput
	files []string
}

// run transcribes one file after another. What is wrong with one keeps the others from nothing, and is told at once; the
// error tells how many failed.
func (t *transcription) run(ctx context.Context) error {
	var first error
	failed, unread := 0, 0
	for _, f := range t.files {
		err := t.one(ctx, f)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		switch {
		case err == nil:
			continue
		case !isIncomplete(err) && !errors.Is(err, recording.ErrRecording): // nothing can be decoded or written any more
			return err
		case len(t.files) > 1:
			t.app.printError(err)
		}
		first = errors.Join(first, err)
		failed++
		if !isIncomplete(err) {
			unread++
		}
	}
	switch {
	case failed == 0:
		return nil
	case len(t.files) > 1:
		first = models.WithHint(fmt.Errorf("%d of %d recordings were not transcribed in full", failed, len(t.files)),
			"what is wrong with each is told above")
	}
	if unread == len(t.files) {
		return badInput(first)
	}
	return first
}

// incompleteError is what is wrong with a transcript that was written all the same.
type incompleteError struct{ error }

// Unwrap gives what is wrong.
func (e incompleteError) Unwrap() error { return e.error }

func isIncomplete(err error) bool {
	var e incompleteError
	return errors.As(err, &e)
}

// one transcribes a file.
func (t *transcription) one(ctx context.Context, path string) (err error) {
	s, err := t.ears.opener.Open(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	sink, err := t.out.begin(s.Name)
	if err != nil {
		return err
	}
	o := t.ears.options
	o.Progress = &recording.Progress{}
	stop := t.app.watch(o.Progress, s.Name)
	report, err := recording.Transcribe(ctx, s, o, sink)
	stop()
	t.tell(s.Name, report)
	if end := t.out.end(report.LengthMS); end != nil {
		return errors.Join(err, end)
	}
	switch {
	case ctx.Err() != nil:
		fmt.Fprintf(t.app.stderr, "%s: written up to %s\n", plain(s.Name), export.Clock(report.DoneMS))
		return err
	case recording.Unreadable(err):
		return incompleteError{models.WithHint(err, "what could be read is written down")}
	case err != nil:
		return err
	}
	return incomplete(s.Name, report)
}

// tell tells what was found wrong with a recording and did not keep it from being read.
func (t *transcription) tell(name string, r recording.Report) {
	for _, n := range r.Notes {
		fmt.Fprintf(t.app.stderr, "note: %s: %s\n", plain(name), plain(n))
	}
	if r.RaisedDB >= 1 {
		fmt.Fprintf(t.app.stderr, "note: %s: it is very quiet, and was raised by %.0f dB\n", plain(name), r.RaisedDB)
	}
}

// lostMS is how much of a recording may be missing before its transcript counts as incomplete: decoders make up less.
const lostMS = 100

// incomplete is the error of a recording of which not everything is in the transcript, nil when all is.
func incomplete(name string, r recording.Report) error {
	var err error
	hint := ""
	switch {
	case r.Failed > 0:
		err = fmt.Errorf("%s: %d stretches could not be decoded", name, r.Failed)
		hint = "the text is written without them; --log-level warn says more"
	case r.Lines == 0 && r.LoudestDBFS <= -100:
		err = fmt.Errorf("%s: no speech found in %s: there is no sound in it at all", name, export.Clock(r.LengthMS))
	case r.Lines == 0:
		err = fmt.Errorf("%s: no speech found in %s, whose loudest moment has %.0f dBFS", name, export.Clock(r.LengthMS), r.LoudestDBFS)
		hint = "listen to it; speech usually has -30 to -10 dBFS"
	case r.LostMS >= lostMS:
		err = fmt.Errorf("%s: %.1f s of the recording are damaged or missing", name, float64(r.LostMS)/1000)
		hint = "the gaps in the text say where"
	default:
		return nil
	}
	return incompleteError{models.WithHint(err, hint)}
}

// watchEvery is how often progress is told where there is no terminal.
const watchEvery = 30 * time.Second

// watch tells how far a transcription is until it is stopped: with a bar where the error output is a terminal and the
// text goes elsewhere, and with a line now and then where it is none.
func (a *cli) watch(p *recording.Progress, name string) (stop func()) {
	bar := a.palette(a.stderr).on && !a.palette(a.stdout).on
	every := watchEvery
	if bar {
		every = 200 * time.Millisecond
	}
	shown := progressbar.NewOptions64(max(-1, p.Length().Milliseconds()-1),
		progressbar.OptionSetWriter(a.stderr), progressbar.OptionSetDescription(plain(name)), progressbar.OptionSetVisibility(bar),
		progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(30))
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-done:
				_ = shown.Exit()
				return
			case <-tick.C:
			}
			if bar {
				_ = shown.Set64(p.Read().Milliseconds())
			} else {
				fmt.Fprintln(a.stderr, progressLine(p, name))
			}
		}
	}()
	return func() { close(done); <-ended }
}

// progressLine is how far a transcription is.
func progressLine(p *recording.Progress, name string) string {
	of := ""
	if n := p.Length().Milliseconds(); n > 0 {
		of = " of " + export.Clock(n)
	}
	return fmt.Sprintf("%s: %s%s read, %d lines", plain(name), export.Clock(p.Read().Milliseconds()), of, p.Lines())
}
