package transcripts

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"earshot/models"
	"earshot/moderation/review/export"
)

// say writes a transcript of one line.
func say(t *testing.T, o *Output, name string) {
	t.Helper()
	w, err := o.begin(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Line(models.Utterance{EndMS: 1000, Text: "of " + name}); err != nil {
		t.Fatal(err)
	}
	if err := o.end(1000); err != nil {
		t.Fatal(err)
	}
}

// TestOutputInAFolder: each recording has its own file, named after it, readable only by its owner.
func TestOutputInAFolder(t *testing.T) {
	to := filepath.Join(t.TempDir(), "made", "here") + string(filepath.Separator)
	o, err := NewOutput(nil, to, export.FormatText, []string{"a.wav", "b.wav"}, false)
	if err != nil {
		t.Fatal(err)
	}
	if o.InOne() {
		t.Error("a folder is taken for one document")
	}
	for _, name := range []string{"a.wav", "b.opus", "a.mp3", "stdin"} {
		say(t, o, name)
	}
	for name, want := range map[string]string{"a.txt": "of a.wav", "b.txt": "of b.opus", "a-2.txt": "of a.mp3", "stdin.txt": "of stdin"} {
		if got := read(t, filepath.Join(to, name)); !strings.Contains(got, want) || strings.Contains(got, "==") {
			t.Errorf("%s holds %q, want %q alone", name, got, want)
		}
		if st, err := os.Stat(filepath.Join(to, name)); err != nil || st.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, st.Mode(), err)
		}
	}
	if left, err := filepath.Glob(filepath.Join(to, "*.part")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
}

// TestOutputInAFile: a file gets its name once it is complete; until then the text so far lies beside it, and an existing file
// remains.
func TestOutputInAFile(t *testing.T) {
	path := write(t, filepath.Join(t.TempDir(), "all.txt"), "of last time")
	write(t, path+".part", "of a run that was killed")
	o, err := NewOutput(nil, path, export.FormatText, []string{"a.wav", "b.wav"}, false)
	if err != nil {
		t.Fatal(err)
	}
	say(t, o, "a.wav")
	if before, part := read(t, path), read(t, path+".part"); before != "of last time" || !strings.Contains(part, "of a.wav") ||
		strings.Contains(part, "killed") {
		t.Errorf("in the middle: %q, and %q", before, part)
	}
	say(t, o, "b.wav")
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	if err := o.Close(); err != nil {
		t.Errorf("closed again: %v", err)
	}
	got := read(t, path)
	if a, b := strings.Index(got, "== a.wav"), strings.Index(got, "== b.wav"); a < 0 || b < a {
		t.Errorf("%q", got)
	}
	if _, err := os.Stat(path + ".part"); err == nil {
		t.Error("the part is still there")
	}
}

// TestOutputElsewhere: standard output and devices are written to as they are.
func TestOutputElsewhere(t *testing.T) {
	var stdout bytes.Buffer
	o, err := NewOutput(&stdout, "-", export.FormatText, []string{"a.wav"}, false)
	if err != nil {
		t.Fatal(err)
	}
	say(t, o, "a.wav")
	if err := o.Close(); err != nil || !strings.Contains(stdout.String(), "of a.wav") {
		t.Errorf("%q, %v", stdout.String(), err)
	}
	o, err = NewOutput(nil, os.DevNull, export.FormatText, []string{"a.wav"}, false)
	if err != nil {
		t.Fatal(err)
	}
	say(t, o, "a.wav")
	if err := o.Close(); err != nil {
		t.Error(err)
	}
}

// TestOutputRefuses: an unwritable output is reported before anything is transcribed.
func TestOutputRefuses(t *testing.T) {
	in := write(t, filepath.Join(t.TempDir(), "talk.wav"), "sound")
	for name, tt := range map[string]struct{ path, want string }{
		"the recording itself": {in, "is the recording itself"},
		"a folder that is not": {filepath.Join(in+".d", "out.txt"), "no such file"},
	} {
		_, err := NewOutput(nil, tt.path, export.FormatText, []string{in}, false)
		if err == nil || !strings.Contains(err.Error(), tt.want) || models.Hint(err) == "" {
			t.Errorf("%s: %v, hint %q", name, err, models.Hint(err))
		}
	}
	if got := read(t, in); got != "sound" {
		t.Errorf("the recording holds %q", got)
	}
}
