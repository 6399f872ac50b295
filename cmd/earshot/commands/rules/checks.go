package rules

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

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
		Short: "Run the checks in rule files",
		Long: `Runs the checks in each rule file and in the files it uses, each file's checks against its own rules. Checks in shipped packs run
only if the pack is named. Failing checks are printed with the reason. A check with a recording (wav:, a path relative to the rule
file) is transcribed with the configured model, which is loaded only if needed. Exits with code 3 if a check fails, and 2 if a file
has errors.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			opts := loadOptions(env, cmd)
			if _, err := loadEach(opts, args); err != nil {
				return cli.BadInput(err)
			}
			listener := transcripts.NewListener(cmd.Context(), func() (*transcripts.Transcriber, error) {
				t, err := env.Transcriber(cmd, false)
				if err == nil {
					env.Notes(t.Notices)
				}
				return t, err
			})
			results, err := runEach(opts, listener, args, show)
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
					`"earshot rules try FILE --text …" shows how every rule judges a sentence; if you changed a rule on purpose, change its checks too`))
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object with the result of every check")
	cmd.Flags().BoolVar(&show, "show", false, "show words from word lists unmasked")
	cli.ModelFlag(cmd, "; it transcribes recordings")
	return cmd
}

// rulesTestOut is the output of "rules test --json".
type rulesTestOut struct {
	Checks  int                  `json:"checks"`
	Failed  int                  `json:"failed"`
	Results []engine.CheckResult `json:"results"`
}

// runEach runs the checks of every file once, even if several of the named files include it.
func runEach(opts engine.LoadOptions, l *transcripts.Listener, paths []string, show bool) ([]engine.CheckResult, error) {
	opts.Transcribe = l.Transcribe
	var out []engine.CheckResult
	done := map[string]bool{} // files whose checks ran for another path
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

// printChecks prints the failed checks, and how many passed.
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
		env.Println("no checks: add checks: to the file, with examples that must and must not be flagged")
	case failed == 0:
		env.Printf("✓ all %d checks pass\n", len(results))
	}
}
