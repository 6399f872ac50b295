package afterwards

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"

	"earshot/bot/audio"
	"earshot/configs"
	"earshot/models"
	"earshot/models/store"
	"earshot/moderation/live"
	"earshot/moderation/review/export"
)

// WriteFiles writes a session's files into the configured folder, each as a whole or not at all. Their names are made
// from the session's id, and nothing outside the folder can be reached.
func WriteFiles(ctx context.Context, c configs.Export, record store.Store, id string) error {
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
type Sounds struct{ store.Store }

// Bleep implements export.Sounds.
func (Sounds) Bleep(e *models.Evidence, spans []models.Span) error {
	return live.Bleep(audio.OggFiles{}, e, spans)
}
