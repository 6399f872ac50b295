package afterwards

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"earshot/moderation/review/export"
)

// RemoveFiles deletes from a folder the exported files of sessions from which something was removed, and the exported sound of
// sessions with an expired clip. They can be exported again without the removed content.
func RemoveFiles(ctx context.Context, store StaleFiles, dir string) error {
	place, err := placeOf(dir)
	if err != nil {
		return fmt.Errorf("export.dir: %w", err)
	}
	files, errF := store.StaleFiles(ctx, place)
	quiet, errS := store.StaleSounds(ctx, place)
	if err := errors.Join(errF, errS); err != nil || len(files)+len(quiet) == 0 {
		return err
	}
	var root *os.Root
	if dir != "" {
		if root, err = os.OpenRoot(dir); err != nil {
			return fmt.Errorf("export.dir: %w", err)
		}
		defer root.Close()
	}
	for _, session := range quiet {
		if err := removeSound(root, session); err != nil {
			return err
		}
		if err := store.SoundsRemoved(ctx, session, place); err != nil {
			return err
		}
	}
	for _, session := range files {
		if err := errors.Join(removeNamed(root, session, export.Formats()), removeClips(root, session)); err != nil {
			return err
		}
		if err := store.FilesRemoved(ctx, session, place); err != nil {
			return err
		}
	}
	return nil
}

// removeSound deletes a session's exported clips and its HTML page, which embeds them. The page goes first: as long as a clip is
// left, an interrupted removal can be detected and repeated.
func removeSound(root *os.Root, session string) error {
	clips, err := clipsOf(root, session)
	if err != nil || len(clips) == 0 {
		return err
	}
	if err := removeNamed(root, session, []export.Format{export.FormatHTML}); err != nil {
		return err
	}
	return removeClips(root, session)
}

// clipsOf lists a session's clips in a folder; none if there is no folder.
func clipsOf(root *os.Root, session string) (names []string, err error) {
	if root == nil {
		return nil, nil
	}
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return nil, fmt.Errorf("export.dir: %w", err)
	}
	for _, e := range entries {
		if export.IsClipFile(e.Name(), session) {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

func removeClips(root *os.Root, session string) error {
	clips, err := clipsOf(root, session)
	if err != nil {
		return err
	}
	for _, name := range clips {
		if err := remove(root, name); err != nil {
			return err
		}
	}
	return nil
}

// removeNamed deletes a session's files in the given formats.
func removeNamed(root *os.Root, session string, formats []export.Format) error {
	if root == nil {
		return nil
	}
	for _, f := range formats {
		for _, redacted := range []bool{false, true} {
			name := export.FileName(session, f, redacted)
			for _, n := range []string{name, name + ".part"} {
				if err := remove(root, n); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func remove(root *os.Root, name string) error {
	if err := root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("export.dir: %w", err)
	}
	return nil
}
