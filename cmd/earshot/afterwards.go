package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"earshot/configs"
	"earshot/models"
	"earshot/models/sqlite"
	"earshot/moderation/review/export"
)

// decodedEvery is how often it is looked whether everything that was heard in a session is text.
const decodedEvery = 100 * time.Millisecond

const (
	// summaryTime is how long a summary may take, with a language model that thinks slowly.
	summaryTime = 2 * time.Minute
	// modelTime is how much of it the language model may take.
	modelTime = 100 * time.Second
)

// afterwards does what is done when a session is over: it waits until all that was heard is text, sums the session up
// and writes its files. What fails is logged: the record is complete without it. When the time is up before all is
// text, the next start does it.
func (s *station) afterwards(ctx context.Context, id string) {
	if err := s.decoded(ctx, id); err != nil {
		s.log.Warn("the session is not summed up yet; the next start will do it", "session", id, "err", err)
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), summaryTime)
	defer cancel()
	if _, err := s.summaries.Remake(ctx, id); err != nil {
		s.log.Error("the session is not summed up", "session", id, "err", err)
		return
	}
	if err := exportFiles(ctx, s.cfg.Export, s.store, id); err != nil {
		s.log.Error("the session's files are not written", "session", id, "err", err)
	}
}

// decoded waits until no clip of the session waits for decoding.
func (s *station) decoded(ctx context.Context, id string) error {
	tick := time.NewTicker(decodedEvery)
	defer tick.Stop()
	for {
		info, err := s.store.Session(ctx, id)
		if err != nil || info.Pending == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d stretches wait for decoding: %w", info.Pending, ctx.Err())
		case <-tick.C:
		}
	}
}

// catchUp does afterwards what an earlier run had no time for: for the newest sessions that are over and have no summary.
func (s *station) catchUp(ctx context.Context) error {
	found, err := s.store.Sessions(ctx, models.SessionQuery{Limit: 100})
	if err != nil {
		return nil //nolint:nilerr // whoever lists sessions next tells it
	}
	for _, info := range found {
		if info.Live() || info.Utterances+info.Pending == 0 || ctx.Err() != nil {
			continue
		}
		if _, err := s.store.Summary(ctx, info.ID, models.SummarySession); errors.Is(err, models.ErrNotFound) {
			s.afterwards(ctx, info.ID)
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
	store, o := exportStore{record}, export.Options{Redact: c.Redact}
	var errs []error
	if c.Sound {
		o.Sound = sounds{record}
		clips, err := export.SessionClips(ctx, store, id, o)
		if err != nil {
			return err
		}
		for _, c := range clips {
			errs = append(errs, replaceFile(root, c.Name, c.Ogg))
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
		errs = append(errs, replaceFile(root, export.FileName(id, f, c.Redact), b.Bytes()))
	}
	return errors.Join(errs...)
}

// replaceFile writes a file that only this user can read, under another name first.
func replaceFile(root *os.Root, name string, data []byte) error {
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
