package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"earshot/models"
	"earshot/models/store"
	"earshot/moderation/review/export"
)

func newSessionsShow(a *cli) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show SESSION",
		Short: "Show the transcript of a session with its flags and gaps",
		Long: `Shows one session: what was said by whom and when, what the rules flagged (▲), and what could not be heard (—).

SESSION is a session's name as "earshot sessions list" prints it, the beginning of one, or "last" for the newest.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			store, err := a.openStore(cmd)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, store.Close()) }()
			r, err := readRecord(cmd, store, args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return a.writeJSON(r)
			}
			return r.print(a.stdout, a.palette(a.stdout), time.Local)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object with words, times and probabilities")
	return cmd
}

// record is everything that "sessions show" knows of a session; it is also the form of its --json.
type record struct {
	Session    models.SessionInfo `json:"session"`
	Utterances []models.Utterance `json:"utterances"`
	Flags      []models.Flag      `json:"flags"`
	Gaps       []models.Gap       `json:"gaps"`
}

func readRecord(cmd *cobra.Command, store store.Store, word string) (record, error) {
	r := record{Utterances: []models.Utterance{}, Flags: []models.Flag{}, Gaps: []models.Gap{}}
	ctx := cmd.Context()
	var err error
	if r.Session, err = findSession(ctx, store, word); err != nil {
		return r, err
	}
	id := r.Session.ID
	us, errU := store.Utterances(ctx, id)
	fs, errF := store.Flags(ctx, id)
	gs, errG := store.Gaps(ctx, id)
	r.Utterances, r.Flags, r.Gaps = append(r.Utterances, us...), append(r.Flags, fs...), append(r.Gaps, gs...)
	slices.SortStableFunc(r.Utterances, func(a, b models.Utterance) int { return cmp.Compare(a.StartMS, b.StartMS) })
	return r, errors.Join(errU, errF, errG)
}

// print writes the record for people: what it is, the lines, who talked how much.
func (r record) print(w io.Writer, paint palette, zone *time.Location) error {
	head := r.heading(zone)
	text := paint.bold(plain(head[0])) + "\n" + plain(head[1]) + "\n\n"
	for _, l := range r.lines(paint) {
		text += l + "\n"
	}
	if len(r.Session.Speakers) > 0 {
		text += "\n"
	}
	if _, err := io.WriteString(w, text); err != nil || len(r.Session.Speakers) == 0 {
		return err
	}
	return table(w, paint, speakerRows(r.Session))
}

// heading is two lines: the stay, and what it was heard and judged with.
func (r record) heading(zone *time.Location) [2]string {
	s := r.Session
	first := fmt.Sprintf("%s  %s  %s  %s", sessionName(s.Session), s.Started.In(zone).Format("2006-01-02 15:04"),
		export.Clock(s.DurationMS), sessionState(s.Session))
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
func (r record) lines(paint palette) []string {
	flags := map[models.Key][]models.Flag{}
	width := 0
	for _, f := range r.Flags {
		flags[f.Utterance] = append(flags[f.Utterance], f)
	}
	for _, u := range r.Utterances {
		width = min(20, max(width, utf8.RuneCountInString(u.SpeakerName)))
	}
	var out []string
	gaps := r.Gaps
	for _, u := range r.Utterances {
		for len(gaps) > 0 && gaps[0].StartMS < u.StartMS {
			out = append(out, paint.dim(plain(export.GapLine(gaps[0]))))
			gaps = gaps[1:]
		}
		if u.Text == "" && u.State != models.UtteranceFailed {
			continue
		}
		out = append(out, utteranceLine(u, flags[u.Key], width, paint))
	}
	for _, g := range gaps {
		out = append(out, paint.dim(plain(export.GapLine(g))))
	}
	return out
}

// utteranceLine is one line with its flags; doubtful text is dim.
func utteranceLine(u models.Utterance, flags []models.Flag, width int, paint palette) string {
	line := plain(export.Line(u, nil, width))
	if len(u.Doubt) > 0 || u.State == models.UtteranceFailed {
		line = paint.dim(line)
	}
	for _, f := range flags {
		mark := plain(fmt.Sprintf("▲ %s %s", f.Rule, f.Level))
		if f.Status == models.FlagConfirmed || f.Status == models.FlagDismissed {
			mark += " (" + string(f.Status) + ")"
		}
		switch {
		case f.Status == models.FlagDismissed:
			mark = paint.dim(mark)
		case f.Level.Rank() >= models.LevelMedium.Rank():
			mark = paint.alert(mark)
		default:
			mark = paint.warn(mark)
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
