package export

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"

	"earshot/models"
)

// Writer writes the transcripts of recordings, one after another, to one document. Text, Markdown, captions and tables are written
// as lines arrive; a page and JSON, which are incomplete before their end, when it is closed. In captions, each recording's times
// continue from the previous one. It is used by one goroutine.
type Writer struct {
	w      io.Writer
	format Format
	many   bool
	width  int

	name   string
	offset int64 // ms, of captions
	cues   *cueWriter
	table  *csv.Writer
	headed bool // the table has its header
	held   []Transcript
}

// NewWriter returns a writer. many says that there may be more than one recording, and names that lines have speakers' names.
func NewWriter(w io.Writer, f Format, many, names bool) *Writer {
	out := &Writer{w: w, format: f, many: many}
	if names {
		out.width = len("Channel 1")
	}
	switch f {
	case FormatSRT:
		out.cues = newCueWriter(w, srtForm{})
	case FormatVTT:
		out.cues = newCueWriter(w, vttForm{})
	case FormatCSV:
		out.table = csv.NewWriter(w)
		out.table.UseCRLF = true
	}
	return out
}

// Begin starts a recording, named without its folder.
func (w *Writer) Begin(name string) (err error) {
	w.name = name
	switch {
	case w.format == FormatText && w.many:
		_, err = fmt.Fprintf(w.w, "== %s\n", shown(name))
	case w.format == FormatMD:
		_, err = fmt.Fprintf(w.w, "# %s\n\n## Transcript\n\n", md(name))
	case w.format == FormatVTT && w.many:
		if err = w.cues.flush(math.MaxInt64); err == nil {
			_, err = fmt.Fprintf(w.w, "NOTE %s begins at %s\n\n", vttEscape.Replace(shown(name)), Clock(w.offset))
		}
	case w.format == FormatJSON || w.format == FormatHTML:
		w.held = append(w.held, Transcript{Source: name})
	}
	return err
}

// Line implements the sink of a transcription: lines of the current recording, in order of time.
func (w *Writer) Line(u models.Utterance) error { return w.entry(entry{line: &u}) }

// Gap adds a missing part, in its place among the lines.
func (w *Writer) Gap(g models.Gap) error { return w.entry(entry{gap: &g}) }

func (w *Writer) entry(e entry) (err error) {
	silent := e.line != nil && e.line.Text == "" && e.line.State != models.UtteranceFailed
	switch {
	case w.format == FormatJSON || w.format == FormatHTML:
		w.hold(e)
	case silent:
	case w.cues != nil && e.line != nil:
		return w.cues.add(*e.line, w.offset)
	case w.table != nil:
		return w.row(e)
	case w.format == FormatText && e.gap != nil:
		_, err = fmt.Fprintln(w.w, GapLine(*e.gap))
	case w.format == FormatText:
		_, err = fmt.Fprintln(w.w, Line(*e.line, nil, w.width))
	case w.format == FormatMD:
		_, err = io.WriteString(w.w, markdownEntry(e))
	}
	return err
}

// hold keeps an entry until the end.
func (w *Writer) hold(e entry) {
	t := &w.held[len(w.held)-1]
	if e.gap != nil {
		t.Gaps = append(t.Gaps, *e.gap)
	} else {
		t.Utterances = append(t.Utterances, *e.line)
	}
}

// linesHeader names the columns of a recording's table. Columns may be added at the end; none is ever moved.
var linesHeader = []string{"recording", "time", "start_ms", "end_ms", "speaker", "line", "doubt"}

// head writes the table's header once. Errors are those of the next Flush.
func (w *Writer) head() {
	if !w.headed {
		w.headed = true
		_ = w.table.Write(linesHeader)
	}
}

// row writes a line of a table.
func (w *Writer) row(e entry) error {
	w.head()
	row := make([]string, len(linesHeader))
	row[0] = w.name
	if e.gap != nil {
		row[1], row[5] = Clock(e.gap.StartMS), GapLine(*e.gap)
		row[2], row[3] = strconv.FormatInt(e.gap.StartMS, 10), strconv.FormatInt(e.gap.EndMS, 10)
	} else {
		row[1], row[4], row[5], row[6] = Clock(e.line.StartMS), e.line.SpeakerName, spoken(*e.line), doubts(e.line.Doubt)
		row[2], row[3] = strconv.FormatInt(e.line.StartMS, 10), strconv.FormatInt(e.line.EndMS, 10)
	}
	for i, cell := range row {
		row[i] = safeCell(cell)
	}
	_ = w.table.Write(row)
	w.table.Flush()
	return w.table.Error()
}

// End ends a recording of this length.
func (w *Writer) End(lengthMS int64) error {
	if w.cues == nil {
		return nil
	}
	w.offset += lengthMS
	return w.cues.flush(w.offset)
}

// Close writes everything pending. The underlying writer stays open.
func (w *Writer) Close() error {
	switch {
	case w.cues != nil:
		return w.cues.flush(math.MaxInt64)
	case w.table != nil:
		w.head()
		w.table.Flush()
		return w.table.Error()
	case w.format == FormatJSON && w.many:
		return w.array()
	case w.format == FormatJSON && len(w.held) == 1:
		return writeJSON(w.w, w.held[0])
	case w.format == FormatHTML:
		return writePages(w.w, w.held)
	}
	return nil
}

// array writes several transcripts as one JSON array.
func (w *Writer) array() error {
	for i := range w.held {
		w.held[i] = w.held[i].whole()
	}
	if w.held == nil {
		w.held = []Transcript{}
	}
	e := json.NewEncoder(w.w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(w.held)
}
