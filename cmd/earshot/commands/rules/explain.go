package rules

import (
	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/terminal"
	"earshot/moderation/explain"
)

func newRulesExplain(env *cli.Env) *cobra.Command {
	var asJSON, show bool
	cmd := &cobra.Command{
		Use:   "explain FLAG",
		Short: "Explain a stored flag: words, gates, decision and actions",
		Long: `Shows everything stored about a flag: the rule and its version, the words and their confidence, which gates the verdict passed and
failed, what a second transcription heard, who decided, which actions were taken, and whether they took effect. What was said is
masked; --show reveals it.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return env.WithRecord(cmd, func(db app.Record) error {
				f, err := cli.FindFlag(cmd.Context(), db, args[0])
				if err != nil {
					return err
				}
				e, err := explain.Flag(cmd.Context(), db, f)
				if err != nil {
					return err
				}
				if !show {
					set, _ := rulesOf(env, cmd, nil) // with missing or broken rules, only what matched is masked
					e.Mask(set)
				}
				if asJSON {
					return env.JSON(e)
				}
				env.Printf("%s%s", terminal.FlagText(env.Paint(), e), terminal.VerdictText(env.Paint(), e))
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object: the flag, with its decision and actions")
	cmd.Flags().BoolVar(&show, "show", false, "show what was said")
	return cmd
}
