package rules

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/terminal"
	"earshot/models"
	"earshot/models/wholefile"
	"earshot/moderation/engine"
	"earshot/moderation/rules"
)

func newRulesSchema(env *cli.Env) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of rule files, for editors",
		Long: `Prints the JSON Schema (draft 2020-12) of rule files. Editors that support it complete keys and mark errors as you type;
in many of them, this line at the top of a rule file is enough:

  # yaml-language-server: $schema=earshot-rules.schema.json`,
		Example: `  earshot rules schema > earshot-rules.schema.json`,
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := env.Stdout.Write(engine.Schema())
			return err
		},
	}
}

func newRulesFmt(env *cli.Env) *cobra.Command {
	var check bool
	cmd := &cobra.Command{
		Use:   "fmt FILE...",
		Short: "Format rule files",
		Long: `Puts the sections of rule files and the keys of rules into the standard order, keeping comments, and writes the files back. The
meaning of a file does not change. With --check nothing is written; exits with code 3 if a file is not in the standard format.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			other := 0
			var errs []error
			for _, name := range args {
				changed, err := formatFile(name, check)
				if err != nil {
					errs = append(errs, fmt.Errorf("%s: %w", name, err))
				}
				if changed {
					other++
					env.Println(terminal.Plain(name))
				}
			}
			if err := errors.Join(errs...); err != nil {
				return cli.BadInput(err)
			}
			if check && other > 0 {
				return cli.ChecksFailed(models.WithHint(fmt.Errorf("%d of %d files are not in the standard format", other, len(args)),
					`run "earshot rules fmt FILE" to format them`))
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "only list the files that are not in the standard format")
	return cmd
}

// formatFile formats a file and reports whether that changed it, or would with check. The file is replaced atomically.
func formatFile(name string, check bool) (bool, error) {
	info, err := os.Stat(name)
	if err != nil {
		return false, err
	}
	if !info.Mode().IsRegular() {
		return false, errors.New("not a regular file")
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return false, err
	}
	out, err := rules.Format(data)
	if err != nil || bytes.Equal(data, out) || check {
		return err == nil && !bytes.Equal(data, out), err
	}
	return true, wholefile.Replace(name, out)
}
