package live

import (
	"earshot/models"
	"earshot/moderation/engine"
)

// outcomeRecord is an outcome as it is stored.
func outcomeRecord(session string, out engine.Outcome) models.Record {
	r := models.Record{
		Session: session, Flags: out.Flags, Decisions: out.Decisions, Actions: out.Actions, Ledger: out.Ledger,
		Masks: masks(out.Redactions),
	}
	for _, a := range out.Statuses {
		status := models.FlagDismissed
		if a.Confirmed {
			status = models.FlagConfirmed
		}
		r.Answers = append(r.Answers, models.FlagAnswer{Flag: a.Flag, Status: status, By: a.By})
	}
	return r
}

// masks are the words that an outcome hides in the record.
func masks(rs []engine.Redaction) (out []models.Mask) {
	for _, r := range rs {
		if r.Text && len(r.Words) > 0 {
			out = append(out, models.Mask{Speaker: r.Speaker, Words: r.Words})
		}
	}
	return out
}

// redact masks words before they are stored: in the line and in all that came of it. Earlier lines that they began in are
// masked when it is stored.
func redact(u *models.Utterance, r *models.Record) {
	for _, m := range r.Masks {
		for i := range r.Flags {
			r.Flags[i].Matched, _ = m.Apply(r.Flags[i].Matched, false)
		}
		for i := range r.Decisions {
			r.Decisions[i].Matched, _ = m.Apply(r.Decisions[i].Matched, false)
		}
		if words, changed := m.Apply(u.Words, false); changed {
			u.Words, u.Text = words, models.TextOf(words)
		} else if len(u.Words) == 0 { // nothing tells where in the text they are
			u.Text = ""
		}
	}
}
