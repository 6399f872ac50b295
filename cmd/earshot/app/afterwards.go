package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"earshot/bot/audio"
	"earshot/configs"
	"earshot/models"
	"earshot/models/sqlite"
	"earshot/moderation/live"
	"earshot/moderation/review/export"
)

const (
	// summaryTime is how long a summary may take, with a language model that thinks slowly.
	summaryTime = 2 * time.Minute
	// modelTime is how much of it the language model may take.
	modelTime = 100 * time.Second
	// afterEnd is how long a summary, and then the files, may take when the program ends.
	afterEnd = 10 * time.Second
)

// outlasting is a context that lasts for some time, and when ctx ends before, for afterEnd from then on.
func outlasting(ctx context.Context, lasts time.Duration) (context.Context, context.CancelFunc) {
	out, cancel := context.WithTimeout(context.WithoutCancel(ctx), lasts)
	forget := context.AfterFunc(ctx, func() {
		t := time.AfterFunc(afterEnd, cancel)
		context.AfterFunc(out, func() { t.Stop() })
	})
	return out, func() { forget(); cancel() }
}

// afterwards sums a session up that is over and whose words are all text, and writes its files. What fails is logged: the
// record is complete without it. When ctx ends, the summary is made without a language model.
func (s *Station) afterwards(ctx context.Context, id string) {
	if _, err := s.summaries.remake(ctx, id); err != nil {
		s.Log.Error("the session is not summed up", "session", id, "err", err)
		return
	}
	ctx, cancel := outlasting(ctx, summaryTime)
	defer cancel()
	if err := exportFiles(ctx, s.cfg.Export, s.Store, id); err != nil {
		s.Log.Error("the session's files are not written", "session", id, "err", err)
	}
}

// newWrapUps are the sessions of this station that wait to be summed up.
func (s *Station) newWrapUps() *wrapUps {
	return &wrapUps{pending: s.Store.Pending, wrapUp: s.afterwards, log: s.Log, changed: make(chan struct{}, 1)}
}

// catchUp has done afterwards what an earlier run had no time for: for the newest sessions that are over and have no summary.
func (s *Station) catchUp(ctx context.Context) error {
	found, err := s.Store.Sessions(ctx, models.SessionQuery{Limit: 100})
	if err != nil {
		return nil //nolint:nilerr // whoever lists sessions next tells it
	}
	for _, info := range found {
		if info.Live() || info.Utterances+info.Pending == 0 || ctx.Err() != nil {
			continue
		}
		if _, err := s.Store.Summary(ctx, info.ID, models.SummarySession); errors.Is(err, models.ErrNotFound) {
			s.wrapUps.add(info.ID)
		}
	}
	return nil
}

// exportFiles writes a session's files into the configured folder, each as a whole or not at all. Their names are made
// from the session's id, and nothing outside the folder can be reached.
func exportFiles(ctx context.Context, c configs.Export, record *sqlite.Store, id string) error {
	if c.Dir == "" {
		return nil
	}
	root, err := os.OpenRoot(c.Dir)
	if err != nil {
		return models.WithHint(fmt.Errorf("export.dir: %w", err), "make the folder, or leave export.dir empty")
	}
	defer root.Close()
	store, o := ExportStore{record}, export.Options{Redact: c.Redact}
	var errs []error
	if c.Sound {
		o.Sound = Sounds{record}
		clips, err := export.SessionClips(ctx, store, id, o)
		if err != nil {
			return err
		}
		for _, c := range clips {
			errs = append(errs, ReplaceFile(root, c.Name, c.Ogg))
		}
	}
	for _, name := range c.Formats {
		f, err := export.ParseFormat(name)
		if err != nil {
			return err
		}
		var b bytes.Buffer
		o.Format = f
		if err := export.WriteSession(ctx, &b, store, id, o); err != nil {
			return err
		}
		errs = append(errs, ReplaceFile(root, export.FileName(id, f, c.Redact), b.Bytes()))
	}
	return errors.Join(errs...)
}

// ReplaceFile writes a file that only this user can read, under another name first.
func ReplaceFile(root *os.Root, name string, data []byte) error {
	part := name + ".part"
	if err := root.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	f, err := root.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = root.Rename(part, name)
	}
	if err != nil {
		_ = root.Remove(part)
	}
	return err
}

// Sounds are the clips of a record, for exports.
type Sounds struct{ *sqlite.Store }

// Bleep implements export.Sounds.
func (Sounds) Bleep(e *models.Evidence, spans []models.Span) error {
	return live.Bleep(audio.OggFiles{}, e, spans)
}
