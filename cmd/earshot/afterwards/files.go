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

// WriteFiles exports a session into the configured folder; each file is written as a whole or not at all. File names are made from
// the session's id and cannot lead outside the folder.
//
// note, if any, says in the record that the folder, which it names, holds files of the session.
func WriteFiles(
	ctx context.Context, c configs.Export, record store.Store, id string, note func(ctx context.Context, session, place string) error,
) error {
	if c.Dir == "" {
		return nil
	}
	root, err := os.OpenRoot(c.Dir)
	if err != nil {
		return models.WithHint(fmt.Errorf("export.dir: %w", err), "create the folder, or leave export.dir empty")
	}
	defer root.Close()
	if note != nil {
		place, err := namePlace(root)
		if err != nil {
			return fmt.Errorf("export.dir: %w", err)
		}
		if err := note(ctx, id, place); err != nil {
			return err
		}
	}
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

// Sounds gives exports access to the clips of a record.
type Sounds struct{ store.Store }

// Bleep implements export.Sounds.
func (Sounds) Bleep(e *models.Evidence, spans []models.Span) error {
	return live.Bleep(audio.OggFiles{}, e, spans)
}
