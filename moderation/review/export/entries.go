package export

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"earshot/models"
)

// entry is one row of a transcript: a line with its flags, or a gap.
type entry struct {
	line  *models.Utterance
	flags []models.Flag
	gap   *models.Gap
}

// entries returns the lines with text and the gaps, in order: a gap precedes the first line that begins after it.
func (t Transcript) entries() []entry {
	flags := map[models.Key][]models.Flag{}
	for _, f := range t.Flags {
		flags[f.Utterance] = append(flags[f.Utterance], f)
	}
	var out []entry
	gaps := t.Gaps
	for i := range t.Utterances {
		u := &t.Utterances[i]
		for len(gaps) > 0 && gaps[0].StartMS < u.StartMS {
			out, gaps = append(out, entry{gap: &gaps[0]}), gaps[1:]
		}
		if u.Text != "" || u.State == models.UtteranceFailed {
			out = append(out, entry{line: u, flags: flags[u.Key]})
		}
	}
	for i := range gaps {
		out = append(out, entry{gap: &gaps[i]})
	}
	return out
}

// title returns the transcript's title.
func (t Transcript) title() string {
	switch {
	case t.Session == nil && t.Source != "":
		return t.Source
	case t.Session == nil:
		return "Transcript"
	case t.Session.Name != "":
		return t.Session.Name
	}
	return t.Session.Room
}

// facts returns what a reader should know about the transcript, one item each.
func (t Transcript) facts() []string {
	var out []string
	if s := t.Session; s != nil {
		when := s.Started.UTC().Format("2006-01-02 15:04 UTC")
		if !s.Live() {
			when += ", " + Clock(s.Ended.Sub(s.Started).Milliseconds())
		}
		out = append(out, when)
		if s.Reason == models.EndPartial {
			out = append(out, "Imported in part: the end is missing until the import is repeated")
		}
	}
	var names []string
	for _, p := range t.Speakers {
		if p.Name != "" {
			names = append(names, p.Name)
		}
	}
	if len(names) > 0 {
		out = append(out, "Speakers: "+strings.Join(names, ", "))
	}
	if s := t.Session; s != nil && s.Model != "" {
		out = append(out, "Transcribed automatically ("+s.Model+"); words may be wrong")
	}
	if s := t.Session; s != nil && s.Rules != "" {
		out = append(out, "Rules: "+s.Rules)
	}
	if t.Redacted {
		out = append(out, "Redacted: names, numbers and addresses are masked automatically; check the result before sharing it")
	}
	return out
}

// summaryList is one list of a summary with its title.
type summaryList struct {
	Title string
	Items []models.SummaryItem
}

func summaryLists(s models.Summary) []summaryList {
	return []summaryList{{"Highlights", s.Highlights}, {"Decisions", s.Decisions}, {"Actions", s.Actions}, {"Questions", s.Questions}}
}

// SummaryNote says how a summary was made and what was left out of it.
func SummaryNote(s models.Summary) string {
	made := "made without any language model"
	if s.Model != "" {
		made = "made with " + s.Model
	}
	note := fmt.Sprintf("From %d lines, %s.", s.Lines, made)
	if s.Dropped > 0 {
		note += fmt.Sprintf(" %s left out because the lines do not support what the model wrote.", were(s.Dropped, "statement"))
	}
	if s.LeftOut > 0 {
		note += fmt.Sprintf(" Left out as doubtful: %d (%s).", s.LeftOut, share(s.LeftOut, s.Lines))
	}
	if s.Flagged > 0 {
		note += fmt.Sprintf(" Left out as flagged: %d (%s).", s.Flagged, share(s.Flagged, s.Lines))
	}
	if slices.ContainsFunc(slices.Concat(s.Highlights, s.Decisions, s.Actions, s.Questions), func(it models.SummaryItem) bool {
		return it.Heard != ""
	}) {
		note += " Quotes omit hesitations, repetitions and sometimes a clause; the lines they link to are complete."
	}
	if slices.ContainsFunc(slices.Concat(s.Decisions, s.Actions, s.Questions), func(it models.SummaryItem) bool { return it.Sure > 0 }) {
		note += " Decisions, actions and questions are recognised by typical wording and can be wrong."
	}
	return note
}

func were(n int, what string) string {
	if n == 1 {
		return "1 " + what + " was"
	}
	return models.Count(n, what) + " were"
}

func share(part, whole int) string {
	percent := float64(part) * 100 / float64(max(1, whole))
	if percent < 1 {
		return "less than 1 %"
	}
	return fmt.Sprintf("%.0f %%", percent)
}

// speakerPrefix returns "Ana: " for a speaker of the summary, or "".
func speakerPrefix(s models.Summary, id string) string {
	for _, p := range s.Talk {
		if p.SpeakerID == id && p.SpeakerName != "" {
			return p.SpeakerName + ": "
		}
	}
	return ""
}

// taskSuffix returns " — Ben, by Friday" for an action that somebody has taken on, or "".
func taskSuffix(it models.SummaryItem) string {
	if task := it.Task(); task != "" {
		return " — " + task
	}
	return ""
}

// spoken returns the text of a line.
func spoken(u models.Utterance) string {
	if u.State == models.UtteranceFailed {
		return "(could not be transcribed)"
	}
	return u.Text
}

func doubts(ds []models.Doubt) string {
	names := make([]string, len(ds))
	for i, d := range ds {
		names[i] = strings.ReplaceAll(string(d), "_", " ")
	}
	return strings.Join(names, ", ")
}

func flagMark(f models.Flag) string {
	mark := f.Rule + " " + string(f.Level)
	if f.Status == models.FlagConfirmed || f.Status == models.FlagDismissed {
		mark += " (" + string(f.Status) + ")"
	}
	return mark
}

// shown returns text from others as one line of valid UTF-8 without control and bidirectional characters.
func shown(s string) string {
	return oneLine(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD")))
}

// oneLine prevents a text from ending its caption or its cell early, as a blank line would.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
