//go:build !race

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"earshot/configs"
	"earshot/models"
)

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"Ana":                    "Ana",
		"Añá 日本 👍🏽":              "Añá 日本 👍🏽",
		"a\x1b[31mb":             "a[31mb",
		"a\nb\tc\rd":             "a b cd",
		"a\u202eb\u2066c\u200fd": "abcd",
		"a\u009bb\x00\x7f":       "ab",
	} {
		if got := plain(in); got != want {
			t.Errorf("plain(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestTable(t *testing.T) {
	var b bytes.Buffer
	rows := [][]string{{"NAME", "LINES"}, {"Ana\x1b[2J", "3"}, {"Benjamin", ""}}
	if err := table(&b, palette{}, rows); err != nil {
		t.Fatal(err)
	}
	if got, want := b.String(), "NAME      LINES\nAna[2J    3\nBenjamin\n"; got != want {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

func TestColourIsForTerminalsOnly(t *testing.T) {
	a := &cli{environ: []string{"TERM=xterm"}}
	for name, p := range map[string]palette{"buffer": a.palette(&bytes.Buffer{}), "file": a.palette(regularFile(t))} {
		if got := p.alert("x"); got != "x" {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := (palette{on: true}).alert("x"); !strings.Contains(got, "\x1b[") || !strings.Contains(got, "x") {
		t.Errorf("no colour where it is wanted: %q", got)
	}
}

func regularFile(t *testing.T) *os.File {
	t.Helper()
	f, err := os.Create(t.TempDir() + "/out")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func TestColourOnATerminal(t *testing.T) {
	tty := openTerminal(t)
	for _, tt := range []struct {
		environ []string
		want    bool
	}{
		{[]string{"TERM=xterm"}, true},
		{nil, true},
		{[]string{"TERM=xterm", "NO_COLOR="}, true}, // an empty one counts as not set
		{[]string{"TERM=xterm", "NO_COLOR=1"}, false},
		{[]string{"TERM=dumb"}, false},
	} {
		if got := (&cli{environ: tt.environ}).palette(tty).on; got != tt.want {
			t.Errorf("%q: colour %v, want %v", tt.environ, got, tt.want)
		}
	}
}

// openTerminal opens a pseudo-terminal's master, which is a terminal too.
func openTerminal(t *testing.T) *os.File {
	t.Helper()
	f, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func TestExitCodes(t *testing.T) {
	plainErr := errors.New("x")
	for _, tt := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{plainErr, 1},
		{badInput(nil), 0},
		{fmt.Errorf("reading: %w", badInput(plainErr)), 2},
		{checksFailed(plainErr), 3},
		{models.WithHint(&configs.Error{}, "look"), 2},
		{context.Canceled, 1},
	} {
		if got := exitCode(tt.err); got != tt.want {
			t.Errorf("%v: exit code %d, want %d", tt.err, got, tt.want)
		}
	}
}

func TestErrorsArePrintedWithTheirHint(t *testing.T) {
	var b bytes.Buffer
	a := &cli{stderr: &b}
	a.printError(models.WithHint(errors.New("first\nsecond\x1b[2J"), "do this"))
	if got, want := b.String(), "error: first\n       second[2J\nhint: do this\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
