package rules

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/terminal"
	"earshot/cmd/earshot/transcripts"
	"earshot/models"
	"earshot/moderation/engine"
)

func newRulesTest(env *cli.Env) *cobra.Command {
	var asJSON, show bool
	cmd := &cobra.Command{
		Use:   "test FILE...",
		Short: "Run the checks that rule files carry",
		Long: `Runs the checks: of each rule file and of the files it uses, each file's against what that file says. Failing checks are
printed with the reason. A check of a recording (wav:, a path from the rule file) is listened to with the configured model,
which is loaded for nothing else. Exit code 3 when a check fails, 2 when a file has mistakes.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := loadEach(args); err != nil {
				return cli.BadInput(err)
			}
			listener := transcripts.NewListener(cmd.Context(), func() (*transcripts.Transcriber, error) {
				t, err := env.Transcriber(cmd, false)
				if err == nil {
					env.Notes(t.Notices)
				}
				return t, err
			})
			results, err := runEach(listener, args, show)
			if err := errors.Join(err, listener.Close()); err != nil {
				return cli.BadInput(err)
			}
			failed := 0
			for _, r := range results {
				if len(r.Failures) > 0 {
					failed++
				}
			}
			if asJSON {
				err = env.JSON(rulesTestOut{len(results), failed, results})
			} else {
				printChecks(env, results, failed)
			}
			if err == nil && failed > 0 {
				err = cli.ChecksFailed(models.WithHint(fmt.Errorf("%d of %d checks failed", failed, len(results)),
					`"earshot rules try FILE --text …" shows what every rule makes of a sentence`))
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object with the result of every check")
	cmd.Flags().BoolVar(&show, "show", false, "do not mask words from word lists")
	cli.SettingFlag(cmd.Flags(), "model", "model", "ggml model file to listen to recordings with")
	_ = cmd.MarkFlagFilename("model", "bin")
	return cmd
}

// rulesTestOut is "rules test --json".
type rulesTestOut struct {
	Checks  int                  `json:"checks"`
	Failed  int                  `json:"failed"`
	Results []engine.CheckResult `json:"results"`
}

// runEach runs the checks of every file once, though several of the named files may use it.
func runEach(l *transcripts.Listener, paths []string, show bool) ([]engine.CheckResult, error) {
	opts := app.RulesOptions()
	opts.Transcribe = l.Transcribe
	var out []engine.CheckResult
	done := map[string]bool{} // by file: its checks ran for another path
	for _, p := range paths {
		results, err := engine.RunChecks(opts, show, p)
		if err != nil {
			return nil, rulesHint(err)
		}
		for _, r := range results {
			if !done[r.File] {
				out = append(out, r)
			}
		}
		for _, r := range results {
			done[r.File] = true
		}
	}
	return out, nil
}

// printChecks prints the failing checks, and how many held.
func printChecks(env *cli.Env, results []engine.CheckResult, failed int) {
	paint := env.Paint()
	for _, r := range results {
		if r.Skipped != "" {
			env.Printf("%s\n", paint.Dim(fmt.Sprintf("- %s:%d: left out: %s", terminal.Plain(r.File), r.Line, terminal.Plain(r.Skipped))))
		}
		if len(r.Failures) == 0 {
			continue
		}
		env.Printf("%s %s:%d: %q\n", paint.Alert("✗"), terminal.Plain(r.File), r.Line, terminal.Plain(r.Say))
		for _, f := range r.Failures {
			env.Printf("    %s\n", terminal.Plain(f))
		}
	}
	switch {
	case len(results) == 0:
		env.Println("no checks: add checks: to the file, of what must be flagged and what must not")
	case failed == 0:
		env.Printf("✓ all %d checks hold\n", len(results))
	}
}
