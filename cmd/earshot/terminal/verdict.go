package terminal

import (
	"strings"
	"time"

	"earshot/models"
)

// verdictText is a verdict in words.
func verdictText(d models.Decision) string {
	switch d.Verdict {
	case models.VerdictWithheld:
		return "withheld: the rule wanted more than was sure"
	case models.VerdictAsked:
		return "asked: a host was asked"
	case models.VerdictEnforced:
		return "enforced: done without asking"
	case models.VerdictPending:
		return "pending: it waits for a closer look"
	}
	return "logged: recorded only"
}

// lookText is what came of a second look.
func lookText(l models.SecondLook) string {
	switch {
	case l.Failed:
		return "it could not be made"
	case l.Agreed:
		return "it heard the same"
	}
	return "it did not hear it"
}

// opinionText is what came of a second opinion.
func opinionText(s models.OpinionState) string {
	switch s {
	case models.OpinionAgreed:
		return "it agreed"
	case models.OpinionDisagreed:
		return "it did not agree, and the verdict was lowered"
	case models.OpinionNone:
		return "no answer; nothing changed"
	case models.OpinionUnasked:
		return "not asked, nothing was sent; nothing changed"
	}
	return "asked; no answer yet"
}

// askText says who was asked for what, and what was answered; empty when nobody was.
func askText(d models.Decision) string {
	if d.Ask == models.AskNone {
		return ""
	}
	asked := make([]string, len(d.AskedOf))
	for i, r := range d.AskedOf {
		asked[i] = string(r)
	}
	text := ""
	if len(asked) > 0 {
		text = strings.Join(asked, ", ") + " could choose " + strings.Join(d.Offer, ", ") + "; "
	}
	when := d.Decided.Local().Format(time.DateTime)
	switch d.Ask {
	case models.AskConfirmed:
		return text + "confirmed by " + d.DecidedBy + " on " + when
	case models.AskDismissed:
		return text + "dismissed by " + d.DecidedBy + " on " + when
	case models.AskExpired:
		return text + "nobody answered in time"
	}
	if d.Expires.IsZero() {
		return text + "nobody has answered yet"
	}
	return text + "open until " + d.Expires.Local().Format(time.DateTime)
}

// pointsText says why points do not count, if so.
func pointsText(d models.Decision) string {
	switch {
	case d.Ask == models.AskOpen:
		return ", once a host confirms"
	case d.Ask == models.AskDismissed && d.Verdict != models.VerdictAsked:
		return ", taken back"
	case d.Ask == models.AskDismissed || d.Ask == models.AskExpired:
		return ", which never counted"
	}
	return ""
}

// decider names who decided: a person, or the rule.
func decider(by string) string {
	if by == "rule" {
		return "the rule"
	}
	return Plain(by)
}

// with is " with NAME", or nothing.
func with(name string) string {
	if name == "" {
		return ""
	}
	return " with " + Plain(name)
}
