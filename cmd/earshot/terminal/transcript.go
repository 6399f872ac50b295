package terminal

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"earshot/models"
	"earshot/moderation/review/export"
)

// Transcript is everything shown of a session; "sessions show --json" prints it as it is.
type Transcript struct {
	Session    models.SessionInfo `json:"session"`
	Utterances []models.Utterance `json:"utterances"`
	Flags      []models.Flag      `json:"flags"`
	Gaps       []models.Gap       `json:"gaps"`
}

// Print prints the transcript for people: heading, lines, and who talked how much. Times are in this machine's time zone.
func (t Transcript) Print(w io.Writer, paint Palette) error {
	head := t.heading()
	text := paint.Bold(Plain(head[0])) + "\n" + Plain(head[1]) + "\n\n"
	for _, l := range t.lines(paint) {
		text += l + "\n"
	}
	if len(t.Session.Speakers) > 0 {
		text += "\n"
	}
	if _, err := io.WriteString(w, paint.Fold(text)); err != nil || len(t.Session.Speakers) == 0 {
		return err
	}
	return Table(w, paint, speakerRows(t.Session))
}

// heading returns two lines: about the session, and about the model and rules used.
func (t Transcript) heading() [2]string {
	s := t.Session
	first := fmt.Sprintf("%s  %s  %s  %s", RoomName(s.Session), Minute(s.Started),
		export.Clock(s.DurationMS), StateText(s.Session))
	var parts []string
	if s.Model != "" {
		parts = append(parts, "model "+s.Model)
	}
	if s.Rules != "" {
		parts = append(parts, "rules "+s.Rules)
	}
	parts = append(parts, models.Count(s.Utterances, "line"), models.Count(s.Flags, "flag"))
	if s.OpenFlags > 0 {
		parts[len(parts)-1] += fmt.Sprintf(" (%d open)", s.OpenFlags)
	}
	if s.Gaps > 0 {
		parts = append(parts, fmt.Sprintf("%.1f s not heard", float64(s.LostMS)/1000))
	}
	if s.Pending > 0 {
		parts = append(parts, models.Count(s.Pending, "stretch")+" not yet transcribed")
	}
	return [2]string{first, strings.Join(parts, " · ")}
}

// lines prints the transcript, with each gap before the first line that begins after it.
func (t Transcript) lines(paint Palette) []string {
	flags := map[models.Key][]models.Flag{}
	width := 0
	for _, f := range t.Flags {
		flags[f.Utterance] = append(flags[f.Utterance], f)
	}
	for _, u := range t.Utterances {
		width = min(20, max(width, utf8.RuneCountInString(u.SpeakerName)))
	}
	var out []string
	gaps := t.Gaps
	for _, u := range t.Utterances {
		for len(gaps) > 0 && gaps[0].StartMS < u.StartMS {
			out = append(out, paint.Dim(Plain(export.GapLine(gaps[0]))))
			gaps = gaps[1:]
		}
		if u.Text == "" && u.State != models.UtteranceFailed {
			continue
		}
		out = append(out, utteranceLine(u, flags[u.Key], width, paint))
	}
	for _, g := range gaps {
		out = append(out, paint.Dim(Plain(export.GapLine(g))))
	}
	return out
}

// utteranceLine prints one line with its flags; doubtful text is dim.
func utteranceLine(u models.Utterance, flags []models.Flag, width int, paint Palette) string {
	line := Plain(export.Line(u, nil, width))
	if len(u.Doubt) > 0 || u.State == models.UtteranceFailed {
		line = paint.Dim(line)
	}
	for _, f := range flags {
		mark := Plain(fmt.Sprintf("▲ %s %s", f.Rule, f.Level))
		if f.Status == models.FlagConfirmed || f.Status == models.FlagDismissed {
			mark += " (" + string(f.Status) + ")"
		}
		if f.Status == models.FlagDismissed {
			mark = paint.Dim(mark)
		} else {
			mark = paint.level(f.Level, mark)
		}
		line += "  " + mark + "  " + paint.Dim(Plain(f.ID))
	}
	return line
}

func speakerRows(s models.SessionInfo) [][]string {
	rows := [][]string{{"SPEAKER", "TALKED", "LINES", "FLAGS"}}
	for _, p := range s.Speakers {
		rows = append(rows, []string{p.Name, export.Clock(p.TalkMS), fmt.Sprint(p.Utterances), fmt.Sprint(p.Flags)})
	}
	return rows
}
