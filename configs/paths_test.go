//go:build !race

package configs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPaths(t *testing.T) {
	dir, environ := home(t)
	name := write(
		t, filepath.Join(dir, "etc", "my.yaml"),
		"data_dir: ../var\nmodel: ~/tiny.bin\nrules: [demo, harassment.en, own/a.yaml, b.yml, /abs/c.yaml]\n",
	)
	c, err := Load(Options{File: name, Environ: environ})
	if err != nil {
		t.Fatal(err)
	}
	in := func(p string) string { return filepath.Join(dir, p) }
	want := []string{
		in("var"), in("tiny.bin"), "demo", "harassment.en", in("etc/own/a.yaml"), in("etc/b.yml"), "/abs/c.yaml",
	}
	if diff := cmp.Diff(want, append([]string{c.DataDir, c.Model}, c.Rules...)); diff != "" {
		t.Error(diff)
	}

	// The environment and flags are written by somebody in a working folder, whatever the file's folder is.
	cwd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	c, err = Load(Options{
		File: name, Environ: append(environ, "EARSHOT_MODEL=m.bin"), Flags: map[string]string{"data_dir": "d", "rules": "x.yaml,demo"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want = []string{filepath.Join(cwd, "d"), filepath.Join(cwd, "m.bin"), filepath.Join(cwd, "x.yaml"), "demo"}
	if diff := cmp.Diff(want, append([]string{c.DataDir, c.Model}, c.Rules...)); diff != "" {
		t.Error(diff)
	}
}

func TestStateFolder(t *testing.T) {
	for _, tt := range []struct {
		name    string
		environ []string
		want    string // DataDir, or a part of the error
	}{
		{"home", []string{"HOME=/home/ana"}, "/home/ana/.local/state/earshot"},
		{"xdg", []string{"HOME=/home/ana", "XDG_STATE_HOME=/var/state"}, "/var/state/earshot"},
		{"relative xdg is ignored", []string{"HOME=/home/ana", "XDG_STATE_HOME=state"}, "/home/ana/.local/state/earshot"},
		{"no home", nil, "there is no home folder"},
		{"no home but set", []string{"EARSHOT_DATA_DIR=/srv/e"}, "/srv/e"},
		{"tilde without home", []string{"EARSHOT_DATA_DIR=~/e"}, "needs HOME"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Load(Options{File: os.DevNull, Environ: tt.environ})
			if c.DataDir != tt.want && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("got %q, %v; want %q", c.DataDir, err, tt.want)
			}
		})
	}
}

func TestWhichFile(t *testing.T) {
	dir, environ := home(t)
	usual := write(t, filepath.Join(dir, ".config", "earshot", "earshot.yaml"), "language: id\n")
	other := write(t, filepath.Join(dir, "other.yaml"), "language: de\n")
	third := write(t, filepath.Join(dir, "third.yaml"), "language: fr\n")
	for _, tt := range []struct {
		name       string
		o          Options
		file, lang string
	}{
		{"usual place", Options{Environ: environ}, usual, "id"},
		{"environment", Options{Environ: append(environ, "EARSHOT_CONFIG="+other)}, other, "de"},
		{"named", Options{File: third, Environ: append(environ, "EARSHOT_CONFIG="+other)}, third, "fr"},
	} {
		r, err := Explain(tt.o)
		if err != nil || r.File != tt.file || r.Config.Language != tt.lang {
			t.Errorf("%s: %q, %q, %v", tt.name, r.File, r.Config.Language, err)
		}
	}
	for _, file := range []string{filepath.Join(dir, "none.yaml"), dir} {
		if _, err := Load(Options{File: file, Environ: environ}); err == nil ||
			!strings.HasPrefix(err.Error(), file+": this configuration file can't be read: ") {
			t.Errorf("%s: %v", file, err)
		}
	}
}
