package terminal

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"earshot/models"
	"earshot/moderation/review/export"
)

// PrintSummary prints a summary for people.
func PrintSummary(w io.Writer, paint Palette, s models.Summary) error {
	var b strings.Builder
	b.WriteString(paint.Bold(Plain(s.Headline)) + "\n")
	if s.SinceMS > 0 {
		b.WriteString(paint.Dim("since "+export.Clock(s.SinceMS)) + "\n")
	}
	section := func(title string, rows []string) {
		if len(rows) > 0 {
			b.WriteString("\n" + paint.Bold(title) + "\n" + strings.Join(rows, "\n") + "\n")
		}
	}
	var chapters []string
	for _, c := range s.Chapters {
		chapters = append(chapters, "  "+paint.Dim(export.Clock(c.StartMS))+"  "+Plain(c.Title))
	}
	section("Chapters", chapters)
	names := map[string]string{}
	for _, t := range s.Talk {
		names[t.SpeakerID] = t.SpeakerName
	}
	section("Highlights", itemRows(s.Highlights, names, paint))
	section("Decisions", itemRows(s.Decisions, names, paint))
	section("Actions", itemRows(s.Actions, names, paint))
	section("Questions", itemRows(s.Questions, names, paint))
	if rows := talkRows(s.Talk); len(rows) > 1 {
		b.WriteString("\n")
		if err := Table(&b, paint, rows); err != nil {
			return err
		}
	}
	if s.Digest.Flags > 0 || len(s.Digest.Actions) > 0 {
		section("Moderation", digestRows(s.Digest))
	}
	if s.Lines > 0 {
		b.WriteString("\n" + paint.Dim(Plain(export.SummaryNote(s))) + "\n")
	}
	_, err := io.WriteString(w, paint.Fold(b.String()))
	return err
}

func itemRows(items []models.SummaryItem, names map[string]string, paint Palette) []string {
	var out []string
	for _, it := range items {
		out = append(out, "  "+paint.Dim(export.Clock(it.StartMS))+"  "+Plain(names[it.SpeakerID])+": "+Plain(it.Text)+task(it, paint))
	}
	return out
}

// task says who is to do something, and by when.
func task(it models.SummaryItem, paint Palette) string {
	if t := it.Task(); t != "" {
		return paint.Dim(" — " + Plain(t))
	}
	return ""
}

func talkRows(talk []models.TalkShare) [][]string {
	rows := [][]string{{"SPEAKER", "TALKED", "SHARE", "TURNS", "BROKE IN", "WAS CUT OFF"}}
	var sum int64
	for _, t := range talk {
		sum += t.TalkMS
	}
	for _, t := range talk {
		share := fmt.Sprintf("%d %%", (t.TalkMS*100+sum/2)/max(1, sum))
		rows = append(
			rows,
			[]string{
				t.SpeakerName, export.Clock(t.TalkMS), share, strconv.Itoa(t.Turns), strconv.Itoa(t.Interruptions),
				strconv.Itoa(t.Interrupted),
			},
		)
	}
	return rows
}

// digestRows returns two sentences: what was flagged and decided, and by which rules.
func digestRows(d models.ModerationDigest) []string {
	rows := []string{fmt.Sprintf("  %s: %d confirmed, %d dismissed, %d open", models.Count(d.Flags, "flag"), d.Confirmed, d.Dismissed, d.Open)}
	var rules []string
	for _, r := range slices.SortedFunc(maps.Keys(d.ByRule), func(a, b string) int {
		return cmp.Or(cmp.Compare(d.ByRule[b], d.ByRule[a]), cmp.Compare(a, b))
	}) {
		rules = append(rules, fmt.Sprintf("%s %d", Plain(r), d.ByRule[r]))
	}
	if len(rules) > 0 {
		rows = append(rows, "  rules: "+strings.Join(rules, ", "))
	}
	var done []string
	for _, v := range slices.Sorted(maps.Keys(d.Actions)) {
		done = append(done, fmt.Sprintf("%s %d", v, d.Actions[v]))
	}
	if len(done) > 0 {
		rows = append(rows, "  done: "+strings.Join(done, ", "))
	}
	return rows
}
