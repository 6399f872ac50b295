package export

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"

	"earshot/models"
)

// csvHeader names the columns of the flags' table. Columns may be added at the end; none is ever moved.
var csvHeader = []string{
	"time", "start_ms", "end_ms", "speaker", "rule", "pack", "level", "mode", "status", "decided_by", "decided", "matched", "line", "why",
	"id",
}

// writeCSV writes the flags as a table, one row each, in UTF-8 with CRLF (RFC 4180).
func writeCSV(w io.Writer, t Transcript) error {
	said := map[models.Key]string{}
	for _, u := range t.Utterances {
		said[u.Key] = u.Text
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(csvHeader); err != nil {
		return err
	}
	for _, f := range t.Flags {
		var matched []string
		for _, m := range f.Matched {
			matched = append(matched, m.Text)
		}
		row := []string{
			Clock(f.StartMS), strconv.FormatInt(f.StartMS, 10), strconv.FormatInt(f.EndMS, 10), f.SpeakerName, f.Rule, f.Pack, string(f.Level),
			string(f.Mode), string(f.Status), f.DecidedBy, timestamp(f.Decided), strings.Join(matched, " "), said[f.Utterance], f.Why, f.ID,
		}
		for i, cell := range row {
			row[i] = safeCell(cell)
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// timestamp is RFC 3339 in UTC, or "".
func timestamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// safeCell returns a cell that no spreadsheet interprets as a formula: one line without control characters, with an apostrophe
// before anything that begins like a formula, also after spaces or in full width (OWASP, CSV injection).
func safeCell(s string) string {
	s = oneLine(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD")))
	if strings.ContainsAny(firstRune(s), "=+-@|%＝＋－＠") {
		return "'" + s
	}
	return s
}

func firstRune(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}
