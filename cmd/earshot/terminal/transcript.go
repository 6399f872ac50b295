package terminal

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"earshot/models"
	"earshot/moderation/review/export"
)

// Transcript is everything that is shown of a session; "sessions show --json" prints it as it is.
type Transcript struct {
	Session    models.SessionInfo `json:"session"`
	Utterances []models.Utterance `json:"utterances"`
	Flags      []models.Flag      `json:"flags"`
	Gaps       []models.Gap       `json:"gaps"`
}

// Print writes the transcript for people; times of day are those of this machine: what it is, the lines, who talked how much.
func (t Transcript) Print(w io.Writer, paint Palette) error {
	head := t.heading()
	text := paint.Bold(Plain(head[0])) + "\n" + Plain(head[1]) + "\n\n"
	for _, l := range t.lines(paint) {
		text += l + "\n"
	}
	if len(t.Session.Speakers) > 0 {
		text += "\n"
	}
	if _, err := io.WriteString(w, text); err != nil || len(t.Session.Speakers) == 0 {
		return err
	}
	return Table(w, paint, speakerRows(t.Session))
}

// heading is two lines: the stay, and what it was heard and judged with.
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

// lines are the transcript, with each gap before the first line that begins after it.
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

// utteranceLine is one line with its flags; doubtful text is dim.
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
		line += "  " + mark
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
