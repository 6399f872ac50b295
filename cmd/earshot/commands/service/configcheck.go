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
		Short: "Print the path of the configuration file in use",
		Long: `Prints the path of the configuration file in use. If there is none, nothing is printed, and the locations searched go to standard
error.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := env.Report(cmd)
			var wrong *configs.Error
			if err != nil && !errors.As(err, &wrong) { // a file with mistakes still has a path
				return err
			}
			if r.File != "" {
				env.Println(r.File)
				return nil
			}
			env.Tellf("no configuration file; the defaults apply. Looked for:")
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
		Short: "Check a configuration file, or the one in use, and everything it refers to",
		Long: `Reads the settings and everything they refer to that "earshot serve" will need: rules, models, notification targets, secrets, rooms
and calendars. No connections are made; --connect also contacts room, STUN, TURN and language model servers.`,
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
				env.Println("no configuration file: the defaults apply")
			} else {
				env.Printf("%s is valid\n", r.File)
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
	cmd.Flags().BoolVar(&connect, "connect", false, "also contact the servers in the settings")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object with the list of problems")
	return cmd
}

// checkAsJSON prints the result of a check. If the settings have mistakes, their servers are not contacted.
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
	if !errors.As(err, &wrong) && err != nil { // the fault is in something that the settings name
		out.Problems = append(out.Problems, problemJSON{Message: err.Error()})
	}
	if wrong != nil {
		for _, p := range wrong.Problems {
			out.Problems = append(out.Problems, problemJSON{p.From.File, p.From.Line, p.From.Name, p.Key, p.Message})
		}
	}
	return out
}

// tried contacts the servers that the settings name. It returns an error if that revealed problems.
func tried(ctx context.Context, env *cli.Env, r configs.Report, tell func(doctor.Finding)) ([]doctor.Finding, error) {
	all, bad, err := app.Tried(ctx, env.Environ, r, env.TalkLogger(r), tell)
	if err == nil && bad > 0 {
		err = cli.ChecksFailed(fmt.Errorf("%s found with the servers in the settings", models.Count(bad, "problem")))
	}
	return all, err
}
