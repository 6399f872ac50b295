package imports

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"earshot/cmd/earshot/recording"
	"earshot/models"
)

// maxTracks limits the number of tracks of a recording.
const maxTracks = 200

// entries are the files of a recording: audio files by name, and the others.
type entries struct {
	files  []entry
	others map[string]string // path by lower-case base name
	newest time.Time
}

type entry struct {
	path, format string
	head         []byte
	size         int64
}

// endings are the extensions of files that should contain audio.
const endings = ".wav .wave .flac .ogg .oga .opus .aac .m4a .mp3 .mp4 .mka .mkv .webm .mjr .aif .aiff .caf .wma .w64 "

// find lists the audio files of a recording, each with its format detected.
func (p *Plan) find() (found entries, err error) {
	found.others = map[string]string{}
	var wrong []error
	err = fs.WalkDir(p.store, ".", func(path string, d fs.DirEntry, err error) error {
		base := filepath.Base(path)
		switch {
		case err != nil:
			return err
		case d.IsDir() && (base == "__MACOSX" || strings.HasPrefix(base, ".") && path != "."):
			return fs.SkipDir
		case d.IsDir() || strings.HasPrefix(base, "."):
			return nil
		}
		st, err := d.Info()
		if err != nil || !st.Mode().IsRegular() {
			p.note("%s was left out: it is no regular file", path)
			return nil //nolint:nilerr // a link to nowhere is told
		}
		sound := strings.Contains(endings, strings.ToLower(filepath.Ext(base))+" ") && filepath.Ext(base) != ""
		if !sound && path != single(p.store) {
			found.others[strings.ToLower(base)] = path
			if !quiet(base) {
				p.note("%s was left out: its name does not end like a recording's", path)
			}
			return nil
		}
		e := entry{path: path, size: st.Size()}
		if e.head, err = head(p.store, path); err != nil {
			return err
		}
		if e.format = recording.Format(e.head); e.format == "" {
			wrong = append(wrong, p.noRecording(path))
			return nil
		}
		if st.ModTime().After(found.newest) {
			found.newest = st.ModTime()
		}
		found.files = append(found.files, e)
		if len(found.files) > maxTracks {
			return fmt.Errorf("it has more than %d tracks", maxTracks)
		}
		return nil
	})
	if err == nil {
		err = errors.Join(wrong...)
	}
	if err == nil && len(found.files) == 0 {
		err = models.WithHint(errors.New("there is no recording in it"), "recordings end with "+strings.Join(strings.Fields(endings), ", "))
	}
	return found, err
}

// noRecording returns the error for a file without audio: the only one given, or one of several.
func (p *Plan) noRecording(path string) error {
	if st, err := fs.Stat(p.store, path); err == nil && st.Size() == 0 {
		if path == single(p.store) {
			return models.WithHint(errors.New("it is empty"), "record or copy it again")
		}
		return models.WithHint(fmt.Errorf("%s is empty", path), "take it out, or record or copy it again")
	}
	if path == single(p.store) {
		return models.WithHint(errors.New("it is neither a recording nor a zip file nor a transcript"),
			`"earshot import --help" lists what can be imported`)
	}
	return models.WithHint(fmt.Errorf("%s is not a recording", path), "take it out, or name the recordings one by one")
}

// quiet are names of files beside the tracks that are skipped without a note.
func quiet(base string) bool {
	switch ext := strings.ToLower(filepath.Ext(base)); ext {
	case ".txt", ".json", ".dat", ".log", ".nfo", ".xml", ".csv":
		return true
	}
	return false
}

// head reads the first bytes of a file.
func head(from fs.FS, path string) ([]byte, error) {
	f, err := from.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	defer f.Close()
	var b bytes.Buffer
	if _, err := io.CopyN(&b, f, 64<<10); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return b.Bytes(), nil
}
