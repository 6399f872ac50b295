package rules

import (
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/terminal"
	"earshot/models"
	"earshot/moderation/engine"
	"earshot/moderation/rules"
)

func newRulesCheck(env *cli.Env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check FILE...",
		Short: "Validate rule files and report every error",
		Long: `Validates each rule file and the files it uses, and reports every error with its file, line and rule. A file with an error is
rejected as a whole. Exits with code 2 if there are errors.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			sets, err := loadEach(loadOptions(env, cmd), args)
			if asJSON {
				return errors.Join(env.JSON(rulesCheckJSON(sets, err)), cli.BadInput(err))
			}
			for i, s := range sets {
				if s != nil {
					env.Printf("%s is valid: %s, %s, mode %s\n", terminal.Plain(args[i]), s, models.Count(len(s.Rules()), "rule"), s.Mode())
					for _, line := range app.CannotBeDone(s) {
						env.Println("  " + line)
					}
					for _, n := range s.Notes() {
						env.Println("  " + terminal.Plain(n.String()))
					}
				}
			}
			return cli.BadInput(err)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object with the sets and the list of problems")
	return cmd
}

// loadEach loads each file by itself and joins the mistakes of all of them. The set of a file with mistakes is nil.
func loadEach(opts engine.LoadOptions, paths []string) ([]*engine.Set, error) {
	sets := make([]*engine.Set, len(paths))
	var all rules.LoadError
	for i, p := range paths {
		set, err := engine.Load(opts, p)
		var wrong *rules.LoadError
		switch {
		case errors.As(err, &wrong):
			all.Problems = appendNew(all.Problems, wrong.Problems)
		case err != nil:
			return sets, err
		default:
			sets[i] = set
		}
	}
	if len(all.Problems) > 0 {
		return sets, rulesHint(&all)
	}
	return sets, nil
}

// appendNew appends the problems that are not yet known: two files may include the same third file.
func appendNew(known, further []rules.Problem) []rules.Problem {
	for _, p := range further {
		if !slices.Contains(known, p) { // both lists are bounded
			known = append(known, p)
		}
	}
	return known
}

// rulesHint adds to an error about rule files what to do next.
func rulesHint(err error) error {
	return models.WithHint(err, `the shipped packs show every part of the rule language: "earshot rules show open-mic"`)
}

// rulesCheckOut is the output of "rules check --json".
type rulesCheckOut struct {
	Sets     []ruleSetJSON   `json:"sets"`
	Problems []rules.Problem `json:"problems"`
}

// ruleSetJSON is a set of rules in JSON.
type ruleSetJSON struct {
	Name  string            `json:"name"`
	Hash  string            `json:"hash"`
	Mode  models.Mode       `json:"mode"`
	Files []string          `json:"files"`
	Rules []engine.RuleInfo `json:"rules"`
	Notes []engine.Note     `json:"notes"`
}

func rulesCheckJSON(sets []*engine.Set, err error) rulesCheckOut {
	out := rulesCheckOut{Sets: []ruleSetJSON{}, Problems: []rules.Problem{}}
	for _, s := range sets {
		if s != nil {
			out.Sets = append(out.Sets, ruleSetJSON{s.Name(), s.Hash(), s.Mode(), s.Files(), s.Rules(), s.Notes()})
		}
	}
	var wrong *rules.LoadError
	if errors.As(err, &wrong) {
		out.Problems = wrong.Problems
	}
	return out
}
