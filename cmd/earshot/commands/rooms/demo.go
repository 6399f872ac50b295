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
	"earshot/cmd/earshot/web"
	"earshot/configs"
	"earshot/models"
	"earshot/moderation/review/export"
)

func newDemoCommand(env *cli.Env) *cobra.Command {
	stays := false
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Open a room with three recorded voices and moderate it",
		Long: `Opens the lounge, a room inside this program. Three recorded voices talk there for about 45 seconds, over WebRTC; the bot
listens, writes down and applies the rules, as it would in any room. One of the voices breaks some.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return play(env, cmd, stays) },
	}
	cli.SettingFlag(cmd.Flags(), "model", "model", "ggml model file")
	cli.SettingFlag(cmd.Flags(), "listen", "listen", "address of the page and the lounge")
	cmd.Flags().BoolVar(&stays, "stay", false, "keep the lounge open afterwards, so that you can join with a microphone")
	return cmd
}

func play(env *cli.Env, cmd *cobra.Command, stays bool) error {
	r, err := env.Report(cmd)
	if err != nil {
		return err
	}
	cfg, ctx := r.Config, cmd.Context()
	l, err := demoListener(ctx, env, cfg)
	if err != nil {
		return err
	}
	s, err := app.New(ctx, talking(env, r, nil))
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer s.Close()
	var stay func()
	if stays {
		stay = func() {
			env.Println("the recorded voices have left; the lounge stays open until you press Ctrl-C")
		}
	}
	return s.Run(ctx, l, func(ctx context.Context) error {
		env.Printf("lounge     %s   (open it to join with a microphone)\n", web.PageURL(l, "/room/"+app.DemoRoom))
		env.Printf("as host    %s\n", s.HostLink(web.PageURL(l, "")))
		session, err := demo.Play(ctx, s, l.Addr().String(), func(ctx context.Context, st fleet.SessionRequest) (models.Session, error) {
			return follow(ctx, env, s, l, st, false)
		}, stay)
		if err != nil {
			return err
		}
		return sumUp(env, s, session)
	})
}

// demoListener takes the configured address, or a free port when another program has it: a demo should just run.
func demoListener(ctx context.Context, env *cli.Env, cfg configs.Config) (net.Listener, error) {
	l, err := web.Listen(ctx, cfg.Listen)
	if errors.Is(err, syscall.EADDRINUSE) {
		env.Notef("%s is in use; taking a free port", cfg.Listen)
		return web.Listen(ctx, "127.0.0.1:0")
	}
	return l, err
}

// sumUp closes the demo with who talked how much, and where it all lies.
func sumUp(env *cli.Env, s *app.App, session models.Session) error {
	info, err := s.Store.Session(context.Background(), session.ID)
	if errors.Is(err, models.ErrNotFound) {
		env.Println("the session was erased while it went on: nothing of it is left")
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
	env.Printf("\nthe record %s\nread it    earshot sessions show %s\n", s.Store.Path(), session.ID)
	return nil
}
