package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"earshot/models"
)

// NewRoot builds the program's command line of its commands: the flags that all of them take, help, completion and exit codes.
func NewRoot(e *Env, commands ...*cobra.Command) *cobra.Command {
	root := &cobra.Command{
		Use:   "earshot",
		Short: "A moderator's ear in live audio rooms",
		Long: `Earshot joins a live audio room as a listener, transcribes what is said on this machine, applies your rules while
people talk, and keeps the record for review.

Begin with "earshot demo": a room with three recorded voices, live in the terminal and on a page.`,
		Version:       e.Version,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetIn(e.Stdin)
	root.SetOut(e.Stdout)
	root.SetErr(e.Stderr)
	root.SetVersionTemplate("earshot {{.Version}}\n")
	root.SetFlagErrorFunc(flagError)
	root.SetUsageTemplate(strings.Replace(root.UsageTemplate(), "{{if .Runnable}}", "{{if and .Runnable (not .HasAvailableSubCommands)}}", 1))
	root.SetHelpCommand(newHelpCommand())

	flags := root.PersistentFlags()
	flags.StringVar(&e.ConfigFile, "config", "", "configuration `FILE` (default: the usual places, see \"earshot config path\")")
	SettingFlag(flags, "data-dir", "data_dir", "`FOLDER` of the record")
	SettingFlag(flags, "log-level", "log.level", "log this `LEVEL` and graver: debug, info, warn or error")
	_ = root.MarkPersistentFlagFilename("config", "yaml")
	_ = root.MarkPersistentFlagDirname("data-dir")

	Group(root, commands...)
	root.AddCommand(newExitCodesTopic())
	completions(root, e)
	markUsage(root)
	return root
}

// Run runs one command line of a root that NewRoot made, prints its error and returns the exit code.
func (e *Env) Run(ctx context.Context, root *cobra.Command, args []string) int {
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil && e.unprinted != nil {
		err = withCode(fmt.Errorf("standard output: %w", e.unprinted), ExitFailed)
	}
	if err == nil {
		return ExitOK
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		fmt.Fprintln(e.Stderr, "interrupted")
		return ExitFailed
	}
	var ran codedError
	if !errors.As(err, &ran) { // cobra's own: it never reached the command
		err = BadInput(err)
		if models.Hint(err) == "" {
			err = models.WithHint(err, fmt.Sprintf("%q shows how it is used", cmd.CommandPath()+" --help"))
		}
	}
	e.PrintError(err)
	return exitCode(err)
}
