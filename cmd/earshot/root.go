package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"earshot/cmd/earshot/secrets"
	"earshot/configs"
	"earshot/models"
)

// cli is what every command shares: where it reads and writes, and the environment it runs in.
type cli struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	environ        secrets.Environ
	// configFile is the file named by --config, or "".
	configFile string
}

// run is the program: it returns the exit code. The first interrupt asks the command to end in order, the second ends
// the program at once.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)

	if _, err := os.Stat("."); err != nil {
		// os.Getwd looks into the folder before it believes $PWD, and gives up where it may not. Without $PWD it asks the system.
		_ = os.Unsetenv("PWD")
	}
	a := &cli{stdin: stdin, stdout: stdout, stderr: stderr, environ: os.Environ()}
	return a.execute(ctx, args)
}

// execute runs one command line, prints its error and returns the exit code.
func (a *cli) execute(ctx context.Context, args []string) int {
	root := newRootCommand(a)
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitOK
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		fmt.Fprintln(a.stderr, "interrupted")
		return exitFailed
	}
	var ran codedError
	if !errors.As(err, &ran) { // cobra's own: it never reached the command
		err = badInput(err)
		if models.Hint(err) == "" {
			err = models.WithHint(err, fmt.Sprintf("%q shows how it is used", cmd.CommandPath()+" --help"))
		}
	}
	a.printError(err)
	return exitCode(err)
}

// newRootCommand builds the whole tree of commands.
func newRootCommand(a *cli) *cobra.Command {
	root := &cobra.Command{
		Use:   "earshot",
		Short: "A moderator's ear in live audio rooms",
		Long: `Earshot joins a live audio room as a listener, transcribes what is said on this machine, applies your rules while
people talk, and keeps the record for review.

Begin with "earshot demo": a room with three recorded voices, live in the terminal and on a page.`,
		Version:       version,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetVersionTemplate("earshot {{.Version}}\n")
	root.SetFlagErrorFunc(flagError)
	root.SetUsageTemplate(strings.Replace(root.UsageTemplate(), "{{if .Runnable}}", "{{if and .Runnable (not .HasAvailableSubCommands)}}", 1))
	root.SetHelpCommand(newHelpCommand())

	flags := root.PersistentFlags()
	flags.StringVar(&a.configFile, "config", "", "configuration `FILE` (default: the usual places, see \"earshot config path\")")
	settingFlag(flags, "data-dir", "data_dir", "`FOLDER` of the record")
	settingFlag(flags, "log-level", "log.level", "log this `LEVEL` and graver: debug, info, warn or error")
	_ = root.MarkPersistentFlagFilename("config", "yaml")
	_ = root.MarkPersistentFlagDirname("data-dir")

	group(root, a.commands()...)
	root.AddCommand(newExitCodesTopic())
	completions(root, a)
	markUsage(root)
	return root
}

// newHelpCommand is cobra's, but an unknown topic is an error.
func newHelpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND or TOPIC]",
		Short: "Help about a command or a topic",
		RunE: func(c *cobra.Command, args []string) error {
			found, rest, _ := c.Root().Find(args)
			if found == nil || len(rest) > 0 && found.HasSubCommands() {
				return badInput(unknownCommand(found, rest[0]))
			}
			found.InitDefaultHelpFlag()
			found.InitDefaultVersionFlag()
			return found.Help()
		},
	}
}

// commands are the program's commands, in no particular order.
func (a *cli) commands() []*cobra.Command {
	return []*cobra.Command{
		newAccessCommand(a),
		newBenchCommand(a),
		newBackupCommand(a),
		newCheckCommand(a),
		newConfigCommand(a),
		newConsentCommand(a),
		newDecoderCommand(),
		newDemoCommand(a),
		newDoctorCommand(a),
		newEraseCommand(a),
		newExportCommand(a),
		newFFmpegCommand(),
		newInviteCommand(a),
		newJoinCommand(a),
		newLeaveCommand(a),
		newManCommand(),
		newModelCommand(a),
		newNotifyCommand(a),
		newPauseCommand(a),
		newPersonCommand(a),
		newResumeCommand(a),
		newRestoreCommand(a),
		newRulesCommand(a),
		newServeCommand(a),
		newServersCommand(a),
		newSessionsCommand(a),
		newSummaryCommand(a),
		newStatusCommand(a),
		newTranscribeCommand(a),
		newVersionCommand(a),
	}
}

// group makes a command that only holds others: alone it shows its help, and an unknown word below it is an error with
// a suggestion.
func group(cmd *cobra.Command, subs ...*cobra.Command) *cobra.Command {
	cmd.AddCommand(subs...)
	cmd.Args = cobra.ArbitraryArgs
	cmd.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return c.Help()
		}
		return badInput(unknownCommand(c, args[0]))
	}
	return cmd
}

func unknownCommand(c *cobra.Command, word string) error {
	var names []string
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	hint := fmt.Sprintf("%q lists the commands", c.CommandPath()+" --help")
	if near := configs.Closest(strings.ToLower(word), names); near != "" {
		hint = fmt.Sprintf("did you mean %q? %s", c.CommandPath()+" "+near, hint)
	}
	return models.WithHint(fmt.Errorf("unknown command %q for %q", word, c.CommandPath()), hint)
}

// flagError adds the nearest flag's name to the error of an unknown one.
func flagError(c *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return err
	}
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if near := configs.Closest(unknown.GetSpecifiedName(), names); near != "" {
		return models.WithHint(err, fmt.Sprintf("did you mean \"--%s\"? %q lists the flags", near, c.CommandPath()+" --help"))
	}
	return err
}

// settingAnnotation marks the flags that stand for a setting.
const settingAnnotation = "earshot_setting"

// settingFlag adds a flag that overrides a setting of configs for one command. Its value is checked with the
// configuration, so that a mistake reads the same wherever it was made.
func settingFlag(flags *pflag.FlagSet, name, key, usage string) {
	flags.String(name, "", usage+" (setting "+key+")")
	flags.Lookup(name).Annotations = map[string][]string{settingAnnotation: {key}}
}

// report reads the configuration, with the command's flags on top.
func (a *cli) report(cmd *cobra.Command) (configs.Report, error) {
	return a.explain(cmd, configs.Options{})
}

// explain is report with options of its own.
func (a *cli) explain(cmd *cobra.Command, o configs.Options) (configs.Report, error) {
	flags := map[string]string{}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if key, ok := f.Annotations[settingAnnotation]; ok {
			flags[key[0]] = f.Value.String()
		}
	})
	o.File, o.Environ, o.Flags = a.configFile, a.environ, flags
	r, err := configs.Explain(o)
	pulled(&r)
	return r, models.WithHint(err, `"earshot config default" prints every setting with its explanation`)
}

// config is report for those who don't ask where a value comes from.
func (a *cli) config(cmd *cobra.Command) (configs.Config, error) {
	r, err := a.report(cmd)
	return r.Config, err
}

// logger writes to the error output, in the form and from the level that the configuration says.
func (a *cli) logger(c configs.Config) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.Log.Level}
	if c.Log.Format == "json" {
		return slog.New(slog.NewJSONHandler(a.stderr, options))
	}
	return slog.New(slog.NewTextHandler(a.stderr, options))
}

// talkLogger is the logger of the commands that talk to a person: it is silent about what they show themselves, unless
// somebody asked for a level.
func (a *cli) talkLogger(r configs.Report) *slog.Logger {
	c := r.Config
	asked := slices.ContainsFunc(r.Values, func(v configs.Value) bool { return v.Key == "log.level" && v.From.String() != "default" })
	if !asked {
		c.Log.Level = slog.LevelError
	}
	return a.logger(c)
}

// printError tells what went wrong and, where it is known, what to do.
func (a *cli) printError(err error) {
	paint := a.palette(a.stderr)
	fmt.Fprint(a.stderr, paint.alert("error: "), strings.TrimPrefix(indent("error: ", plainLines(err.Error())), "error: "))
	if hint := models.Hint(err); hint != "" {
		fmt.Fprint(a.stderr, indent("hint: ", plainLines(hint)))
	}
}
