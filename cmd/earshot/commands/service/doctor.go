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
		Short: "Check everything Earshot needs, and suggest fixes",
		Long: `Checks the model and decoding, the rules, the database and its disk, the clock, the ports, the STUN and TURN servers, the
configured rooms, and the notification targets. Nothing is changed, and no notification is sent.

Run it as the same user as the service. If a service uses the same database, some checks are made by the service itself, since only
it has its environment with the rooms' secrets, its ports and its connections. Those results are marked.

Each line says ok, note (works, but worth knowing) or bad, and what to do. Exits with code 3 if anything is bad.`,
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
		&join, "join", false, "briefly join each configured room to see what the bot may do there; people see it come and go",
	)
	cli.ModelFlag(cmd, "")
	cli.SettingFlag(cmd.Flags(), "listen", "listen", "`ADDRESS` of the page and the lounge")
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
		by = " (checked by the service)"
	}
	env.Printf("%s  %-15s  %s%s\n", state, f.Check, strings.ReplaceAll(terminal.PlainLines(f.Text), "\n", "; "), by)
	if f.Do != "" && f.State != doctor.OK {
		env.Print(paint.Labelled("                       → ", terminal.PlainLines(f.Do)))
	}
}
