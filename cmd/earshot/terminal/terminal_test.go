package terminal

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"earshot/cmd/earshot/secrets"
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
		if got := Plain(in); got != want {
			t.Errorf("Plain(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestTable(t *testing.T) {
	var b bytes.Buffer
	rows := [][]string{{"NAME", "LINES"}, {"Ana\x1b[2J", "3"}, {"Benjamin", ""}}
	if err := Table(&b, Palette{}, rows); err != nil {
		t.Fatal(err)
	}
	if got, want := b.String(), "NAME      LINES\nAna[2J    3\nBenjamin\n"; got != want {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

func TestColourIsForTerminalsOnly(t *testing.T) {
	environ := secrets.Environ{"TERM=xterm"}
	for name, p := range map[string]Palette{"buffer": PaletteFor(&bytes.Buffer{}, environ), "file": PaletteFor(regularFile(t), environ)} {
		if got := p.Alert("x"); got != "x" {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := (Palette{on: true}).Alert("x"); !strings.Contains(got, "\x1b[") || !strings.Contains(got, "x") {
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
		{[]string{"TERM=xterm", "NO_COLOR="}, true}, // an empty value counts as unset
		{[]string{"TERM=xterm", "NO_COLOR=1"}, false},
		{[]string{"TERM=dumb"}, false},
	} {
		if got := PaletteFor(tty, tt.environ).on; got != tt.want {
			t.Errorf("%q: colour %v, want %v", tt.environ, got, tt.want)
		}
	}
}

// openTerminal opens a pseudo-terminal's master side, which is a terminal too.
func openTerminal(t *testing.T) *os.File {
	t.Helper()
	f, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}
