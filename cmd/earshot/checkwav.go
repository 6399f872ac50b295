package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"earshot/configs"
	"earshot/models"
	"earshot/transcribe"
	"earshot/transcribe/whisper"
)

// listener transcribes the recordings that checks name, as the bot would hear them. The settings are read and the model is
// loaded at the first of them, so that files without recordings need neither.
type listener struct {
	app   *app
	cmd   *cobra.Command
	heard map[string][]models.Utterance // by path: two files may check the same recording

	cfg     configs.Config
	speech  *speech
	vad     *whisper.VADModel
	options transcribe.Options
	filter  transcribe.Filter
	running context.Context
	stop    context.CancelFunc
	group   *errgroup.Group
	// broken is why no recording at all can be listened to.
	broken error
}

func newListener(a *app, cmd *cobra.Command) *listener {
	return &listener{app: a, cmd: cmd, heard: map[string][]models.Utterance{}}
}

// Transcribe is what moderation.LoadOptions wants of it; it is called from one goroutine.
func (l *listener) Transcribe(path string) ([]models.Utterance, error) {
	if us, ok := l.heard[path]; ok {
		return us, nil
	}
	if l.speech == nil && l.broken == nil {
		l.broken = l.open()
	}
	if l.broken != nil {
		return nil, l.broken
	}
	r, err := readRecording(path, l.cfg, newVAD(l.vad))
	if err != nil {
		return nil, err
	}
	t, err := l.app.decodeAll(l.running, l.speech, r, l.options, l.filter)
	if l.running.Err() != nil {
		l.broken = context.Cause(l.running)
		return nil, l.broken
	}
	if err != nil {
		return nil, err
	}
	if n := failedLines(t); n > 0 {
		return nil, fmt.Errorf("%d stretches could not be decoded", n)
	}
	l.heard[path] = t.Utterances
	return t.Utterances, nil
}

// open reads the settings and starts the decoders.
func (l *listener) open() (err error) {
	if l.cfg, err = l.app.config(l.cmd); err != nil {
		return err
	}
	if l.vad, err = openVAD(l.cfg); err != nil {
		return badInput(err)
	}
	if l.speech, err = openSpeech(l.cfg, l.app.logger(l.cfg), speechOptions{}); err != nil {
		return badInput(err)
	}
	if l.filter, err = readPhantoms(l.cfg.Phantoms); err != nil {
		return badInput(err)
	}
	if l.options, err = decodeOptions(l.cfg, l.speech.notice != "", nil); err != nil {
		return badInput(err)
	}
	if l.speech.notice != "" {
		fmt.Fprintln(l.app.stderr, "note: "+l.speech.notice)
	}
	ctx, stop := context.WithCancel(l.cmd.Context())
	l.stop = stop
	l.group, l.running = errgroup.WithContext(ctx)
	l.group.Go(func() error { return l.speech.run(l.running) })
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
	if l.speech != nil {
		errs = append(errs, l.speech.Close())
	}
	if l.vad != nil {
		errs = append(errs, l.vad.Close())
	}
	return errors.Join(errs...)
}
