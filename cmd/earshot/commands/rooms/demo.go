package rooms

import (
	"context"
	"errors"
	"net"
	"strconv"
	"syscall"

	"github.com/spf13/cobra"

	"earshot/bot/fleet"
	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/demo"
	"earshot/cmd/earshot/playback"
	"earshot/cmd/earshot/recording"
	"earshot/cmd/earshot/secrets"
	"earshot/cmd/earshot/speech"
	"earshot/cmd/earshot/terminal"
	"earshot/cmd/earshot/web"
	"earshot/configs"
	"earshot/models"
	"earshot/moderation/review/export"
)

// Place brings the bot and the voices together in a room.
type Place func(ctx context.Context, s *app.App) (demo.Target, error)

// DemoIn returns the demo command. If place is not nil, the voices talk where it puts them, which is meant for rooms that the bot can't
// join by itself.
func DemoIn(env *cli.Env, place Place) *cobra.Command {
	o := demoOptions{place: place}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Open a room with three recorded voices and moderate it",
		Long: `Opens the lounge, a room hosted by this program. Three recorded voices talk there for about 45 seconds over WebRTC; the bot
listens, transcribes and applies the rules as it would in any room. One of the voices breaks some of them.

With --room the voices talk in a room of a LiveKit or Janus server, or of a Mumble server on this machine, which the bot joins as "earshot
join" would; the server's secrets come from the same places. With --voice your own recordings talk instead, at the same time; several
with the same name talk one after the other. The built-in practice model understands its 268 words when espeak-ng speaks them.`,
		Example: `  earshot demo
  espeak-ng -v en-us+m1 -s 150 -w ben.wav "You are a stupid idiot and a liar."
  earshot demo --voice Ben=ben.wav
  earshot demo --room mumble://127.0.0.1/Lobby --voice Ben=ben.wav`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return play(env, cmd, o) },
	}
	cli.ModelFlag(cmd, "")
	cli.SettingFlag(cmd.Flags(), "listen", "listen", "`ADDRESS` of the page and the lounge")
	cmd.Flags().BoolVar(&o.stays, "stay", false, "keep the room open afterwards so that you can join with a microphone")
	cmd.Flags().StringVar(&o.room, "room", "", "the `ADDRESS` of a LiveKit, Janus or Mumble room to play in (default: the lounge)")
	cmd.Flags().StringArrayVar(&o.voices, "voice", nil, "a recording to play, as `NAME=FILE` (default: the three recorded voices)")
	return cmd
}

type demoOptions struct {
	stays  bool
	room   string
	voices []string
	place  Place
}

func play(env *cli.Env, cmd *cobra.Command, o demoOptions) error {
	speakers, err := voicesOf(cmd.Context(), env, o.voices)
	if err != nil {
		return err
	}
	r, err := env.Report(cmd)
	if err != nil {
		return err
	}
	cfg, ctx := r.Config, cmd.Context()
	l, err := demoListener(ctx, env, cfg)
	if err != nil {
		return err
	}
	var keys *secrets.Keyring
	if o.room != "" {
		keys, err = secrets.OpenKeyring(env.Environ, cfg, o.room)
	}
	if err != nil {
		return errors.Join(err, l.Close())
	}
	s, err := app.New(ctx, talking(env, r, keys))
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer s.Close()
	var stay func()
	if o.stays {
		stay = func() {
			env.Println("the recorded voices have left; the room stays open until you press Ctrl-C")
		}
	}
	return s.Run(ctx, l, func(ctx context.Context) error {
		in, err := targetOf(ctx, env, s, l, o, keys)
		if err != nil {
			return err
		}
		defer answer(ctx, env, s, l, r)()
		session, err := demo.Play(ctx, s, in, speakers, func(ctx context.Context, st fleet.SessionRequest) (models.Session, error) {
			return follow(ctx, env, s, l, st, false)
		}, stay)
		if err != nil {
			return err
		}
		return sumUp(env, s, session)
	})
}

// voicesOf returns the recordings that talk: the given ones, or else the demo's own.
func voicesOf(ctx context.Context, env *cli.Env, given []string) ([]playback.Voice, error) {
	if len(given) == 0 {
		return playback.Voices()
	}
	return demo.Voices(ctx, recording.Opener{Stdin: env.Stdin, Convert: speech.FFmpeg(env.Environ.Get("PATH"))}, given)
}

// targetOf returns where the voices talk: in the lounge or in another room.
func targetOf(ctx context.Context, env *cli.Env, s *app.App, l net.Listener, o demoOptions, keys *secrets.Keyring) (demo.Target, error) {
	if o.place != nil {
		return o.place(ctx, s)
	}
	if o.room != "" {
		in, err := demo.At(ctx, s, o.room, keys.Of)
		if err == nil {
			env.Printf("room       %s   (open it with a client for such rooms)\n", terminal.Plain(in.Room.URL))
		}
		return in, cli.BadInput(err)
	}
	env.Printf("lounge     %s   (open it to join with a microphone)\n", web.PageURL(l, "/room/"+app.DemoRoom))
	env.Printf("as host    %s\n", s.HostLink(web.PageURL(l, "")))
	return demo.Lounge(s, l.Addr().String())
}

// demoListener listens on the configured address, or on a free port if another program uses that address: a demo should just run.
func demoListener(ctx context.Context, env *cli.Env, cfg configs.Config) (net.Listener, error) {
	l, err := web.Listen(ctx, cfg.Listen)
	if errors.Is(err, syscall.EADDRINUSE) {
		env.Notef("%s is in use; taking a free port", cfg.Listen)
		return web.Listen(ctx, "127.0.0.1:0")
	}
	return l, err
}

// sumUp ends the demo by printing how much each voice talked and where everything is stored.
func sumUp(env *cli.Env, s *app.App, session models.Session) error {
	info, err := s.Store.Session(context.Background(), session.ID)
	if errors.Is(err, models.ErrNotFound) {
		env.Println("the session was erased while it was running: nothing of it remains")
		return nil
	}
	if err != nil {
		return err
	}
	rows := [][]string{{"SPEAKER", "LINES", "TALKED", "FLAGS"}}
	for _, p := range info.Speakers {
		rows = append(rows, []string{p.Name, strconv.Itoa(p.Utterances), export.Clock(p.TalkMS), strconv.Itoa(p.Flags)})
	}
	rows = append(rows, []string{"all", strconv.Itoa(info.Utterances), export.Clock(info.TalkMS), strconv.Itoa(info.Flags)})
	env.Println("")
	if err := env.Table(rows); err != nil {
		return err
	}
	env.Printf("\nthe record %s\nread it    earshot sessions show %s\n", app.Database(s.Config), session.ID)
	return nil
}
