package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"earshot/bot"
	"earshot/bot/fleet"
	"earshot/bot/lounge"
	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/stage"
	"earshot/cmd/earshot/web"
	"earshot/configs"
	"earshot/models"
	"earshot/moderation/review/events"
	"earshot/moderation/review/export"
)

func newDemoCommand(a *cli) *cobra.Command {
	stays := false
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Open a room with three recorded voices and moderate it",
		Long: `Opens the lounge, a room inside this program. Three recorded voices talk there for about 45 seconds, over WebRTC; the bot
listens, writes down and applies the rules, as it would in any room. One of the voices breaks some.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.demo(cmd, stays) },
	}
	settingFlag(cmd.Flags(), "model", "model", "ggml model file")
	settingFlag(cmd.Flags(), "listen", "listen", "address of the page and the lounge")
	cmd.Flags().BoolVar(&stays, "stay", false, "keep the lounge open afterwards, so that you can join with a microphone")
	return cmd
}

func (a *cli) demo(cmd *cobra.Command, stays bool) error {
	r, err := a.report(cmd)
	if err != nil {
		return err
	}
	cfg, ctx := r.Config, cmd.Context()
	l, err := a.demoListener(ctx, cfg)
	if err != nil {
		return err
	}
	s, err := app.OpenStation(ctx, cfg, a.talkLogger(r))
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer s.Close()
	s.Values, s.Version = r.Values, version
	return s.Run(ctx, l, func(ctx context.Context) error { return a.play(ctx, s, l, stays) })
}

// demoListener takes the configured address, or a free port when another program has it: a demo should just run.
func (a *cli) demoListener(ctx context.Context, cfg configs.Config) (net.Listener, error) {
	l, err := web.Listen(ctx, cfg.Listen)
	if errors.Is(err, syscall.EADDRINUSE) {
		fmt.Fprintf(a.stderr, "note: %s is in use; taking a free port\n", cfg.Listen)
		return web.Listen(ctx, "127.0.0.1:0")
	}
	return l, err
}

// play lets the voices talk while the bot listens, and sums up.
func (a *cli) play(ctx context.Context, s *app.Station, l net.Listener, stays bool) error {
	cast, err := stage.Cast()
	if err != nil {
		return err
	}
	host := l.Addr().String()
	address := "lounge://" + host + "/" + app.DemoRoom
	at, err := models.ParseAddress(address)
	if err != nil {
		return err
	}
	room := at.RoomAt(address, "Lounge")
	client, err := lounge.NewClient(lounge.ClientConfig{
		URL: room.URL, Name: fleet.BotName, Token: s.Servers.HostToken, Peer: s.Peers, Log: s.Log,
	})
	if err != nil {
		return err
	}
	up := stage.NewCurtain(client, len(cast))
	var session models.Session
	fmt.Fprintf(a.stdout, "lounge     %s   (open it to join with a microphone)\n", web.PageURL(l, "/room/"+app.DemoRoom))
	fmt.Fprintf(a.stdout, "as host    %s\n", s.HostLink(web.PageURL(l, "")))

	listening, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	group, playing := errgroup.WithContext(listening)
	group.Go(func() error { return demoHost(listening, s) })
	group.Go(func() (err error) {
		session, err = a.follow(listening, s, l, fleet.SessionRequest{Room: room, Connector: up}, false)
		return err
	})
	group.Go(func() error {
		if err := stage.Play(playing, stage.Place{
			BaseURL: "http://" + host, Room: app.DemoRoom, Token: s.Servers.HostToken, Peer: s.Peers,
		}, cast, up); err != nil {
			return err
		}
		if stays {
			fmt.Fprintf(a.stdout, "the recorded voices have left; the lounge stays open until you press Ctrl-C\n")
			<-playing.Done()
		}
		leave(bot.End(models.EndLeft, nil))
		return nil
	})
	if err := group.Wait(); err != nil && ctx.Err() == nil {
		return err
	}
	return a.demoTable(s, session)
}

// demoChoice is what the play's host answers when she is asked about an insult.
const demoChoice = "mute 60s"

// demoTable closes the demo with who talked how much, and where it all lies.
func (a *cli) demoTable(s *app.Station, session models.Session) error {
	info, err := s.Store.Session(context.Background(), session.ID)
	if errors.Is(err, models.ErrNotFound) {
		_, err = fmt.Fprintln(a.stdout, "the session was erased while it went on: nothing of it is left")
		return err
	}
	if err != nil {
		return err
	}
	rows := [][]string{{"SPEAKER", "LINES", "TALKED", "FLAGS"}}
	for _, p := range info.Speakers {
		rows = append(rows, []string{p.Name, strconv.Itoa(p.Utterances), export.Clock(p.TalkMS), strconv.Itoa(p.Flags)})
	}
	rows = append(rows, []string{"all", strconv.Itoa(info.Utterances), export.Clock(info.TalkMS), strconv.Itoa(info.Flags)})
	fmt.Fprintln(a.stdout)
	if err := table(a.stdout, a.palette(a.stdout), rows); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.stdout, "\nthe record %s\nread it    earshot sessions show %s\n", s.Store.Path(), session.ID)
	return err
}

// demoHost is the host of the play: asked about an insult, she has the speaker muted.
func demoHost(ctx context.Context, s *app.Station) error {
	watcher, err := s.Hub.Subscribe("", events.Cursor{})
	if err != nil {
		return err
	}
	defer watcher.Close()
	for {
		select {
		case <-ctx.Done():
			return nil
		case e, ok := <-watcher.Events():
			if !ok {
				return watcher.Err()
			}
			d := e.Decision
			if d == nil || d.Ask != models.AskOpen || d.Rule != "insult" || !slices.Contains(d.Offer, demoChoice) {
				continue
			}
			if err := s.Sessions.Hosts().Choose(ctx, e.SessionID, d.ID, "Ana", demoChoice); err != nil {
				s.Log.Warn("the demo's host could not answer", "err", err)
			}
		}
	}
}
