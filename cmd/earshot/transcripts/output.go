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

// Output is where transcripts go: one document on the standard output or in a file, or a file for each recording
// in a folder. Lines are written as they come: into a file whose name ends with ".part" until it is done, also when it
// comes to an early end.
type Output struct {
	stdout io.Writer
	path   string
	folder bool
	format export.Format
	many   bool
	names  bool

	used   map[string]bool
	file   *os.File // nil for the standard output
	final  string
	writer *export.Writer
}

// IsFolder reports whether an output is meant as a folder: one that is there, or a path that ends as one.
func IsFolder(path string) bool {
	if strings.HasSuffix(path, string(filepath.Separator)) {
		return true
	}
	st, err := os.Stat(path)
	return err == nil && st.IsDir()
}

// NewOutput checks where the transcripts of inputs are to go: "-" is stdout, a path that is or ends like a folder a file for each,
// and any other a file. With names lines begin with their speaker. Nothing is made yet.
func NewOutput(stdout io.Writer, path string, format export.Format, inputs []string, names bool) (*Output, error) {
	t := &Output{
		stdout: stdout, path: path, folder: path != "-" && IsFolder(path), format: format, many: len(inputs) > 1, names: names,
		used: map[string]bool{},
	}
	const hint = "name a file in a folder that is there and can be written to"
	if path == "-" || t.folder {
		return t, nil
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return nil, models.WithHint(fmt.Errorf("output: %w", err), hint)
	}
	to, err := os.Stat(path)
	for _, in := range inputs {
		from, inErr := os.Stat(in)
		if err == nil && inErr == nil && os.SameFile(from, to) {
			return nil, models.WithHint(fmt.Errorf("output: %s is the recording itself", path), hint)
		}
	}
	return t, nil
}

// InOne reports whether all transcripts go into one document.
func (t *Output) InOne() bool { return !t.folder }

// begin begins a recording.
func (t *Output) begin(name string) (*export.Writer, error) {
	if t.writer == nil || t.folder {
		if err := t.open(name); err != nil {
			return nil, models.WithHint(fmt.Errorf("output: %w", err), "name a place that can be written to")
		}
	}
	return t.writer, t.writer.Begin(name)
}

// open opens the document that a recording goes to.
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

// create makes the file, readable by this user only. A pipe or a device is written to as it is.
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

// fileName is the name of a recording's file in the folder: its own with the format's ending, and a number where two
// recordings would have the same.
func (t *Output) fileName(name string) string {
	base := strings.TrimSuffix(name, filepath.Ext(name))
	out := base + "." + string(t.format)
	for n := 2; t.used[out]; n++ {
		out = fmt.Sprintf("%s-%d.%s", base, n, t.format)
	}
	t.used[out] = true
	return out
}

// end ends a recording.
func (t *Output) end(lengthMS int64) error {
	err := t.writer.End(lengthMS)
	if t.folder {
		err = errors.Join(err, t.Close())
	}
	return err
}

// Close ends the document, and gives the file its name.
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
