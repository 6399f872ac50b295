package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
)

func newServeCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Listen in the configured rooms, and in those it is invited to, until stopped",
		Long: `Listens in the rooms of the configuration (rooms) for good, and in rooms it is invited to ("earshot invite URL", or by a
LiveKit server: see livekit.url), with one model, one record and one page for all of them. The lounge is open too.

SIGHUP reads the rules again; a file with mistakes changes nothing. SIGTERM and Ctrl-C leave all rooms and decode for up
to 20 seconds; what is left is decoded at the next start.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.serve(cmd) },
	}
	settingFlag(cmd.Flags(), "model", "model", "ggml model file")
	settingFlag(cmd.Flags(), "listen", "listen", "address of the page and the lounge")
	settingFlag(cmd.Flags(), "rooms", "rooms", "addresses of rooms, parted by commas")
	return cmd
}

func (a *app) serve(cmd *cobra.Command) error {
	cfg, err := a.config(cmd)
	if err != nil {
		return err
	}
	wishes := make([]wish, len(cfg.Rooms))
	for i, r := range cfg.Rooms {
		if _, err := kindOf(r.URL); err != nil {
			return badInput(err)
		}
		wishes[i] = wish{address: r.URL, name: r.Name, profile: r.Profile, secret: a.secret}
	}
	ctx, log := cmd.Context(), a.logger(cfg)
	l, err := listenOrInherit(ctx, cfg.Listen)
	if err != nil {
		return err
	}
	s, err := openStation(ctx, cfg, log)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer s.Close()
	control, err := listenControl(ctx, cfg)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	if s.speech.notice != "" {
		log.Warn(s.speech.notice)
	}
	v := newService(s)
	if s.invitations, err = newInvitations(v, a.secret); err != nil {
		return errors.Join(badInput(err), l.Close(), control.Close())
	}
	log.Info("serving", "page", pageURL(l, "/"), "lounge", pageURL(l, "/room/lounge"), "rooms", len(wishes), "model", s.speech.name, "rules", s.desk.RulesName(""))
	return s.run(ctx, l, func(ctx context.Context) error {
		group, ctx := errgroup.WithContext(ctx)
		group.Go(func() error { return serveWeb(ctx, control, v.control(a.secret), func() {}, log) })
		group.Go(func() error { return v.run(ctx, wishes, s.invitations) })
		group.Go(func() error { return manager{log}.run(ctx, s.loaded, s.answers) })
		return group.Wait()
	})
}

func newInviteCommand(a *app) *cobra.Command {
	var o order
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "invite URL",
		Short: "Have the running service listen in a room",
		Long:  "Asks the service that runs on this machine (\"earshot serve\") to listen in a room until it is over. Secrets are taken from the service's environment.",
		Example: `  earshot invite lounge://127.0.0.1:8484/lounge
  earshot invite livekit://rooms.example/stage --profile open-mic`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.URL = args[0]
			if _, err := kindOf(o.URL); err != nil {
				return badInput(err)
			}
			cfg, err := a.config(cmd)
			if err != nil {
				return err
			}
			body, err := json.Marshal(o)
			if err != nil {
				return err
			}
			var state roomState
			if err := ask(cmd.Context(), cfg, http.MethodPost, "/rooms", bytes.NewReader(body), &state); err != nil {
				return err
			}
			if asJSON {
				return a.writeJSON(state)
			}
			fmt.Fprintf(a.stdout, "invited to %s; \"earshot status\" shows how it goes, \"earshot leave %s\" sends the bot out\n", plain(state.Name), plain(state.Room))
			return nil
		},
	}
	cmd.Flags().StringVar(&o.Name, "name", "", "what the speaker of a stream without names is called")
	cmd.Flags().StringVar(&o.Profile, "profile", "", "treat the room as this profile of the configuration says")
	cmd.Flags().BoolVar(&asJSON, "json", false, "the room's state as one JSON object")
	return cmd
}

func newLeaveCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "leave ROOM",
		Short: "Send the running service's bot out of a room",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := a.config(cmd)
			if err != nil {
				return err
			}
			return ask(cmd.Context(), cfg, http.MethodDelete, "/rooms/"+args[0], nil, nil)
		},
	}
}

func newStatusCommand(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show the rooms that the running service listens in",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.config(cmd)
			if err != nil {
				return err
			}
			var states []roomState
			if err := ask(cmd.Context(), cfg, http.MethodGet, "/rooms", nil, &states); err != nil {
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
				rows = append(rows, []string{s.Room, string(s.State), s.Since.Local().Format(time.DateTime), orDash(s.Session), orDash(s.Problem)})
			}
			return table(a.stdout, a.palette(a.stdout), rows)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON array")
	return cmd
}
