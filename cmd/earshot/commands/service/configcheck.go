package service

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/doctor"
	"earshot/cmd/earshot/terminal"
	"earshot/configs"
	"earshot/models"
)

func newConfigPath(env *cli.Env) *cobra.Command {
	return &cobra.Command{
		Use:   "path",
		Short: "Print the configuration file that is read",
		Long: `Prints the path of the configuration file that is read. When there is none, nothing is printed; the places that were
looked at go to the error output.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := env.Report(cmd)
			var wrong *configs.Error
			if err != nil && !errors.As(err, &wrong) { // a file with mistakes has a path too
				return err
			}
			if r.File != "" {
				env.Println(r.File)
				return nil
			}
			env.Tellf("no configuration file; the defaults hold. Looked for:")
			for _, f := range configs.UsualFiles(env.Environ) {
				env.Tellf("  %s", f)
			}
			return nil
		},
	}
}

func newConfigCheck(env *cli.Env) *cobra.Command {
	var asJSON, connect bool
	cmd := &cobra.Command{
		Use:   "check [FILE]",
		Short: "Check a configuration file, or the one in use, with all that it names",
		Long: `Reads the settings and all that they name and "earshot serve" will need: rules, models, targets of notices, secrets, rooms and
calendars. Nothing is connected to; --connect also asks the servers of rooms, STUN, TURN and language models.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				env.ConfigFile = args[0]
			}
			r, err := env.Report(cmd)
			if err == nil {
				err = app.Resolved(env.Environ, r, env.TalkLogger(r))
			}
			if asJSON {
				return checkAsJSON(cmd.Context(), env, r, err, connect)
			}
			if err != nil {
				return err
			}
			if r.File == "" {
				env.Println("no configuration file: the defaults hold")
			} else {
				env.Printf("%s is fine\n", r.File)
				for _, line := range app.CannotInRooms(r.Config) {
					env.Println("  " + terminal.Plain(line))
				}
			}
			if connect {
				_, err = tried(cmd.Context(), env, r, func(f doctor.Finding) { printFinding(env, f) })
				return err
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&connect, "connect", false, "also ask the servers that the settings name")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object with the list of problems")
	return cmd
}

// checkAsJSON prints what a check found. What is wrong with the settings keeps their servers from being asked.
func checkAsJSON(ctx context.Context, env *cli.Env, r configs.Report, wrong error, connect bool) error {
	out := checkJSON(r, wrong)
	if connect && wrong == nil {
		out.Servers, wrong = tried(ctx, env, r, func(doctor.Finding) {})
	}
	return errors.Join(env.JSON(out), wrong)
}

func checkJSON(r configs.Report, err error) configJSON {
	out := configJSON{File: r.File}
	var wrong *configs.Error
	if !errors.As(err, &wrong) && err != nil { // something that the settings name
		out.Problems = append(out.Problems, problemJSON{Message: err.Error()})
	}
	if wrong != nil {
		for _, p := range wrong.Problems {
			out.Problems = append(out.Problems, problemJSON{p.From.File, p.From.Line, p.From.Name, p.Key, p.Message})
		}
	}
	return out
}

// tried asks the servers that the settings name. Problems among them are an error.
func tried(ctx context.Context, env *cli.Env, r configs.Report, tell func(doctor.Finding)) ([]doctor.Finding, error) {
	all, bad, err := app.Tried(ctx, env.Environ, r, env.TalkLogger(r), tell)
	if err == nil && bad > 0 {
		err = cli.ChecksFailed(fmt.Errorf("%s found among the servers that the settings name", models.Count(bad, "problem")))
	}
	return all, err
}
