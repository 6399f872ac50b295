package terminal

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/rivo/uniseg"
	"golang.org/x/sys/unix"

	"earshot/cmd/earshot/secrets"
)

var sessions = [][]string{
	{"SESSION", "ROOM", "BEGAN", "LINES", "FLAGS", "SUMMARY"},
	{"open-mic-1", "Open mic", "2026-03-01 20:00", "128", "3", "Ana opens, Benjamin sings two songs and Cem reads a poem about 日本"},
	{"b", "Radio", "2026-03-02 09:00", "7", "", ""},
}

func TestNarrowTables(t *testing.T) {
	long := [][]string{{"NAME", "ABOUT"}, {"open-mic", "everybody may speak; the host is asked about insults"}, {"b", "short"}}
	for name, c := range map[string]struct {
		rows  [][]string
		width int
		want  string
	}{
		"fits": {long, 80, "" +
			"NAME      ABOUT\n" +
			"open-mic  everybody may speak; the host is asked about insults\n" +
			"b         short\n"},
		"last column wraps below itself": {long, 40, "" +
			"NAME      ABOUT\n" +
			"open-mic  everybody may speak; the host\n" +
			"          is asked about insults\n" +
			"b         short\n"},
		"no room beside the first": {long, 22, "" +
			"NAME\n    ABOUT\n" +
			"open-mic\n    everybody may\n    speak; the host is\n    asked about\n    insults\n" +
			"b\n    short\n"},
		"columns go on below": {sessions, 50, "" +
			"SESSION     ROOM      BEGAN             LINES\n    FLAGS  SUMMARY\n" +
			"open-mic-1  Open mic  2026-03-01 20:00  128\n" +
			"    3      Ana opens, Benjamin sings two songs and\n           Cem reads a poem about 日本\n" +
			"b           Radio     2026-03-02 09:00  7\n"},
		"a word is never cut": {[][]string{{"ID"}, {"0123456789abcdef"}}, 10, "ID\n0123456789abcdef\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := Table(&b, Palette{width: c.width}, c.rows); err != nil {
				t.Fatal(err)
			}
			if b.String() != c.want {
				t.Errorf("got\n%s\nwant\n%s", b.String(), c.want)
			}
		})
	}
}

// TestTableFitsItsTerminal prints to a pseudo-terminal of 60 columns, and to a file.
func TestTableFitsItsTerminal(t *testing.T) {
	tty := openTerminal(t)
	if err := unix.IoctlSetWinsize(int(tty.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 60}); err != nil {
		t.Fatal(err)
	}
	paint := PaletteFor(tty, secrets.Environ{"NO_COLOR=1"})
	if paint.width != 60 {
		t.Fatalf("%d columns, want 60", paint.width)
	}
	file := regularFile(t)
	if got := PaletteFor(file, nil).width; got != 0 {
		t.Errorf("a file has %d columns", got)
	}
	if err := Table(file, Palette{}, sessions); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file.Name())
	if err != nil || strings.Count(string(text), "\n") != len(sessions) {
		t.Errorf("in a file: %v\n%s", err, text)
	}
	var b bytes.Buffer
	if err := Table(&b, paint, sessions); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		if w := uniseg.StringWidth(strings.TrimSpace(line)); w > 60 {
			t.Errorf("%d columns: %s", w, line)
		}
	}
}
