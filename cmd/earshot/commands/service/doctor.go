package service

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/doctor"
	"earshot/cmd/earshot/terminal"
	"earshot/models"
)

func newDoctorCommand(env *cli.Env) *cobra.Command {
	asJSON, join := false, false
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check all that Earshot needs, and say what to do",
		Long: `Looks at the model and what decodes with it, the rules, the record and its disk, the clock, the ports, the STUN and TURN
servers, the rooms of the configuration, and those who are told of flags. Nothing is changed, and no notice is sent.

Run it as the user that the service runs as. Where a service runs on the same record, it is asked for what it sees itself: only
it has its environment, with the secrets of rooms, its ports and its place in them. What it answers is marked so.

Each line says ok, note (it works, and is worth knowing) or bad, and what to do. It exits with 3 when something is bad.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := env.Report(cmd)
			if err != nil {
				return err
			}
			return diagnose(env, cmd, app.Examine(env.Environ, r, join, env.TalkLogger(r)), asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON array of findings")
	cmd.Flags().BoolVar(
		&join, "join", false, "enter each configured room for a moment, to see what the bot may do there; people see it come and go",
	)
	cli.SettingFlag(cmd.Flags(), "model", "model", "ggml model file")
	cli.SettingFlag(cmd.Flags(), "listen", "listen", "address of the page and the lounge")
	return cmd
}

func diagnose(env *cli.Env, cmd *cobra.Command, c doctor.Config, asJSON bool) error {
	var all []doctor.Finding
	bad, err := doctor.Run(cmd.Context(), c, func(f doctor.Finding) {
		all = append(all, f)
		if !asJSON {
			printFinding(env, f)
		}
	})
	if err != nil {
		return err
	}
	if asJSON {
		err = env.JSON(all)
	}
	if bad > 0 {
		err = errors.Join(err, fmt.Errorf("%s found", models.Count(bad, "problem")))
	}
	return cli.ChecksFailed(err)
}

func printFinding(env *cli.Env, f doctor.Finding) {
	paint := env.Paint()
	state := fmt.Sprintf("%-4s", f.State)
	switch f.State {
	case doctor.Bad:
		state = paint.Alert(state)
	case doctor.Note:
		state = paint.Warn(state)
	}
	by := ""
	if f.Service {
		by = " (the service's own look)"
	}
	env.Printf("%s  %-15s  %s%s\n", state, f.Check, strings.ReplaceAll(terminal.PlainLines(f.Text), "\n", "; "), by)
	if f.Do != "" && f.State != doctor.OK {
		env.Printf("%s", terminal.Indent("                       → ", terminal.PlainLines(f.Do)))
	}
}
