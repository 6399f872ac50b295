package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"earshot/models"
)

// Theme is a group of commands that the help lists under one title.
type Theme struct {
	Title    string
	Commands []*cobra.Command
}

// NewRoot builds the program's command line from its commands and adds the flags that all of them take, the help, the completions and the
// exit codes. Commands of a theme without a title come last in the help.
func NewRoot(e *Env, themes ...Theme) *cobra.Command {
	root := &cobra.Command{
		Use:   "earshot",
		Short: "Live audio room transcription and moderation",
		Long: `Earshot joins a live audio room as a listener, transcribes what is said on this machine, applies your rules while
people talk, and keeps the record for review.

Start with "earshot demo": a room with three recorded voices, live in the terminal and on a web page.`,
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
	foldHelp(e, root)

	flags := root.PersistentFlags()
	flags.StringVar(&e.ConfigFile, "config", "", "configuration `FILE` (default: the standard locations, see \"earshot config path\")")
	SettingFlag(flags, "data-dir", "data_dir", "`FOLDER` of the database")
	SettingFlag(flags, "log-level", "log.level", "log this `LEVEL` and above: debug, info, warn or error")
	_ = root.MarkPersistentFlagFilename("config", "yaml")
	_ = root.MarkPersistentFlagDirname("data-dir")

	var commands []*cobra.Command
	for _, t := range themes {
		if t.Title != "" {
			root.AddGroup(&cobra.Group{ID: t.Title, Title: t.Title + ":"})
		}
		for _, c := range t.Commands {
			c.GroupID = t.Title
		}
		commands = append(commands, t.Commands...)
	}
	Group(root, commands...)
	root.AddCommand(newExitCodesTopic(), newEnvironmentTopic())
	root.InitDefaultCompletionCmd()
	if completion, _, err := root.Find([]string{"completion"}); err == nil {
		completion.Short = "Print the completion script of a shell"
		Group(completion)
	}
	argumentErrors(root)
	completions(root, e)
	markUsage(root)
	return root
}

// Run runs one command line of a root that NewRoot returned, prints its error and returns the exit code.
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
	if !errors.As(err, &ran) { // cobra's own error: the command was never reached
		err = BadInput(plainGroup(err))
		if models.Hint(err) == "" {
			err = models.WithHint(err, fmt.Sprintf("see %q", cmd.CommandPath()+" --help"))
		}
	}
	if asJSON(cmd, args) {
		e.jsonError(err)
	} else {
		e.PrintError(err)
	}
	return exitCode(err)
}
