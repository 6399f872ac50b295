package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/models"
	"earshot/models/store"
	"earshot/moderation/engine"
)

func newRulesWhyNot(a *cli) *cobra.Command {
	var files []string
	var show bool
	cmd := &cobra.Command{
		Use:   "why-not SESSION TIME RULE",
		Short: "Say why a rule did not fire at a time of a session",
		Long: `Judges the stored lines of a session again, up to TIME, and says what RULE makes of the line at that time, and why.

SESSION is a session's name, the beginning of one, or "last". TIME is from the session's start: 1:30, 0:01:30, 90s.
The rules are those of the configuration; --rules names others.`,
		Example: `  earshot rules why-not last 1:30 insult`,
		Args:    cobra.ExactArgs(3),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			at, err := sessionTime(args[1])
			if err != nil {
				return badInput(err)
			}
			set, err := a.rulesOf(cmd, files)
			if err != nil {
				return badInput(err)
			}
			store, err := a.openStore(cmd)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, store.Close()) }()
			info, err := findSession(cmd.Context(), store, args[0])
			if err != nil {
				return err
			}
			line, verdicts, err := judgeUntil(cmd.Context(), store, set, info, at, show)
			if err != nil {
				return err
			}
			if err := a.printWhyNot(set, line, verdicts, args[2], show); err != nil {
				return err
			}
			return a.printStored(cmd.Context(), store, set, line, args[2], show)
		},
	}
	cmd.Flags().StringArrayVar(&files, "rules", nil, "judge by this rule `FILE`; may be given several times")
	cmd.Flags().BoolVar(&show, "show", false, "do not mask words from word lists")
	return cmd
}

// rulesOf loads the named rule files, or those of the configuration.
func (a *cli) rulesOf(cmd *cobra.Command, files []string) (*engine.Set, error) {
	if len(files) == 0 {
		c, err := a.config(cmd)
		if err != nil {
			return nil, err
		}
		files = c.Rules
	}
	set, err := engine.Load(app.RulesOptions(), files...)
	if err != nil {
		return nil, rulesHint(err)
	}
	return set, nil
}

// sessionTime reads a time of a session: 1:02:03, 2:03 or a duration; in ms.
func sessionTime(text string) (int64, error) {
	if !strings.Contains(text, ":") {
		d, err := time.ParseDuration(text)
		if err != nil || d < 0 {
			return 0, fmt.Errorf("%q is no time of a session: write 1:30 or 90s", text)
		}
		return d.Milliseconds(), nil
	}
	var seconds int64
	parts := strings.Split(text, ":")
	for _, p := range parts {
		n, err := strconv.ParseInt(p, 10, 32)
		if err != nil || n < 0 || len(parts) > 3 {
			return 0, fmt.Errorf("%q is no time of a session: write 1:30 or 90s", text)
		}
		seconds = 60*seconds + n
	}
	return seconds * 1000, nil
}

// judgeUntil judges a session's lines in their order up to the one at a time, or the nearest one, and explains that.
func judgeUntil(
	ctx context.Context, store store.Store, set *engine.Set, info models.SessionInfo, at int64, show bool,
) (models.Utterance, []engine.Verdict, error) {
	us, errU := store.Utterances(ctx, info.ID)
	people, errP := store.Speakers(ctx, info.ID)
	if err := errors.Join(errU, errP); err != nil {
		return models.Utterance{}, nil, err
	}
	if len(us) == 0 {
		return models.Utterance{}, nil, fmt.Errorf("nothing was said in session %s: %w", info.ID, models.ErrNotFound)
	}
	slices.SortStableFunc(us, func(a, b models.Utterance) int { return cmp.Compare(a.EndMS, b.EndMS) })
	away := func(u models.Utterance) int64 { return max(u.StartMS-at, at-u.EndMS, 0) }
	wanted := slices.MinFunc(us, func(a, b models.Utterance) int { return cmp.Compare(away(a), away(b)) })
	session := engine.NewSession(set, info.Session)
	for _, p := range people {
		session.Person(p)
	}
	for _, u := range us {
		if u.Key == wanted.Key {
			break
		}
		session.Judge(u)
	}
	return wanted, session.Explain(wanted, show), nil
}

// printWhyNot prints what one rule makes of a line.
func (a *cli) printWhyNot(set *engine.Set, line models.Utterance, verdicts []engine.Verdict, rule string, show bool) error {
	i := slices.IndexFunc(verdicts, func(v engine.Verdict) bool { return v.Rule == rule })
	if i < 0 {
		return badInput(models.WithHint(fmt.Errorf("there is no rule %q in %s", rule, set), `"earshot rules check FILE --json" lists the rules`))
	}
	text := line.Text
	if !show {
		text = set.Mask(text)
	}
	fmt.Fprintf(a.stdout, "%s %s: %s\n", clockMS(line.StartMS), plain(line.SpeakerName), plain(text))
	v := verdicts[i]
	if !v.Fired {
		fmt.Fprintf(a.stdout, "· %s does not fire: %s\n", rule, plain(v.WhyNot))
		return nil
	}
	fmt.Fprintf(a.stdout, "▲ %s fires, mode %s: %s\n    %s\n", rule, v.Mode, plain(v.Why), gatesLine(v.Gates))
	return nil
}

// printStored tells what became of a rule's flag on a line, when one is stored.
func (a *cli) printStored(
	ctx context.Context, store store.Store, set *engine.Set, line models.Utterance, rule string, show bool,
) error {
	flags, err := store.Flags(ctx, line.Session)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(flags, func(f models.Flag) bool { return f.Rule == rule && f.Utterance == line.Key })
	if i < 0 {
		fmt.Fprintln(a.stdout, "    no flag of this rule is stored with the line")
		return nil
	}
	f := flags[i]
	then := ""
	if !slices.ContainsFunc(set.Rules(), func(r engine.RuleInfo) bool { return r.ID == f.Rule && r.Hash == f.Hash }) {
		then = fmt.Sprintf(", by another version of the rule (%s)", f.Hash)
	}
	fmt.Fprintf(a.stdout, "    it was flagged then%s: flag %s\n", then, f.ID)
	e, err := explain(ctx, store, f)
	if err != nil {
		return err
	}
	if !show {
		e.mask(set)
	}
	a.printVerdict(e)
	return nil
}
