package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"earshot/models"
	"earshot/models/store"
	"earshot/moderation/engine"
)

func newRulesExplain(a *cli) *cobra.Command {
	var asJSON, show bool
	cmd := &cobra.Command{
		Use:   "explain FLAG",
		Short: "Explain a stored flag: the words, the gates, who decided, and what was done",
		Long: `Tells all that is stored of a flag: the rule and its version, the words and how surely they were heard, which gates the
verdict passed and which not, what a second look at the sound heard, who decided, what was done, and whether it was seen
to take effect. What was said is masked; --show shows it.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			store, err := a.openStore(cmd)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, store.Close()) }()
			f, err := store.Flag(cmd.Context(), args[0])
			if err != nil {
				return models.WithHint(err, `"earshot sessions show SESSION --json" has the ids of flags`)
			}
			e, err := explain(cmd.Context(), store, f)
			if err != nil {
				return err
			}
			if !show {
				set, _ := a.rulesOf(cmd, nil) // rules that are gone or broken mask nothing more than what matched
				e.mask(set)
			}
			if asJSON {
				return a.writeJSON(e)
			}
			a.printFlag(e)
			a.printVerdict(e)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object: the flag, with its decision and actions")
	cmd.Flags().BoolVar(&show, "show", false, "do not hide what was said")
	return cmd
}

// explanation is all that is stored of a flag; "rules explain --json" prints it, the flag's own fields at the top.
type explanation struct {
	models.Flag
	// Text is the line as it was first heard; empty when it is no longer kept, or nothing was said.
	Text string `json:"text,omitempty"`
	// Decision is nil for a flag that was stored without one.
	Decision *models.Decision `json:"decision"`
	Actions  []models.Action  `json:"actions"`
}

// explain reads what is stored of a flag.
func explain(ctx context.Context, store store.Store, f models.Flag) (explanation, error) {
	e := explanation{Flag: f, Actions: []models.Action{}}
	switch u, err := store.Utterance(ctx, f.Utterance); {
	case err == nil:
		e.Text = u.Text
	case !errors.Is(err, models.ErrNotFound):
		return e, err
	}
	d, err := store.DecisionOfFlag(ctx, f.ID)
	if errors.Is(err, models.ErrNotFound) {
		return e, nil
	}
	if err != nil {
		return e, err
	}
	e.Decision = &d
	actions, err := store.Actions(ctx, f.Session)
	for _, x := range actions {
		if x.Decision == d.ID {
			e.Actions = append(e.Actions, x)
		}
	}
	return e, models.Readable(err)
}

// mask hides the words that matched wherever they stand, and the words of masked lists in set, which may be nil.
func (e *explanation) mask(set *engine.Set) {
	matched := map[string]bool{}
	for _, w := range e.Matched {
		matched[bare(w.Text)] = true
	}
	text := func(s string) string {
		if set != nil {
			s = set.Mask(s)
		}
		words := strings.Fields(s)
		for i, w := range words {
			if matched[bare(w)] {
				words[i] = hidden(w)
			}
		}
		return strings.Join(words, " ")
	}
	words := func(ws []models.Word) []models.Word {
		ws = slices.Clone(ws)
		for i := range ws {
			ws[i].Text = hidden(ws[i].Text)
		}
		return ws
	}
	e.Text, e.Matched = text(e.Text), words(e.Matched)
	if e.Decision == nil {
		return
	}
	d := *e.Decision
	d.Matched = words(d.Matched)
	if d.SecondLook != nil {
		look := *d.SecondLook
		look.Text = text(look.Text)
		d.SecondLook = &look
	}
	e.Decision = &d
}

// bare is a word without case and without the punctuation around it.
func bare(w string) string { return strings.ToLower(strings.Trim(w, ` .,;:!?"'()…`)) }

// hidden is a word of which only the first letter can be read.
func hidden(w string) string {
	r, size := utf8.DecodeRuneInString(w)
	if size == 0 {
		return ""
	}
	return string(r) + strings.Repeat("•", max(utf8.RuneCountInString(w)-1, 2))
}

// printFlag tells all that a flag knows of itself.
func (a *cli) printFlag(e explanation) {
	paint := a.palette(a.stdout)
	fmt.Fprintf(a.stdout, "%s  level %s, mode %s\n", paint.alert("▲ "+e.Rule), e.Level, e.Mode)
	fmt.Fprintf(a.stdout, "    %s\n    %s\n", plain(e.Title), plain(e.Why))
	fmt.Fprintf(a.stdout, "    said by %s at %s, in session %s\n", plain(e.SpeakerName), clockMS(e.StartMS), e.Session)
	fmt.Fprintf(a.stdout, "    rule %s of pack %s, version %s\n", e.Rule, e.Pack, e.Hash)
	for _, w := range e.Matched {
		fmt.Fprintf(a.stdout, "    %s  %s  probability %.2f\n", clockMS(w.StartMS), plain(w.Text), w.P)
	}
	if e.Status == models.FlagOpen {
		fmt.Fprintln(a.stdout, "    nobody has answered yet")
		return
	}
	fmt.Fprintf(a.stdout, "    %s by %s on %s\n", e.Status, plain(e.DecidedBy), e.Decided.Local().Format(time.DateTime))
}

// printVerdict tells how a verdict fell and what came of it; nothing when none is stored.
func (a *cli) printVerdict(e explanation) {
	d := e.Decision
	if d == nil {
		return
	}
	paint := a.palette(a.stdout)
	fmt.Fprintf(a.stdout, "\n  verdict: %s, in mode %s\n", verdictText(*d), d.Mode)
	if d.Why != e.Why {
		fmt.Fprintf(a.stdout, "    %s\n", plain(d.Why))
	}
	for _, g := range d.Gates {
		mark := "✓"
		if !g.Passed {
			mark = paint.alert("✗")
		}
		fmt.Fprintf(a.stdout, "    %s %s: %s\n", mark, plain(g.Name), plain(g.Got))
	}
	if d.SecondLook != nil {
		fmt.Fprintf(a.stdout, "  second look%s: %s\n", with(d.SecondLook.Model), lookText(*d.SecondLook))
		fmt.Fprintf(
			a.stdout, "    first:  %s\n    second: %s\n", cmp.Or(plain(e.Text), "(not kept)"),
			cmp.Or(plain(d.SecondLook.Text), "(nothing)"),
		)
	}
	if d.Opinion != nil {
		fmt.Fprintf(a.stdout, "  second opinion%s: %s\n", with(d.Opinion.By), opinionText(d.Opinion.State))
	}
	if text := askText(*d); text != "" {
		fmt.Fprintf(a.stdout, "  ask: %s\n", plain(text))
	} else if d.DecidedBy != "" {
		fmt.Fprintf(a.stdout, "  decided by %s on %s\n", decider(d.DecidedBy), d.Decided.Local().Format(time.DateTime))
	}
	for _, p := range d.Points {
		fmt.Fprintf(a.stdout, "  points: %+g in %s%s\n", p.Points, plain(p.Ledger), pointsText(*d))
	}
	for _, x := range e.Actions {
		fmt.Fprintf(a.stdout, "  done: %s\n", plain(actionText(x)))
	}
	if len(e.Actions) == 0 {
		fmt.Fprintln(a.stdout, "  done: nothing")
	}
}
