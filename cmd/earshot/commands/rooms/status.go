package rooms

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/terminal"
	"earshot/configs"
	"earshot/models"
)

func newStatusCommand(env *cli.Env) *cobra.Command {
	var asJSON, first, host bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show the rooms that the running service listens in",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := env.Config(cmd)
			if err != nil {
				return err
			}
			if first {
				return firstLogin(cmd.Context(), env, cfg)
			}
			if host {
				return loungeHost(cmd.Context(), env, cfg)
			}
			var states []models.RoomState
			if err := app.Ask(cmd.Context(), cfg, http.MethodGet, "/rooms", nil, &states); err != nil {
				return err
			}
			if asJSON {
				return env.JSON(states)
			}
			if len(states) == 0 {
				env.Println(`in no room; "earshot invite URL" changes that`)
				return nil
			}
			rows := [][]string{{"ROOM", "STATE", "SINCE", "SESSION", "PROBLEM"}}
			for _, s := range states {
				rows = append(rows, []string{
					s.Room, doing(s), s.Since.Local().Format(time.DateTime), terminal.OrDash(s.Session), terminal.OrDash(trouble(s)),
				})
			}
			return env.Table(rows)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON array")
	cmd.Flags().BoolVar(&first, "first-login", false, "print instead the link by which somebody becomes the owner, while nobody can log in")
	cmd.Flags().BoolVar(&host, "lounge-host", false, "print instead the link that makes its holder a host of the service's own lounge")
	cmd.MarkFlagsMutuallyExclusive("json", "first-login", "lounge-host")
	return cmd
}

// loungeHost prints the running service's link for hosts of its lounge.
func loungeHost(ctx context.Context, env *cli.Env, cfg configs.Config) error {
	var l app.Link
	if err := app.Ask(ctx, cfg, http.MethodGet, "/lounge-host", nil, &l); err != nil {
		return err
	}
	env.Println(terminal.Plain(l.Link))
	return nil
}

// firstLogin prints the running service's link for its first owner.
func firstLogin(ctx context.Context, env *cli.Env, cfg configs.Config) error {
	var l app.Link
	if err := app.Ask(ctx, cfg, http.MethodGet, "/first-login", nil, &l); err != nil {
		return err
	}
	if l.Link == "" {
		return models.WithHint(
			errors.New("no link is needed: there is an owner, or the page asks nobody to log in"), "owners give others access on the page",
		)
	}
	env.Println(terminal.Plain(l.Link))
	return nil
}

// doing is a room's state in a word or two.
func doing(s models.RoomState) string {
	switch {
	case s.Paused:
		return "paused"
	case !s.Next.IsZero():
		return "until " + s.Next.Local().Format(time.DateTime)
	}
	return s.State
}

// trouble is what is wrong in a room, or "".
func trouble(s models.RoomState) string {
	switch {
	case s.Problem != "":
		return s.Problem
	case len(s.Deaf) > 0:
		return "does not hear " + terminal.Plain(strings.Join(s.Deaf, ", "))
	}
	return terminal.Plain(s.Note)
}
