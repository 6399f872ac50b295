package transcripts

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"

	"earshot/models"
)

// Listener transcribes the recordings that checks of rules name. The model is loaded at the first of them, so that files without
// recordings need none. It is used by one goroutine.
type Listener struct {
	ctx   context.Context
	open  func() (*Transcriber, error)
	heard map[string][]models.Utterance // by path: two files may check the same recording

	with    *Transcriber
	running context.Context
	stop    context.CancelFunc
	group   *errgroup.Group
	// broken is why no recording at all can be listened to.
	broken error
}

// NewListener listens with what open opens, until ctx ends. The caller closes it.
func NewListener(ctx context.Context, open func() (*Transcriber, error)) *Listener {
	return &Listener{ctx: ctx, open: open, heard: map[string][]models.Utterance{}}
}

// Transcribe returns what is said in a recording, as engine.LoadOptions wants it.
func (l *Listener) Transcribe(path string) ([]models.Utterance, error) {
	if us, ok := l.heard[path]; ok {
		return us, nil
	}
	if l.with == nil && l.broken == nil {
		l.broken = l.begin()
	}
	if l.broken != nil {
		return nil, l.broken
	}
	s, err := l.with.opener.Open(l.running, path)
	if err != nil {
		return nil, err
	}
	said, report, err := l.with.lines(l.running, s)
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
	l.heard[path] = said
	return said, nil
}

// begin loads the model and starts the decoders.
func (l *Listener) begin() (err error) {
	if l.with, err = l.open(); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(l.ctx)
	l.stop = stop
	l.group, l.running = errgroup.WithContext(ctx)
	l.group.Go(func() error { return l.with.speech.Run(l.running) })
	return nil
}

// Close ends the decoders. Its error is why recordings could not be listened to, if so.
func (l *Listener) Close() error {
	errs := []error{l.broken}
	if l.stop != nil {
		l.stop()
		if err := l.group.Wait(); l.broken == nil && !errors.Is(err, context.Canceled) {
			errs = append(errs, err)
		}
	}
	if l.with != nil {
		errs = append(errs, l.with.Close())
	}
	return errors.Join(errs...)
}
