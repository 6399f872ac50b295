package desk

import (
	"slices"
	"strings"

	"earshot/models"
	"earshot/moderation"
)

// outcomeRecord is an outcome as it is stored.
func outcomeRecord(session string, out moderation.Outcome) models.Record {
	r := models.Record{Session: session, Flags: out.Flags, Decisions: out.Decisions, Actions: out.Actions, Ledger: out.Ledger}
	for _, a := range out.Statuses {
		status := models.FlagDismissed
		if a.Confirmed {
			status = models.FlagConfirmed
		}
		r.Answers = append(r.Answers, models.FlagAnswer{Flag: a.Flag, Status: status, By: a.By})
	}
	return r
}

// redact masks words before they are stored: in the line, in its words and in the flags that found them, by bars of
// their length.
func redact(u *models.Utterance, flags []models.Flag, rs []moderation.Redaction) {
	for _, r := range rs {
		if !r.Text {
			continue
		}
		for i := range flags {
			if flags[i].ID == r.Flag {
				flags[i].Matched = masked(flags[i].Matched, r.Words)
			}
		}
		if r.Utterance != u.Key {
			continue
		}
		u.Words = masked(u.Words, r.Words)
		texts := make([]string, len(u.Words))
		for i, w := range u.Words {
			texts[i] = w.Text
		}
		u.Text = strings.Join(texts, " ")
	}
}

// masked is a copy of words in which those that are to be hidden are bars.
func masked(words, hide []models.Word) []models.Word {
	out := slices.Clone(words)
	for i, w := range out {
		if slices.ContainsFunc(hide, func(h models.Word) bool { return h.StartMS == w.StartMS && h.EndMS == w.EndMS && h.Text == w.Text }) {
			out[i].Text = strings.Repeat("▮", len([]rune(w.Text)))
		}
	}
	return out
}
