package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"earshot/cmd/earshot/recording"
	"earshot/models"
)

// listener transcribes the recordings that checks name, as the bot would hear them. The settings are read and the model is
// loaded at the first of them, so that files without recordings need neither.
type listener struct {
	app   *cli
	cmd   *cobra.Command
	heard map[string][]models.Utterance // by path: two files may check the same recording

	ears    *ears
	running context.Context
	stop    context.CancelFunc
	group   *errgroup.Group
	// broken is why no recording at all can be listened to.
	broken error
}

func newListener(a *cli, cmd *cobra.Command) *listener {
	return &listener{app: a, cmd: cmd, heard: map[string][]models.Utterance{}}
}

// foundLines collects what is found in a recording.
type foundLines struct{ said []models.Utterance }

// Line implements recording.Sink.
func (l *foundLines) Line(u models.Utterance) error {
	l.said = append(l.said, u)
	return nil
}

// Gap implements recording.Sink.
func (l *foundLines) Gap(models.Gap) error { return nil }

// Transcribe is what moderation.LoadOptions wants of it; it is called from one goroutine.
func (l *listener) Transcribe(path string) ([]models.Utterance, error) {
	if us, ok := l.heard[path]; ok {
		return us, nil
	}
	if l.ears == nil && l.broken == nil {
		l.broken = l.open()
	}
	if l.broken != nil {
		return nil, l.broken
	}
	s, err := l.ears.opener.Open(l.running, path)
	if err != nil {
		return nil, err
	}
	var found foundLines
	report, err := recording.Transcribe(l.running, s, l.ears.options, &found)
	err = errors.Join(err, s.Close())
	if l.running.Err() != nil {
		l.broken = context.Cause(l.running)
		return nil, l.broken
	}
	if err != nil {
		return nil, err
	}
	if report.Lines > 0 || report.Failed > 0 || report.LostMS >= lostMS { // silence is something to check, too
		if err := incomplete(s.Name, report); err != nil {
			return nil, err
		}
	}
	l.heard[path] = found.said
	return found.said, nil
}

// open reads the settings and starts the decoders.
func (l *listener) open() (err error) {
	if l.ears, err = l.app.newEars(l.cmd, false); err != nil {
		return err
	}
	for _, n := range l.ears.notices {
		fmt.Fprintln(l.app.stderr, "note: "+n)
	}
	ctx, stop := context.WithCancel(l.cmd.Context())
	l.stop = stop
	l.group, l.running = errgroup.WithContext(ctx)
	l.group.Go(func() error { return l.ears.speech.Run(l.running) })
	return nil
}

// Close ends the decoders. Its error is why recordings could not be listened to, if so.
func (l *listener) Close() error {
	errs := []error{l.broken}
	if l.stop != nil {
		l.stop()
		if err := l.group.Wait(); l.broken == nil && !errors.Is(err, context.Canceled) {
			errs = append(errs, err)
		}
	}
	if l.ears != nil {
		errs = append(errs, l.ears.Close())
	}
	return errors.Join(errs...)
}
