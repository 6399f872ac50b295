// Package terminal writes what people read on a terminal: plain lines and tables, with colour where there is a terminal, and
// nothing in them that could drive it. It prints a room as it talks, a transcript, a summary and a verdict.
package terminal

import (
	"io"
	"os"

	"golang.org/x/term"

	"earshot/cmd/earshot/secrets"
	"earshot/models"
)

// Palette colours text for a terminal; the zero palette leaves it as it is. Colour never carries a meaning alone.
type Palette struct{ on bool }

// PaletteFor is the colours for a writer: only a terminal gets any, and not when NO_COLOR (no-color.org) is set or the
// terminal is known to be dumb.
func PaletteFor(w io.Writer, environ secrets.Environ) Palette {
	f, ok := w.(*os.File)
	if !ok || environ.Get("NO_COLOR") != "" || environ.Get("TERM") == "dumb" {
		return Palette{}
	}
	return Palette{on: term.IsTerminal(int(f.Fd()))}
}

// On reports whether there are colours, and with them a terminal.
func (p Palette) On() bool { return p.on }

func (p Palette) code(code, s string) string {
	if !p.on {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// Dim is for what is less sure or less important.
func (p Palette) Dim(s string) string { return p.code("2", s) }

// Bold is for headings.
func (p Palette) Bold(s string) string { return p.code("1", s) }

// Warn is for mild findings.
func (p Palette) Warn(s string) string { return p.code("33", s) }

// Alert is for grave findings and errors.
func (p Palette) Alert(s string) string { return p.code("1;31", s) }

// level colours a flag's mark by how grave the flag is.
func (p Palette) level(l models.Level, mark string) string {
	if l.Rank() >= models.LevelMedium.Rank() {
		return p.Alert(mark)
	}
	return p.Warn(mark)
}
