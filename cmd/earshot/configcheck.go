package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/doctor"
	"earshot/configs"
	"earshot/models"
)

func newConfigPath(a *cli) *cobra.Command {
	return &cobra.Command{
		Use:   "path",
		Short: "Print the configuration file that is read",
		Long: `Prints the path of the configuration file that is read. When there is none, nothing is printed; the places that were
looked at go to the error output.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := a.report(cmd)
			var wrong *configs.Error
			if err != nil && !errors.As(err, &wrong) { // a file with mistakes has a path too
				return err
			}
			if r.File != "" {
				fmt.Fprintln(a.stdout, r.File)
				return nil
			}
			fmt.Fprintln(a.stderr, "no configuration file; the defaults hold. Looked for:")
			for _, f := range configs.UsualFiles(a.environ) {
				fmt.Fprintln(a.stderr, "  "+f)
			}
			return nil
		},
	}
}

func newConfigCheck(a *cli) *cobra.Command {
	var asJSON, connect bool
	cmd := &cobra.Command{
		Use:   "check [FILE]",
		Short: "Check a configuration file, or the one in use, with all that it names",
		Long: `Reads the settings and all that they name and "earshot serve" will need: rules, models, targets of notices, secrets, rooms and
calendars. Nothing is connected to; --connect also asks the servers of rooms, STUN, TURN and language models.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				a.configFile = args[0]
			}
			r, err := a.report(cmd)
			if err == nil {
				err = app.Resolved(a.environ, r, a.talkLogger(r))
			}
			if asJSON {
				return a.checkAsJSON(cmd.Context(), r, err, connect)
			}
			if err != nil {
				return err
			}
			if r.File == "" {
				fmt.Fprintln(a.stdout, "no configuration file: the defaults hold")
			} else {
				fmt.Fprintf(a.stdout, "%s is fine\n", r.File)
				for _, line := range app.CannotInRooms(r.Config) {
					fmt.Fprintln(a.stdout, "  "+plain(line))
				}
			}
			if connect {
				_, err = a.tried(cmd.Context(), r, a.printFinding)
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
func (a *cli) checkAsJSON(ctx context.Context, r configs.Report, wrong error, connect bool) error {
	out := checkJSON(r, wrong)
	if connect && wrong == nil {
		out.Servers, wrong = a.tried(ctx, r, func(doctor.Finding) {})
	}
	return errors.Join(a.writeJSON(out), wrong)
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
func (a *cli) tried(ctx context.Context, r configs.Report, tell func(doctor.Finding)) ([]doctor.Finding, error) {
	all, bad, err := app.Tried(ctx, a.environ, r, a.talkLogger(r), tell)
	if err == nil && bad > 0 {
		err = checksFailed(fmt.Errorf("%s found among the servers that the settings name", models.Count(bad, "problem")))
	}
	return all, err
}
