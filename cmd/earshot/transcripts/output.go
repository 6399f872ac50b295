package transcripts

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"earshot/models"
	"earshot/moderation/review/export"
)

// Output is where transcripts go: one document, to standard output or a file, or a file for each recording in a folder.
// Lines are written as they arrive. A file's name ends with ".part" until it is complete, also when transcription ends
// early.
type Output struct {
	stdout io.Writer
	path   string
	folder bool
	format export.Format
	many   bool
	names  bool

	used   map[string]bool
	file   *os.File // nil for standard output
	final  string
	writer *export.Writer
}

// IsFolder reports whether an output path means a folder: an existing one, or a path written like one.
func IsFolder(path string) bool {
	if strings.HasSuffix(path, string(filepath.Separator)) {
		return true
	}
	st, err := os.Stat(path)
	return err == nil && st.IsDir()
}

// NewOutput checks where the transcripts of inputs go: "-" is standard output, an existing folder or a path written like one gets
// a file for each input, any other path is a file. With names, lines begin with their speaker. Nothing is created yet.
func NewOutput(stdout io.Writer, path string, format export.Format, inputs []string, names bool) (*Output, error) {
	t := &Output{
		stdout: stdout, path: path, folder: path != "-" && IsFolder(path), format: format, many: len(inputs) > 1, names: names,
		used: map[string]bool{},
	}
	if path == "-" || t.folder {
		return t, nil
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return nil, models.WithHint(fmt.Errorf("output: %w", err), "name a file in a folder that exists")
	}
	to, err := os.Stat(path)
	for _, in := range inputs {
		from, inErr := os.Stat(in)
		if err == nil && inErr == nil && os.SameFile(from, to) {
			return nil, models.WithHint(fmt.Errorf("output: %s is the recording itself", path), "name another file")
		}
	}
	return t, nil
}

// InOne reports whether all transcripts go into one document.
func (t *Output) InOne() bool { return !t.folder }

// begin starts a recording.
func (t *Output) begin(name string) (*export.Writer, error) {
	if t.writer == nil || t.folder {
		if err := t.open(name); err != nil {
			return nil, fmt.Errorf("output: %w", err)
		}
	}
	return t.writer, t.writer.Begin(name)
}

// open opens the document for a recording.
func (t *Output) open(name string) (err error) {
	w := t.stdout
	t.file, t.final = nil, ""
	switch {
	case t.folder:
		if err := os.MkdirAll(t.path, 0o700); err != nil {
			return err
		}
		t.final = filepath.Join(t.path, t.fileName(name))
	case t.path != "-":
		t.final = t.path
	}
	if t.final != "" {
		if w, err = t.create(); err != nil {
			return err
		}
	}
	t.writer = export.NewWriter(w, t.format, t.many && !t.folder, t.names)
	return nil
}

// create creates the file, readable by this user only. Pipes and devices are written to as they are.
func (t *Output) create() (_ io.Writer, err error) {
	if st, statErr := os.Stat(t.final); statErr == nil && !st.Mode().IsRegular() {
		t.file, err = os.OpenFile(t.final, os.O_WRONLY, 0)
		t.final = ""
		return t.file, err
	}
	part := t.final + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	t.file, err = os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	return t.file, err
}

// fileName is the name of a recording's file in the folder: its own with the format's extension, and a number where two recordings
// would have the same name.
func (t *Output) fileName(name string) string {
	base := strings.TrimSuffix(name, filepath.Ext(name))
	out := base + "." + string(t.format)
	for n := 2; t.used[out]; n++ {
		out = fmt.Sprintf("%s-%d.%s", base, n, t.format)
	}
	t.used[out] = true
	return out
}

// end finishes a recording.
func (t *Output) end(lengthMS int64) error {
	err := t.writer.End(lengthMS)
	if t.folder {
		err = errors.Join(err, t.Close())
	}
	return err
}

// Close finishes the document and gives the file its final name.
func (t *Output) Close() error {
	if t.writer == nil {
		return nil
	}
	err := t.writer.Close()
	t.writer = nil
	if t.file == nil {
		return err
	}
	part := t.file.Name()
	if t.final != "" {
		err = errors.Join(err, t.file.Sync())
	}
	if err = errors.Join(err, t.file.Close()); err == nil && t.final != "" {
		err = os.Rename(part, t.final)
	}
	if err != nil {
		return models.WithHint(fmt.Errorf("output: %w", err), "what was written so far is in "+part)
	}
	return nil
}
