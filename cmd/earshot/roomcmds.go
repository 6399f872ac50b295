package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"earshot/bot/fleet"
	"earshot/cmd/earshot/app"
	"earshot/configs"
	"earshot/models"
)

func newInviteCommand(a *cli) *cobra.Command {
	var o app.LinkOrder
	var asJSON, asLink bool
	cmd := &cobra.Command{
		Use:   "invite URL",
		Short: "Have the running service listen in a room",
		Long: "Asks the service that runs on this machine (\"earshot serve\") to listen in a room until it is over. Secrets are those that\n" +
			"the service's configuration or environment has for the room's server; a server that it does not name needs --allow-server, once.",
		Example: `  earshot invite lounge://127.0.0.1:8484/lounge
  earshot invite livekit://rooms.example/stage --profile open-mic
  earshot invite whep+https://media.example/stage --allow-server`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.URL = args[0]
			if _, err := fleet.KindOf(o.URL); err != nil {
				return badInput(err)
			}
			cfg, err := a.config(cmd)
			if err != nil {
				return err
			}
			if asLink {
				return a.inviteByLink(cmd, cfg, o, asJSON)
			}
			var state models.RoomState
			if err := app.Tell(cmd.Context(), cfg, "/rooms", o.Invitation, &state); err != nil {
				return err
			}
			if asJSON {
				return a.writeJSON(state)
			}
			if o.Profile != "" && o.Profile != state.Profile {
				fmt.Fprintf(a.stderr, "note: it is a room of the configuration, whose profile holds (%s)\n", plain(cmp.Or(state.Profile, "none")))
			}
			fmt.Fprintf(
				a.stdout, "invited to %s; \"earshot status\" shows how it goes, \"earshot leave %s\" sends the bot out\n", plain(state.Name),
				plain(state.Room),
			)
			return nil
		},
	}
	cmd.Flags().StringVar(&o.Name, "name", "", "what the speaker of a stream without names is called")
	cmd.Flags().StringVar(&o.Profile, "profile", "", "treat the room as this profile of the configuration says")
	cmd.Flags().BoolVar(
		&o.AllowServer, "allow-server", false,
		"allow the room's server from now on, although the configuration does not name it; it is given no secrets",
	)
	cmd.Flags().BoolVar(&o.PrivateServer, "private-server", false, "with --allow-server: the server may be in this private network")
	cmd.Flags().BoolVar(&asLink, "link", false, "print a link instead, by which somebody can look at what the bot does and invite it, once")
	cmd.Flags().IntVar(&o.Hours, "hours", int(app.LinkFor/time.Hour), "for how long the link is good")
	cmd.Flags().BoolVar(&asJSON, "json", false, "the room's state, or the link, as one JSON object")
	return cmd
}

// inviteByLink prints a link by which somebody else can invite the bot.
func (a *cli) inviteByLink(cmd *cobra.Command, cfg configs.Config, o app.LinkOrder, asJSON bool) error {
	var l app.Link
	if err := app.Tell(cmd.Context(), cfg, "/invitations", o, &l); err != nil {
		return err
	}
	if asJSON {
		return a.writeJSON(l)
	}
	fmt.Fprintf(a.stdout, "%s\n", plain(l.Link))
	fmt.Fprintf(a.stderr, "good once, until %s; whoever has it can invite the bot there\n", l.Expires.Local().Format(time.DateTime))
	return nil
}

func newLeaveCommand(a *cli) *cobra.Command {
	return &cobra.Command{
		Use:   "leave ROOM",
		Short: "Send the running service's bot out of a room",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := a.config(cmd)
			if err != nil {
				return err
			}
			var out app.Departure
			if err := app.Ask(cmd.Context(), cfg, http.MethodDelete, "/rooms/"+url.PathEscape(args[0]), nil, &out); err != nil {
				return err
			}
			if out.Returns.IsZero() {
				_, err = fmt.Fprintln(a.stdout, "left")
				return err
			}
			_, err = fmt.Fprintf(a.stdout, "left; returns %s\n", out.Returns.Local().Format("Mon 2 Jan 15:04"))
			return err
		},
	}
}

func newPauseCommand(a *cli) *cobra.Command {
	return listening(a, "pause", "Have the running service's bot not listen in a room for a while",
		"The bot stays in the room, says in its chat that it does not listen, and hears nothing until \"earshot resume ROOM\", also over "+
			"a\nrestart. The time is marked in the transcript.")
}

func newResumeCommand(a *cli) *cobra.Command {
	return listening(a, "resume", "Have the running service's bot listen again after a pause", "")
}

func listening(a *cli, word, short, long string) *cobra.Command {
	return &cobra.Command{
		Use: word + " ROOM", Short: short, Long: long, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := a.config(cmd)
			if err != nil {
				return err
			}
			return app.Ask(cmd.Context(), cfg, http.MethodPost, "/rooms/"+url.PathEscape(args[0])+"/"+word, nil, nil)
		},
	}
}

func newStatusCommand(a *cli) *cobra.Command {
	var asJSON, first, host bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show the rooms that the running service listens in",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.config(cmd)
			if err != nil {
				return err
			}
			if first {
				return a.firstLogin(cmd.Context(), cfg)
			}
			if host {
				return a.loungeHost(cmd.Context(), cfg)
			}
			var states []models.RoomState
			if err := app.Ask(cmd.Context(), cfg, http.MethodGet, "/rooms", nil, &states); err != nil {
				return err
			}
			if asJSON {
				return a.writeJSON(states)
			}
			if len(states) == 0 {
				fmt.Fprintln(a.stdout, `in no room; "earshot invite URL" changes that`)
				return nil
			}
			rows := [][]string{{"ROOM", "STATE", "SINCE", "SESSION", "PROBLEM"}}
			for _, s := range states {
				rows = append(rows, []string{s.Room, doing(s), s.Since.Local().Format(time.DateTime), orDash(s.Session), orDash(trouble(s))})
			}
			return table(a.stdout, a.palette(a.stdout), rows)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON array")
	cmd.Flags().BoolVar(&first, "first-login", false, "print instead the link by which somebody becomes the owner, while nobody can log in")
	cmd.Flags().BoolVar(&host, "lounge-host", false, "print instead the link that makes its holder a host of the service's own lounge")
	cmd.MarkFlagsMutuallyExclusive("json", "first-login", "lounge-host")
	return cmd
}

// loungeHost prints the running service's link for hosts of its lounge.
func (a *cli) loungeHost(ctx context.Context, cfg configs.Config) error {
	var l app.Link
	if err := app.Ask(ctx, cfg, http.MethodGet, "/lounge-host", nil, &l); err != nil {
		return err
	}
	fmt.Fprintln(a.stdout, plain(l.Link))
	return nil
}

// firstLogin prints the running service's link for its first owner.
func (a *cli) firstLogin(ctx context.Context, cfg configs.Config) error {
	var l app.Link
	if err := app.Ask(ctx, cfg, http.MethodGet, "/first-login", nil, &l); err != nil {
		return err
	}
	if l.Link == "" {
		return models.WithHint(
			errors.New("no link is needed: there is an owner, or the page asks nobody to log in"), "owners give others access on the page",
		)
	}
	fmt.Fprintln(a.stdout, plain(l.Link))
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
		return "does not hear " + plain(strings.Join(s.Deaf, ", "))
	}
	return plain(s.Note)
}
