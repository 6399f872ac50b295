package rules

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/terminal"
	"earshot/models"
	"earshot/moderation/engine"
	"earshot/moderation/explain"
)

func newRulesWhyNot(env *cli.Env) *cobra.Command {
	var files []string
	var show bool
	cmd := &cobra.Command{
		Use:   "why-not SESSION TIME RULE",
		Short: "Explain why a rule did not fire at a time in a session",
		Long: `Judges the stored lines of a session again, up to TIME, and shows how RULE judges the line at that time, and why.

SESSION is a session's name, its first characters, or "last". TIME counts from the session's start: 1:30, 0:01:30, 90s.
The configured rules apply unless --rules names others.`,
		Example: `  earshot rules why-not last 1:30 insult`,
		Args:    cobra.ExactArgs(3),
		RunE: func(cmd *cobra.Command, args []string) error {
			at, err := cli.ParseSessionTime(args[1])
			if err != nil {
				return cli.BadInput(models.WithHint(err, models.Hint(err)+"; usage: "+cmd.UseLine()))
			}
			set, err := rulesOf(env, cmd, files)
			if err != nil {
				return cli.BadInput(err)
			}
			return env.WithRecord(cmd, func(db app.Record) error {
				info, err := cli.FindSession(cmd.Context(), db, args[0])
				if err != nil {
					return err
				}
				line, verdicts, err := explain.Line(cmd.Context(), db, set, info.Session, at, show)
				if err != nil {
					return err
				}
				if err := printWhyNot(env, set, line, verdicts, args[2], show); err != nil {
					return err
				}
				return printStored(cmd.Context(), env, db, set, line, args[2], show)
			})
		},
	}
	cmd.Flags().StringArrayVar(&files, "rules", nil, "judge by this rule `FILE`; may be repeated")
	cmd.Flags().BoolVar(&show, "show", false, "show words from word lists unmasked")
	return cmd
}

// rulesOf loads the named rule files, or the configured ones if none is named.
func rulesOf(env *cli.Env, cmd *cobra.Command, files []string) (*engine.Set, error) {
	if len(files) == 0 {
		c, err := env.Config(cmd)
		if err != nil {
			return nil, err
		}
		files = c.Rules
	}
	set, err := engine.Load(loadOptions(env, cmd), files...)
	if err != nil {
		return nil, rulesHint(err)
	}
	return set, nil
}

// printWhyNot prints how one rule judges a line.
func printWhyNot(env *cli.Env, set *engine.Set, line models.Utterance, verdicts []engine.Verdict, rule string, show bool) error {
	i := slices.IndexFunc(verdicts, func(v engine.Verdict) bool { return v.Rule == rule })
	if i < 0 {
		return cli.BadInput(
			models.WithHint(
				fmt.Errorf("no rule is named %q in %s%s", rule, set, nearRule(set, rule)), `"earshot rules list FILE" lists the rules`,
			),
		)
	}
	text := line.Text
	if !show {
		text = set.Mask(text)
	}
	env.Printf("%s %s: %s\n", terminal.Timestamp(line.StartMS), terminal.Plain(line.SpeakerName), terminal.Plain(text))
	v := verdicts[i]
	if !v.Fired {
		env.Printf("· %s does not fire: %s\n", rule, terminal.Plain(v.WhyNot))
		return nil
	}
	env.Printf("▲ %s fires, mode %s: %s\n    %s\n", rule, v.Mode, terminal.Plain(v.Why), gatesLine(v.Gates))
	return nil
}

func nearRule(set *engine.Set, word string) string {
	var names []string
	for _, r := range set.Rules() {
		names = append(names, r.ID)
	}
	return cli.DidYouMean(word, names)
}

// printStored prints what became of the flag that a rule raised on a line, if one is stored.
func printStored(
	ctx context.Context, env *cli.Env, db app.Record, set *engine.Set, line models.Utterance, rule string, show bool,
) error {
	flags, err := db.Flags(ctx, line.Session)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(flags, func(f models.Flag) bool { return f.Rule == rule && f.Utterance == line.Key })
	if i < 0 {
		env.Println("    no flag of this rule is stored with the line")
		return nil
	}
	f := flags[i]
	then := ""
	if !slices.ContainsFunc(set.Rules(), func(r engine.RuleInfo) bool { return r.ID == f.Rule && r.Hash == f.Hash }) {
		then = fmt.Sprintf(", by another version of the rule (%s)", f.Hash)
	}
	env.Printf("    it was flagged then%s: flag %s\n", then, f.ID)
	e, err := explain.Flag(ctx, db, f)
	if err != nil {
		return err
	}
	if !show {
		e.Mask(set)
	}
	env.Printf("%s", terminal.VerdictText(env.Paint(), e))
	return nil
}
