package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/doctor"
	"earshot/models"
)

func newDoctorCommand(a *cli) *cobra.Command {
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
			r, err := a.report(cmd)
			if err != nil {
				return err
			}
			return a.diagnose(cmd, app.Examine(a.environ, r, join, a.talkLogger(r)), asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON array of findings")
	cmd.Flags().BoolVar(
		&join, "join", false, "enter each configured room for a moment, to see what the bot may do there; people see it come and go",
	)
	settingFlag(cmd.Flags(), "model", "model", "ggml model file")
	settingFlag(cmd.Flags(), "listen", "listen", "address of the page and the lounge")
	return cmd
}

func (a *cli) diagnose(cmd *cobra.Command, c doctor.Config, asJSON bool) error {
	var all []doctor.Finding
	bad, err := doctor.Run(cmd.Context(), c, func(f doctor.Finding) {
		all = append(all, f)
		if !asJSON {
			a.printFinding(f)
		}
	})
	if err != nil {
		return err
	}
	if asJSON {
		err = a.writeJSON(all)
	}
	if bad > 0 {
		err = errors.Join(err, fmt.Errorf("%s found", models.Count(bad, "problem")))
	}
	return checksFailed(err)
}

func (a *cli) printFinding(f doctor.Finding) {
	paint := a.palette(a.stdout)
	state := fmt.Sprintf("%-4s", f.State)
	switch f.State {
	case doctor.Bad:
		state = paint.alert(state)
	case doctor.Note:
		state = paint.warn(state)
	}
	by := ""
	if f.Service {
		by = " (the service's own look)"
	}
	fmt.Fprintf(a.stdout, "%s  %-15s  %s%s\n", state, f.Check, strings.ReplaceAll(plainLines(f.Text), "\n", "; "), by)
	if f.Do != "" && f.State != doctor.OK {
		fmt.Fprint(a.stdout, indent("                       → ", plainLines(f.Do)))
	}
}
