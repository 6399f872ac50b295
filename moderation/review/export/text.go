package export

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"earshot/models"
)

func writeText(w io.Writer, t Transcript) error {
	flags := map[models.Key][]models.Flag{}
	for _, f := range t.Flags {
		flags[f.Utterance] = append(flags[f.Utterance], f)
	}
	width := nameWidth(t.Utterances)
	gaps := t.Gaps
	for _, u := range t.Utterances {
		for len(gaps) > 0 && gaps[0].StartMS < u.StartMS {
			if _, err := fmt.Fprintln(w, GapLine(gaps[0])); err != nil {
				return err
			}
			gaps = gaps[1:]
		}
		if u.Text == "" && u.State != models.UtteranceFailed {
			continue
		}
		if _, err := fmt.Fprintln(w, Line(u, flags[u.Key], width)); err != nil {
			return err
		}
	}
	for _, g := range gaps {
		if _, err := fmt.Fprintln(w, GapLine(g)); err != nil {
			return err
		}
	}
	return nil
}

// Line is an utterance as one line of plain text: time, speaker padded to width characters, words, doubts and flags.
func Line(u models.Utterance, flags []models.Flag, width int) string {
	var b strings.Builder
	b.WriteString(Clock(u.StartMS) + "  ")
	if width > 0 {
		b.WriteString(u.SpeakerName + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(u.SpeakerName))) + "  ")
	}
	if u.State == models.UtteranceFailed {
		b.WriteString("(could not be transcribed)")
	} else {
		b.WriteString(u.Text)
	}
	if len(u.Doubt) > 0 {
		names := make([]string, len(u.Doubt))
		for i, d := range u.Doubt {
			names[i] = strings.ReplaceAll(string(d), "_", " ")
		}
		b.WriteString("  (doubtful: " + strings.Join(names, ", ") + ")")
	}
	for _, f := range flags {
		fmt.Fprintf(&b, "  ▲ %s %s", f.Rule, f.Level)
	}
	return b.String()
}

// GapLine is a gap as one line of plain text.
func GapLine(g models.Gap) string {
	who := g.SpeakerName
	if who == "" {
		who = "anybody"
	}
	return fmt.Sprintf("%s  — %.1f s not heard from %s (%s)", Clock(g.StartMS), float64(g.LostMS)/1000, who, gapReason(g.Cause))
}

func gapReason(c models.GapCause) string {
	switch c {
	case models.GapLoss:
		return "packet loss"
	case models.GapCut:
		return "connection cut"
	case models.GapOverload:
		return "this machine was overloaded"
	case models.GapRestart:
		return "Earshot was not running"
	}
	return string(c)
}

// nameWidth is the width of the widest speaker name in characters, at most 20.
func nameWidth(us []models.Utterance) int {
	width := 0
	for _, u := range us {
		width = max(width, utf8.RuneCountInString(u.SpeakerName))
	}
	return min(width, 20)
}

func writeJSON(w io.Writer, t Transcript) error {
	if t.Utterances == nil {
		t.Utterances = []models.Utterance{}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(t)
}
