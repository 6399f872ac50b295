package transcripts

import (
	"context"
	"errors"
	"fmt"

	"github.com/schollz/progressbar/v3"

	"earshot/cmd/earshot/recording"
	"earshot/cmd/earshot/terminal"
	"earshot/models"
	"earshot/moderation/review/export"
)

// ProgressReporter reports progress to a person, separately from the text.
type ProgressReporter interface {
	Notef(format string, args ...any)
	Tellf(format string, args ...any)
	PrintError(err error)
}

// Job transcribes recordings one after another.
type Job struct {
	With  *Transcriber
	Out   *Output
	Files []string
	Tell  ProgressReporter
	// Bar makes a progress bar of how much of a recording has been read, in ms; -1: its length is unknown. If Bar is nil, progress is
	// printed as a line from time to time.
	Bar func(most int64, name string) *progressbar.ProgressBar
}

// Run transcribes one file after another. A failed file doesn't stop the others and is reported immediately; the error says how
// many failed.
func (j *Job) Run(ctx context.Context) error {
	var first error
	failed, unread := 0, 0
	for _, f := range j.Files {
		err := j.one(ctx, f)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		switch {
		case err == nil:
			continue
		case !isIncomplete(err) && !errors.Is(err, recording.ErrRecording): // nothing more can be decoded or written
			return err
		case len(j.Files) > 1:
			j.Tell.PrintError(err)
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
	case len(j.Files) > 1:
		first = models.WithHint(fmt.Errorf("%d of %d recordings were not transcribed in full", failed, len(j.Files)),
			"the errors are listed above")
	}
	if unread == len(j.Files) {
		return models.BadInput(first)
	}
	return first
}

// incompleteError says what is wrong with a transcript that was written nevertheless.
type incompleteError struct{ error }

// Unwrap returns what is wrong.
func (e incompleteError) Unwrap() error { return e.error }

func isIncomplete(err error) bool {
	var e incompleteError
	return errors.As(err, &e)
}

// one transcribes a file.
func (j *Job) one(ctx context.Context, path string) (err error) {
	s, err := j.With.opener.Open(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	sink, err := j.Out.begin(s.Name)
	if err != nil {
		return err
	}
	o := j.With.options
	o.Progress = &recording.Progress{}
	stop := j.watch(o.Progress, s.Name)
	report, err := recording.Transcribe(ctx, s, o, sink)
	stop()
	j.tell(s.Name, report)
	if end := j.Out.end(report.LengthMS); end != nil {
		return errors.Join(err, end)
	}
	switch {
	case ctx.Err() != nil:
		j.Tell.Tellf("%s: written up to %s", terminal.Plain(s.Name), export.Clock(report.DoneMS))
		return err
	case recording.Unreadable(err):
		return incompleteError{models.WithHint(err, "what could be read is transcribed")}
	case err != nil:
		return err
	}
	return incomplete(s.Name, report)
}

// tell reports faults in a recording that did not prevent it from being read.
func (j *Job) tell(name string, r recording.Report) {
	for _, n := range r.Notes {
		j.Tell.Notef("%s: %s", terminal.Plain(name), terminal.Plain(n))
	}
	if r.RaisedDB >= 1 {
		j.Tell.Notef("%s: it is very quiet, and was raised by %.0f dB", terminal.Plain(name), r.RaisedDB)
	}
}

// lostMS is how much of a recording may be missing before its transcript counts as incomplete; decoders conceal shorter losses.
const lostMS = 100

// incomplete returns an error if a recording's transcript is incomplete, otherwise nil.
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
