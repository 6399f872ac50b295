package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"earshot/cmd/earshot/terminal"
	"earshot/models"
)

// Printf prints whole lines to the standard output, wrapped to the width of the terminal. The caller passes text that others wrote through
// terminal.Plain first. If printing fails, Run ends the program with that error.
func (e *Env) Printf(format string, args ...any) {
	e.Print(e.Paint().Fold(fmt.Sprintf(format, args...)))
}

// Print prints a document to the standard output unchanged, whatever the width of the terminal.
func (e *Env) Print(text string) {
	if _, err := io.WriteString(e.Stdout, text); err != nil && e.unprinted == nil {
		e.unprinted = err
	}
}

// Println prints one line to the standard output, like Printf.
func (e *Env) Println(line string) { e.Printf("%s\n", line) }

// Notef prints a note on the error output.
func (e *Env) Notef(format string, args ...any) {
	fmt.Fprint(e.Stderr, e.ErrorPaint().Labelled("note: ", fmt.Sprintf(format, args...)))
}

// Notes prints several notes on the error output.
func (e *Env) Notes(notes []string) {
	for _, n := range notes {
		e.Notef("%s", n)
	}
}

// Tellf prints one line on the error output: what is going on, or what to do next.
func (e *Env) Tellf(format string, args ...any) {
	fmt.Fprintln(e.Stderr, e.ErrorPaint().Fold(fmt.Sprintf(format, args...)))
}

// JSON prints a value as indented JSON.
func (e *Env) JSON(v any) error { return WriteJSON(e.Stdout, v) }

// WriteJSON writes a value as indented JSON.
func WriteJSON(w io.Writer, v any) error {
	to := json.NewEncoder(w)
	to.SetIndent("", "  ")
	to.SetEscapeHTML(false)
	return to.Encode(v)
}

// Table prints rows in aligned columns; the first row is the heading.
func (e *Env) Table(rows [][]string) error { return terminal.Table(e.Stdout, e.Paint(), rows) }

// Paint returns the palette of the standard output.
func (e *Env) Paint() terminal.Palette { return terminal.PaletteFor(e.Stdout, e.Environ) }

// ErrorPaint returns the palette of the error output.
func (e *Env) ErrorPaint() terminal.Palette { return terminal.PaletteFor(e.Stderr, e.Environ) }

// sentence returns an error as people read it: reworded, with package names at the beginning of lines removed, and without saying twice
// that something does not exist.
func sentence(err error) string {
	lines := strings.Split(terminal.PlainLines(plainWords(err.Error(), err)), "\n")
	for i, l := range lines {
		l = strings.ReplaceAll(strings.TrimPrefix(l, "store: "), ": store: ", ": ")
		l = terminal.WithoutReasons(l)
		if strings.HasPrefix(l, "no ") || strings.HasPrefix(l, "there is no ") || strings.HasPrefix(l, "nothing ") {
			l = strings.TrimSuffix(l, ": "+models.ErrNotFound.Error())
		}
		lines[i] = l
	}
	return strings.Join(lines, "\n")
}

// PrintError prints what went wrong and, if known, what to do about it.
func (e *Env) PrintError(err error) {
	paint := e.ErrorPaint()
	fmt.Fprint(e.Stderr, paint.Labelled(paint.Alert("error: "), sentence(err)))
	if hint := hintOf(err); hint != "" {
		fmt.Fprint(e.Stderr, paint.Labelled("hint: ", terminal.PlainLines(hint)))
	}
}

// errorJSON is an error as printed to a script that asked for JSON.
type errorJSON struct {
	Error string `json:"error"`
	Hint  string `json:"hint,omitempty"`
	Code  int    `json:"exit_code"`
}

// jsonError is PrintError for scripts: it prints one JSON object on the error output.
func (e *Env) jsonError(err error) {
	to := json.NewEncoder(e.Stderr)
	to.SetEscapeHTML(false)
	_ = to.Encode(errorJSON{sentence(err), terminal.PlainLines(hintOf(err)), exitCode(err)})
}

// hintOf returns what to do about an error: its own hint, or the one for its kind.
func hintOf(err error) string { return cmp.Or(models.Hint(err), faultHint(err)) }

// Steps returns a function that prints a step of lengthy work on the error output, preceded by the seconds since Steps was called.
func (e *Env) Steps() func(string) {
	began := time.Now()
	return func(what string) { fmt.Fprintf(e.Stderr, "%4.0f s  %s\n", time.Since(began).Seconds(), what) }
}
