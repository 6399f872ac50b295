package rooms

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/spf13/cobra"

	"earshot/bot/fleet"
	"earshot/bot/room"
	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/secrets"
	"earshot/cmd/earshot/speech"
	"earshot/cmd/earshot/terminal"
	"earshot/cmd/earshot/web"
	"earshot/configs"
	"earshot/models"
	"earshot/models/store"
	"earshot/moderation/review/events"
	"earshot/moderation/review/export"
)

func newJoinCommand(env *cli.Env) *cobra.Command {
	var o joinOptions
	cmd := &cobra.Command{
		Use:   "join URL",
		Short: "Listen in a room until it is over or you press Ctrl-C",
		Long: `Joins a room as a visible listener, writes down what is said, applies the rules, and shows it here and on the page.

  lounge://HOST:PORT/ROOM          a lounge, Earshot's own kind of room (lounge+https:// behind TLS)
  livekit://HOST/ROOM              a LiveKit room (livekit+ws:// without encryption; this machine needs none)
  janus+ws://HOST:8188/room/ID     a Janus VideoRoom (janus+wss:// behind TLS; /bridge/ID for an AudioBridge)
  whep+https://HOST/PATH           any WHEP stream; --name says whose voice it is

Secrets come from the environment or from files, never from the command line, and go only to the server they are for: the one
that LIVEKIT_URL, EARSHOT_TOKEN_URL, EARSHOT_LOUNGE_TOKEN_URL or EARSHOT_JANUS_URL names, else the only one of its kind in the
configuration, else this one. The setting servers has files with the secrets of several. LIVEKIT_API_KEY and LIVEKIT_API_SECRET are
a LiveKit server's, with which the bot joins and may act; EARSHOT_TOKEN is a ready token for one LiveKit room, or a WHEP
server's bearer token; EARSHOT_LOUNGE_TOKEN is a lounge's host token, with which the bot may act there. A Janus server is opened by
EARSHOT_JANUS_APISECRET or EARSHOT_JANUS_TOKEN, its rooms by EARSHOT_JANUS_PIN or EARSHOT_JANUS_ROOM_TOKEN, and with the
room's EARSHOT_JANUS_SECRET the bot may act. EARSHOT_TOKEN_FILE and so on name a file with the secret instead.`,
		Example: `  earshot join lounge://127.0.0.1:8484/lounge
  LIVEKIT_API_KEY=… LIVEKIT_API_SECRET=… earshot join livekit://rooms.example/open-mic
  EARSHOT_TOKEN=… earshot join whep+https://media.example/whep/stage --name Stage`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return join(env, cmd, args[0], o) },
	}
	cli.SettingFlag(cmd.Flags(), "model", "model", "ggml model file")
	cli.SettingFlag(cmd.Flags(), "listen", "listen", "address of the review page")
	cmd.Flags().StringVar(&o.name, "name", "", "what the speaker of a WHEP stream is called")
	cmd.Flags().StringVar(&o.profile, "profile", "", "treat the room as this profile of the configuration says")
	cmd.Flags().BoolVar(&o.json, "json", false, "one event a line, as JSON")
	return cmd
}

type joinOptions struct {
	name, profile string
	json          bool
}

func join(env *cli.Env, cmd *cobra.Command, address string, o joinOptions) error {
	if _, err := fleet.KindOf(address); err != nil {
		return cli.BadInput(err)
	}
	r, err := env.Report(cmd)
	if err != nil {
		return err
	}
	cfg, ctx := r.Config, cmd.Context()
	keys, err := secrets.OpenKeyring(env.Environ, cfg, address)
	if err != nil {
		return err
	}
	s, err := app.New(ctx, talking(env, r, keys))
	if errors.Is(err, store.ErrInUse) {
		return models.WithHint(fmt.Errorf("the service is running on this record: %w", err), "earshot invite "+address)
	}
	if err != nil {
		return err
	}
	defer s.Close()
	room, connector, err := s.Connector(ctx, fleet.JoinRequest{Address: address, Name: o.name, Profile: o.profile})
	if err != nil {
		return cli.BadInput(err)
	}
	l, err := web.Listen(ctx, cfg.Listen)
	if err != nil {
		return err
	}
	return s.Run(ctx, l, func(ctx context.Context) error {
		session, err := follow(ctx, env, s, l, fleet.SessionRequest{Room: room, Connector: connector}, o.json)
		if err == nil && !o.json {
			err = figures(env, s, session)
		}
		return err
	})
}

// talking are the options of an app that talks on this terminal.
func talking(env *cli.Env, r configs.Report, keys *secrets.Keyring) app.Options {
	return app.Options{
		Config: r.Config, Log: env.TalkLogger(r), Models: speech.Options{Waits: true}, Keys: keys, Version: env.Version, Values: r.Values,
	}
}

// follow listens in a room and prints what happens there; it waits until all that was heard has been printed.
func follow(
	ctx context.Context, env *cli.Env, s *app.App, l net.Listener, st fleet.SessionRequest, asJSON bool,
) (session models.Session, err error) {
	watcher, err := s.Hub.Subscribe("", events.Cursor{})
	if err != nil {
		return session, err
	}
	out := terminal.NewSharedWriter(env.Stdout) // lines and the room's states come from different goroutines
	if !asJSON {
		st.Started = func(session models.Session) { announce(out, env.Stderr, s, l, session) }
		st.Watch = states(out, env.Stderr, st.Room)
	}
	err = terminal.NewLivePrinter(out, env.Paint(), asJSON).While(watcher.Events(), watcher.Close, func() (err error) {
		session, err = s.Listen(ctx, st)
		_ = s.Drain(ctx)
		return err
	})
	return session, err
}

// announce says what is about to happen, before anybody is heard.
func announce(out, errs io.Writer, s *app.App, l net.Listener, session models.Session) {
	if s.Model().Notice != "" {
		fmt.Fprintln(errs, "note: "+s.Model().Notice)
	}
	fmt.Fprintf(out, "joining    %s · %s · rules %s\n", terminal.Plain(session.Name), session.Model, terminal.OrDash(session.Rules))
	fmt.Fprintf(out, "review     %s\n", web.PageURL(l, "/s/"+session.ID))
	if first := s.FirstLogin(l, web.PageURL(l, "")); first != "" {
		fmt.Fprintf(out, "first login %s   (nobody can log in yet: become the owner)\n", first)
	}
}

// states tells how the joining goes. What is tried again is told once until the bot is in; why it was never in is the error at
// the end.
func states(out, errs io.Writer, r models.Room) func(room.Status) {
	in, told := false, map[string]bool{}
	return func(status room.Status) {
		switch {
		case status.State == room.StateListening && status.Note != "":
			fmt.Fprintf(out, "note: %s\n", terminal.Plain(status.Note))
		case status.State == room.StateListening:
			in, told = true, map[string]bool{}
			fmt.Fprintf(out, "● listening in %s · can: %s\n", terminal.Plain(r.Name), status.Can)
		case status.State == room.StateWaiting:
			line := "not in the room yet; trying again"
			if in {
				line = fmt.Sprintf("not in the room: %v; trying again", status.Err)
			}
			if !told[line] {
				fmt.Fprintln(errs, line)
			}
			told[line] = true
		}
	}
}

// figures closes a stay with how long it was and what was heard.
func figures(env *cli.Env, s *app.App, session models.Session) error {
	info, err := s.Store.Session(context.Background(), session.ID)
	if errors.Is(err, models.ErrNotFound) {
		env.Printf("left after %s · the session was erased\n", export.Clock(session.Ended.Sub(session.Started).Milliseconds()))
		return nil
	}
	if err != nil {
		return err
	}
	env.Printf("left after %s · %d lines · %d flags · earshot sessions show %s\n",
		export.Clock(info.DurationMS), info.Utterances, info.Flags, session.ID)
	return nil
}
