package rules

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/terminal"
	"earshot/configs"
	"earshot/models"
	"earshot/moderation/engine"
	"earshot/moderation/engine/tune"
)

// tuneFlags holds the flags of "rules tune".
type tuneFlags struct {
	rule, since, room, profile, to string
	files, sessions                []string
	apply                          int
	asJSON, show                   bool
}

func newRulesTune(env *cli.Env) *cobra.Command {
	var f tuneFlags
	cmd := &cobra.Command{
		Use:   "tune",
		Short: "Suggest rule changes based on hosts' decisions",
		Long: `Takes the flags that hosts confirmed or dismissed in the stored sessions, and tries small changes to their rules on the stored
lines: another score for means:, or an exception for words found in several dismissed lines but no confirmed one, for quotations, or for a
role. It prints the changes that would have saved hosts work, with the rule's figures before and after: how often it flags and asks,
and how many of its flags hosts confirmed and dismissed. Fewer than 20 decisions about a rule say little; a warning says so.

Nothing changes automatically. --apply N writes proposal N to the rule file, shows the diff, and keeps the old file next to it
(my-room.yaml.old1). A change to a built-in rule is written to your own rule file with "override: yes"; --to names that file. If it
is new, add it to the setting rules.`,
		Example: `  earshot rules tune
  earshot rules tune --rule insult --since all
  earshot rules tune --apply 2`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runTune(env, cmd, f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.rule, "rule", "", "only this `RULE`")
	flags.StringArrayVar(&f.sessions, "session", nil, "only this `SESSION`; may be repeated")
	flags.StringVar(&f.since, "since", "30d", "sessions that began within this `TIME`: 12h, 30d, 8w, or all")
	flags.StringVar(&f.room, "room", "", "only this `ROOM`")
	flags.StringVar(&f.profile, "profile", "", "the rules of this `PROFILE`")
	flags.StringArrayVar(&f.files, "rules", nil, "tune this rule `FILE` instead of the configured ones; may be repeated")
	flags.IntVar(&f.apply, "apply", 0, "write proposal `N`")
	flags.StringVar(&f.to, "to", "", "write a change to a built-in rule into this `FILE`")
	flags.BoolVar(&f.asJSON, "json", false, "one JSON object")
	flags.BoolVar(&f.show, "show", false, "show words from word lists unmasked")
	return cmd
}

func runTune(env *cli.Env, cmd *cobra.Command, f tuneFlags) error {
	if f.apply < 0 || f.to != "" && f.apply == 0 {
		return cli.BadInput(errors.New("--apply takes the number of a proposal; --to needs --apply"))
	}
	cfg, err := env.Config(cmd)
	if err != nil {
		return err
	}
	opts, err := f.options(env, cmd, cfg)
	if err != nil {
		return cli.BadInput(err)
	}
	set, err := engine.Load(opts.Load, opts.Paths...)
	if err != nil {
		return cli.BadInput(rulesHint(err))
	}
	if f.rule != "" && set.Where(f.rule) == "" {
		return cli.BadInput(
			models.WithHint(
				fmt.Errorf("no rule is named %q in %s%s", f.rule, set, nearRule(set, f.rule)), `"earshot rules list FILE" lists the rules`,
			),
		)
	}
	var result tune.Result
	err = env.WithRecord(cmd, func(db app.Record) error {
		result, err = f.tuned(cmd.Context(), env, cmd, db, opts)
		return err
	})
	switch {
	case err != nil:
		return err
	case f.apply > 0:
		return f.write(env, set, opts, result)
	case f.asJSON:
		return env.JSON(masked(set, result, f.show))
	}
	return printTuned(env, masked(set, result, f.show))
}

// options returns the tuning options for the chosen rules.
func (f tuneFlags) options(env *cli.Env, cmd *cobra.Command, cfg configs.Config) (tune.Options, error) {
	opts, err := tune.Options{Load: loadOptions(env, cmd), Paths: f.files}, error(nil)
	if len(f.files) == 0 {
		opts, err = app.TuneOptions(cfg, f.profile)
	}
	opts.Rule = f.rule
	return opts, err
}

// tuned searches the stored sessions for proposals.
func (f tuneFlags) tuned(ctx context.Context, env *cli.Env, cmd *cobra.Command, db app.Record, opts tune.Options) (tune.Result, error) {
	sessions, lines, err := f.chosen(ctx, env, cmd, db)
	if err != nil {
		return tune.Result{}, err
	}
	bar := env.Progress(int64(2*lines), "lines replayed")
	result, err := tune.Run(ctx, opts, app.StoredSessions(ctx, db, sessions, bar.Add))
	bar.Close()
	return result, err
}

// chosen returns the sessions to search, and the number of their lines.
func (f tuneFlags) chosen(ctx context.Context, env *cli.Env, cmd *cobra.Command, db app.Record) ([]models.SessionInfo, int, error) {
	if len(f.sessions) > 0 {
		var out []models.SessionInfo
		lines := 0
		for _, name := range f.sessions {
			info, err := cli.FindSession(ctx, db, name)
			if err != nil {
				return nil, 0, err
			}
			out = append(out, info)
			lines += info.Utterances
		}
		return out, lines, nil
	}
	since, err := cli.SinceTime(f.since, time.Now())
	if err != nil {
		return nil, 0, cli.BadInput(err)
	}
	room, err := env.FindRoom(cmd, db, f.room)
	if err != nil {
		return nil, 0, err
	}
	return app.SessionsSince(ctx, db, room, since)
}

// masked returns a result in which the words of masked lists are hidden unless show is set.
func masked(set *engine.Set, r tune.Result, show bool) tune.Result {
	if !show {
		r.Proposals = slices.Clone(r.Proposals)
		for i, p := range r.Proposals {
			r.Proposals[i] = p.Masked(set)
		}
	}
	return r
}

func printTuned(env *cli.Env, r tune.Result) error {
	paint := env.Paint()
	env.Printf(
		"%s, %s, rules with decided flags: %d\n\n", models.Count(r.Sessions, "session"), models.Count(r.Lines, "line"),
		len(r.Rules),
	)
	if len(r.Rules) == 0 {
		env.Println("nothing has been confirmed or dismissed yet: decide flags on the web page, or with \"earshot queue answer FLAG\"")
		return nil
	}
	rows := [][]string{{"RULE", "FLAGS", "ASKS", "CONFIRMED", "DISMISSED", "FILE"}}
	for _, x := range r.Rules {
		rows = append(rows, append(append([]string{x.Rule}, figures(x.Now)...), terminal.Plain(x.File)))
	}
	if err := env.Table(rows); err != nil {
		return err
	}
	if len(r.Proposals) == 0 {
		env.Println("\nnone of the changes tried would have saved hosts work while keeping what they confirmed")
		return nil
	}
	for i, p := range r.Proposals {
		env.Printf("\n%d. %s: %s\n     %s\n", i+1, paint.Alert(p.Rule), terminal.Plain(p.Text), terminal.Plain(p.YAML))
		b, a := p.Before, p.After
		env.Printf("     asks %d -> %d, flags %d -> %d, confirmed %d -> %d, dismissed %d -> %d\n",
			b.Asks, a.Asks, b.Flags, a.Flags, b.Confirmed, a.Confirmed, b.Dismissed, a.Dismissed)
		for _, w := range p.Warnings {
			env.Printf("     ! %s\n", w)
		}
	}
	env.Printf("\n\"earshot rules tune --apply N\" with the same options applies one; apply one at a time\n")
	return nil
}

func figures(f tune.Figures) []string {
	return []string{fmt.Sprint(f.Flags), fmt.Sprint(f.Asks), fmt.Sprint(f.Confirmed), fmt.Sprint(f.Dismissed)}
}

// tuneWritten is the output of "rules tune --apply N --json".
type tuneWritten struct {
	Proposal tune.Proposal `json:"proposal"`
	File     string        `json:"file"`
	Kept     string        `json:"kept,omitempty"` // backup of the old file
	Diff     string        `json:"diff"`
}

// write writes the chosen proposal.
func (f tuneFlags) write(env *cli.Env, set *engine.Set, opts tune.Options, r tune.Result) error {
	if f.apply > len(r.Proposals) {
		return cli.BadInput(
			models.WithHint(fmt.Errorf("there is no proposal %d: there are only %d", f.apply, len(r.Proposals)), `"earshot rules tune" lists them`),
		)
	}
	p := r.Proposals[f.apply-1]
	e, err := opts.Edit(p, f.to)
	if err != nil {
		return cli.BadInput(err)
	}
	kept, err := e.Write()
	if err != nil {
		return err
	}
	out := tuneWritten{p, e.Path, kept, e.Diff()}
	if !f.show {
		out.Proposal, out.Diff = p.Masked(set), p.MaskIn(set, out.Diff)
	}
	if f.asJSON {
		return env.JSON(out)
	}
	env.Print(terminal.PlainLines(out.Diff))
	switch {
	case kept != "":
		env.Printf("wrote %s; the previous version is in %s\n", e.Path, kept)
	case !slices.ContainsFunc(opts.Paths, func(x string) bool { return strings.HasSuffix(x, e.Path) }):
		env.Printf("wrote %s; add it to the setting rules, after %s\n", e.Path, strings.Join(opts.Paths, ", "))
	}
	return nil
}
