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
		Long: `Joins a room as a visible listener, transcribes what is said, applies the rules, and shows the result here and on the web page.

  lounge://HOST:PORT/ROOM          a lounge, Earshot's own kind of room (lounge+https:// behind TLS)
  livekit://HOST/ROOM              a LiveKit room (livekit+ws:// without encryption; not needed for localhost)
  janus+ws://HOST:8188/room/ID     a Janus VideoRoom (janus+wss:// behind TLS; /bridge/ID for an AudioBridge)
  mumble://HOST/CHANNEL            a Mumble channel (:PORT if it is not 64738; HALL/LOBBY for one below another; none: the root)
  whep+https://HOST/PATH           any WHEP stream; --name names its speaker

Through ffmpeg, as one mix of all voices under the --name (docs/streams.md):

  hls+https://HOST/LIST.m3u8       an HLS stream; icecast+https://HOST/PATH for a continuous stream (both also with +http://)
  rtmp+listen://:1935/APP/KEY      waits for an encoder to send to this machine; so do rtsp+listen:// and srt+listen://
  rtmp://HOST/APP/KEY              a stream from a media server; also rtsp://HOST/PATH and srt://HOST:PORT
  file:///PATH                     plays a recording as if it were live
  device://NAME                    what this machine plays or records; "earshot devices" lists the names

Nobody in a stream or behind a device can see that Earshot is listening: these require --unseen. Tell the people.

Secrets come from the environment or from files, never from the command line, and go only to the server they are for: the one that
LIVEKIT_URL, EARSHOT_TOKEN_URL, EARSHOT_LOUNGE_TOKEN_URL, EARSHOT_JANUS_URL, EARSHOT_MUMBLE_URL or EARSHOT_STREAM_URL names,
otherwise the only one of its kind in the configuration, otherwise this one. For several servers, the setting servers names files
with their secrets. LIVEKIT_API_KEY and LIVEKIT_API_SECRET are a LiveKit server's, with which the bot joins and may act;
EARSHOT_TOKEN is a ready-made token for one LiveKit room, or a WHEP server's bearer token; EARSHOT_LOUNGE_TOKEN is a lounge's host
token, with which the bot may act there. A Janus server is opened by EARSHOT_JANUS_APISECRET or EARSHOT_JANUS_TOKEN, its rooms by
EARSHOT_JANUS_PIN or EARSHOT_JANUS_ROOM_TOKEN, and with the room's EARSHOT_JANUS_SECRET the bot may act. EARSHOT_MUMBLE_PASSWORD
opens a Mumble server and EARSHOT_MUMBLE_TOKENS its channels; the bot's certificate determines what it may do there (docs/rooms.md).
EARSHOT_STREAM_PASSWORD is user:password for a stream, the passphrase of SRT, or the key for rtmp+listen. EARSHOT_TOKEN_FILE and so
on name a file with the secret instead.`,
		Example: `  earshot join lounge://127.0.0.1:8484/lounge
  LIVEKIT_API_KEY=… LIVEKIT_API_SECRET=… earshot join livekit://rooms.example/open-mic
  EARSHOT_TOKEN=… earshot join whep+https://media.example/whep/stage --name Stage`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return join(env, cmd, args[0], o) },
	}
	cli.ModelFlag(cmd, "")
	cli.SettingFlag(cmd.Flags(), "listen", "listen", "`ADDRESS` of the review page")
	cmd.Flags().StringVar(&o.name, "name", "", "speaker `NAME` for a stream, a file or a device")
	cli.SettingSwitch(cmd.Flags(), "unseen", "streams.unseen", "listen where nobody can see the bot")
	cmd.Flags().StringVar(&o.profile, "profile", "", "apply this configuration `PROFILE` to the room")
	cmd.Flags().BoolVar(&o.json, "json", false, "one JSON event per line")
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
		return models.WithHint(fmt.Errorf("the service is already using this database: %w", err), "earshot invite "+address)
	}
	if err != nil {
		return err
	}
	defer s.Close()
	l, err := web.Listen(ctx, cfg.Listen)
	if err != nil {
		return err
	}
	s.ListensAt(l)
	room, connector, err := s.Connector(ctx, fleet.JoinRequest{Address: address, Name: o.name, Profile: o.profile})
	if err != nil {
		_ = l.Close() // nobody is served
		return cli.BadInput(err)
	}
	return s.Run(ctx, l, func(ctx context.Context) error {
		defer answer(ctx, env, s, l, r)()
		session, err := follow(ctx, env, s, l, fleet.SessionRequest{Room: room, Connector: connector}, o.json)
		if err == nil && !o.json {
			err = figures(env, s, session)
		}
		return err
	})
}

// answer answers commands such as "earshot queue" until stop is called. If that fails, it prints a note and the bot goes on listening.
func answer(ctx context.Context, env *cli.Env, s *app.App, l net.Listener, r configs.Report) (stop func()) {
	stop, err := s.Answer(ctx, l, env.Environ, r)
	if err != nil {
		env.Notef("commands such as \"earshot queue\" can't reach this room: %v", err)
	}
	return stop
}

// talking returns the options of an app whose command talks to a person on this terminal.
func talking(env *cli.Env, r configs.Report, keys *secrets.Keyring) app.Options {
	return app.Options{
		Config: r.Config, Log: env.TalkLogger(r), Models: speech.Options{Waits: true}, Keys: keys, Version: env.Version, Values: r.Values,
	}
}

// follow listens in a room and prints what happens there. It returns after everything that was heard has been printed.
func follow(
	ctx context.Context, env *cli.Env, s *app.App, l net.Listener, st fleet.SessionRequest, asJSON bool,
) (session models.Session, err error) {
	watcher, err := s.Hub.Subscribe("", events.Cursor{})
	if err != nil {
		return session, err
	}
	out := terminal.NewSharedWriter(env.Stdout) // lines and room states come from different goroutines
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

// announce prints what is about to happen, before anybody is heard.
func announce(out, errs io.Writer, s *app.App, l net.Listener, session models.Session) {
	if s.Model().Notice != "" {
		fmt.Fprintln(errs, "note: "+s.Model().Notice)
	}
	fmt.Fprintf(out, "joining    %s · %s · rules %s\n", terminal.Plain(session.Name), session.Model, terminal.OrDash(session.Rules))
	fmt.Fprintf(out, "review     %s\n", web.PageURL(l, "/s/"+session.ID))
	if first := s.FirstLogin(l, web.PageURL(l, "")); first != "" {
		fmt.Fprintf(out, "first login %s   (nobody can log in yet: create the owner account)\n", first)
	}
}

// states returns a function that prints the progress of joining. Each reason for retrying is printed once until the bot is in; if it never
// gets in, the final error says why.
func states(out, errs io.Writer, r models.Room) func(room.Status) {
	in, told := false, map[string]bool{}
	return func(status room.Status) {
		switch {
		case status.Quiet != nil && status.Note == "": // there is no source at present
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

// figures ends a stay by printing how long it was and what was heard.
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
