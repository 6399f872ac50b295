// Package terminal prints text for people: plain lines and tables, in colour on terminals, with untrusted text made safe to
// print. It prints live rooms, transcripts, summaries and verdicts.
package terminal

import (
	"io"
	"os"

	"golang.org/x/term"

	"earshot/cmd/earshot/secrets"
	"earshot/models"
)

// Palette fits text to a terminal: its colours and its width. The zero Palette leaves text unchanged. Colour is never the only
// carrier of meaning.
type Palette struct {
	on    bool
	width int // in columns; 0: it is no terminal, or nobody knows
}

// PaletteFor returns the colours and the width of a writer: none unless it is a terminal. There are no colours either if NO_COLOR
// (no-color.org) is set or the terminal is known to be dumb.
func PaletteFor(w io.Writer, environ secrets.Environ) Palette {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return Palette{}
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		width = 0
	}
	return Palette{on: environ.Get("NO_COLOR") == "" && environ.Get("TERM") != "dumb", width: width}
}

// On reports whether there are colours, and so a terminal.
func (p Palette) On() bool { return p.on }

func (p Palette) code(code, s string) string {
	if !p.on {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// Dim is for less certain or less important text.
func (p Palette) Dim(s string) string { return p.code("2", s) }

// Bold is for headings.
func (p Palette) Bold(s string) string { return p.code("1", s) }

// Warn is for minor findings.
func (p Palette) Warn(s string) string { return p.code("33", s) }

// Alert is for serious findings and errors.
func (p Palette) Alert(s string) string { return p.code("1;31", s) }

// level colours a flag's mark by its severity.
func (p Palette) level(l models.Level, mark string) string {
	if l.Rank() >= models.LevelMedium.Rank() {
		return p.Alert(mark)
	}
	return p.Warn(mark)
}
