package cli

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"earshot/cmd/earshot/terminal"
	"earshot/models"
)

// Printf prints to the standard output. What others wrote goes through terminal.Plain first. What could not be printed is the
// error with which Run ends the program.
func (e *Env) Printf(format string, args ...any) {
	if _, err := fmt.Fprintf(e.Stdout, format, args...); err != nil && e.unprinted == nil {
		e.unprinted = err
	}
}

// Println prints one line to the standard output, as Printf does.
func (e *Env) Println(line string) { e.Printf("%s\n", line) }

// Notef tells something beside the output, on the error output.
func (e *Env) Notef(format string, args ...any) { e.Tellf("note: "+format, args...) }

// Notes tells several things beside the output.
func (e *Env) Notes(notes []string) {
	for _, n := range notes {
		e.Notef("%s", n)
	}
}

// Tellf tells one line on the error output: what goes on, and what to do next.
func (e *Env) Tellf(format string, args ...any) { fmt.Fprintf(e.Stderr, format+"\n", args...) }

// JSON prints one value as indented JSON.
func (e *Env) JSON(v any) error {
	to := json.NewEncoder(e.Stdout)
	to.SetIndent("", "  ")
	to.SetEscapeHTML(false)
	return to.Encode(v)
}

// Table prints rows in aligned columns, the first row as the heading.
func (e *Env) Table(rows [][]string) error { return terminal.Table(e.Stdout, e.Paint(), rows) }

// Paint is the colours of the standard output.
func (e *Env) Paint() terminal.Palette { return terminal.PaletteFor(e.Stdout, e.Environ) }

// ErrorPaint is the colours of the error output.
func (e *Env) ErrorPaint() terminal.Palette { return terminal.PaletteFor(e.Stderr, e.Environ) }

// PrintError tells what went wrong and, where it is known, what to do.
func (e *Env) PrintError(err error) {
	const label = "error: "
	text := terminal.Indent(label, terminal.PlainLines(err.Error()))
	fmt.Fprint(e.Stderr, e.ErrorPaint().Alert(label), strings.TrimPrefix(text, label))
	if hint := models.Hint(err); hint != "" {
		fmt.Fprint(e.Stderr, terminal.Indent("hint: ", terminal.PlainLines(hint)))
	}
}

// Bar is a progress bar on the error output, or nothing when that is no terminal. -1: nobody knows how much there is.
func (e *Env) Bar(most int64, what string) *progressbar.ProgressBar { return e.bar(most, what) }

// CountBar is a Bar with the number of what is done.
func (e *Env) CountBar(most int, what string) *progressbar.ProgressBar {
	return e.bar(int64(most), what, progressbar.OptionShowCount())
}

// BytesBar is a Bar with the number of bytes, and how fast they come.
func (e *Env) BytesBar(most int64, what string) *progressbar.ProgressBar {
	return e.bar(most, what, progressbar.OptionShowBytes(true))
}

func (e *Env) bar(most int64, what string, more ...progressbar.Option) *progressbar.ProgressBar {
	return progressbar.NewOptions64(most, append(more,
		progressbar.OptionSetWriter(e.Stderr), progressbar.OptionSetDescription(what),
		progressbar.OptionSetVisibility(e.ErrorPaint().On()), progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(30))...)
}

// Steps tells the steps of long work on the error output, each with the seconds since Steps was called.
func (e *Env) Steps() func(string) {
	began := time.Now()
	return func(what string) { fmt.Fprintf(e.Stderr, "%4.0f s  %s\n", time.Since(began).Seconds(), what) }
}
