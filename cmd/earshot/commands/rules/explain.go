package rules

import (
	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/terminal"
	"earshot/models"
	"earshot/moderation/explain"
)

func newRulesExplain(env *cli.Env) *cobra.Command {
	var asJSON, show bool
	cmd := &cobra.Command{
		Use:   "explain FLAG",
		Short: "Explain a stored flag: the words, the gates, who decided, and what was done",
		Long: `Tells all that is stored of a flag: the rule and its version, the words and how surely they were heard, which gates the
verdict passed and which not, what a second look at the sound heard, who decided, what was done, and whether it was seen
to take effect. What was said is masked; --show shows it.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return env.WithRecord(cmd, func(db app.Record) error {
				f, err := db.Flag(cmd.Context(), args[0])
				if err != nil {
					return models.WithHint(err, `"earshot sessions show SESSION --json" has the ids of flags`)
				}
				e, err := explain.Flag(cmd.Context(), db, f)
				if err != nil {
					return err
				}
				if !show {
					set, _ := rulesOf(env, cmd, nil) // rules that are gone or broken mask nothing more than what matched
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
	cmd.Flags().BoolVar(&show, "show", false, "do not hide what was said")
	return cmd
}
