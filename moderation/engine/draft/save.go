package draft

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"earshot/models"
	"earshot/models/wholefile"
	"earshot/moderation/rules"
)

// Save replaces a file by a valid text and keeps the previous version next to it as NAME.old1, NAME.old2 and so on. seen is the sum
// of the text that the draft was made from. The error is models.ErrConflict if the file has changed since, models.ErrInvalid if the
// text does not load, with the first problem, and models.ErrNotFound as for Check.
func (f *Files) Save(ctx context.Context, id, text, seen, by string) error {
	f.saving.Lock()
	defer f.saving.Unlock()
	file, err := f.file(id)
	if err != nil {
		return err
	}
	if file.Sum != seen {
		return fmt.Errorf("%w: %s has changed meanwhile: open it again", models.ErrConflict, file.Name)
	}
	checked, err := f.Check(id, text, nil)
	if err != nil {
		return err
	}
	if len(checked.Problems) > 0 {
		return fmt.Errorf("%w: %w", models.ErrInvalid, &rules.LoadError{Problems: slices.Clone(checked.Problems[:1])})
	}
	if checked.Diff == "" {
		return nil
	}
	old, text := []byte(file.Text), lineEnds(text, file.Text)
	if file.New {
		old, err = nil, os.MkdirAll(filepath.Dir(file.path), 0o750)
	}
	if err == nil {
		_, err = wholefile.Amend(file.path, old, []byte(text))
	}
	if err != nil {
		return fmt.Errorf("saving %s: %w", file.Name, err)
	}
	f.mu.Lock()
	f.last[file.path] = change{by, Sum(text)}
	f.mu.Unlock()
	return f.note.Note(ctx, by, "rules changed", file.Name, "")
}
