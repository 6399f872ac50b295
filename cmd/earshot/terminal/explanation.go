package terminal

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"earshot/models"
	"earshot/moderation/explain"
)

// FlagText describes a flag in full.
func FlagText(paint Palette, e explain.Explanation) string {
	w := &strings.Builder{}
	fmt.Fprintf(w, "%s  level %s, mode %s\n", paint.Alert("▲ "+e.Rule), e.Level, e.Mode)
	fmt.Fprintf(w, "    %s\n    %s\n", Plain(e.Title), Plain(e.Why))
	fmt.Fprintf(w, "    said by %s at %s, in session %s\n", Plain(e.SpeakerName), Timestamp(e.StartMS), e.Session)
	fmt.Fprintf(w, "    rule %s of pack %s, version %s\n", e.Rule, e.Pack, e.Hash)
	for _, m := range e.Matched {
		fmt.Fprintf(w, "    %s  %s  probability %.2f\n", Timestamp(m.StartMS), Plain(m.Text), m.P)
	}
	if e.Status == models.FlagOpen {
		fmt.Fprintln(w, "    nobody has answered yet")
		return w.String()
	}
	fmt.Fprintf(w, "    %s by %s on %s\n", e.Status, Plain(e.DecidedBy), e.Decided.Local().Format(time.DateTime))
	return w.String()
}

// VerdictText describes a verdict and its consequences; "" if none is stored.
func VerdictText(paint Palette, e explain.Explanation) string {
	d := e.Decision
	if d == nil {
		return ""
	}
	w := &strings.Builder{}
	fmt.Fprintf(w, "\n  verdict: %s, in mode %s\n", verdictText(*d), d.Mode)
	if d.Why != e.Why {
		fmt.Fprintf(w, "    %s\n", Plain(d.Why))
	}
	for _, g := range d.Gates {
		mark := "✓"
		if !g.Passed {
			mark = paint.Alert("✗")
		}
		fmt.Fprintf(w, "    %s %s: %s\n", mark, Plain(g.Name), Plain(g.Got))
	}
	if d.SecondLook != nil {
		fmt.Fprintf(w, "  second look%s: %s\n", with(d.SecondLook.Model), lookText(*d.SecondLook))
		fmt.Fprintf(
			w, "    first:  %s\n    second: %s\n", cmp.Or(Plain(e.Text), "(not kept)"),
			cmp.Or(Plain(d.SecondLook.Text), "(nothing)"),
		)
	}
	if d.Opinion != nil {
		fmt.Fprintf(w, "  second opinion%s: %s\n", with(d.Opinion.By), opinionText(d.Opinion.State))
	}
	if text := askText(*d); text != "" {
		fmt.Fprintf(w, "  ask: %s\n", Plain(text))
	} else if d.DecidedBy != "" {
		fmt.Fprintf(w, "  decided by %s on %s\n", decider(d.DecidedBy), d.Decided.Local().Format(time.DateTime))
	}
	for _, p := range d.Points {
		fmt.Fprintf(w, "  points: %+g in %s%s\n", p.Points, Plain(p.Ledger), pointsText(*d))
	}
	for _, x := range e.Actions {
		fmt.Fprintf(w, "  done: %s (by %s, %s)\n", ActionText(paint, x), decider(x.By), latest(x).Local().Format(time.DateTime))
	}
	if len(e.Actions) == 0 {
		fmt.Fprintln(w, "  done: nothing")
	}
	return w.String()
}

// latest is the time of the latest that is known of an action.
func latest(a models.Action) time.Time {
	for _, t := range []time.Time{a.Seen, a.Sent} {
		if !t.IsZero() {
			return t
		}
	}
	return a.Created
}
