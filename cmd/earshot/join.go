package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"

	"github.com/spf13/cobra"

	"earshot/bot/fleet"
	"earshot/bot/room"
	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/secrets"
	"earshot/cmd/earshot/web"
	"earshot/models"
	"earshot/models/store"
	"earshot/moderation/review/events"
	"earshot/moderation/review/export"
)

func newJoinCommand(a *cli) *cobra.Command {
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
		RunE: func(cmd *cobra.Command, args []string) error { return a.join(cmd, args[0], o) },
	}
	settingFlag(cmd.Flags(), "model", "model", "ggml model file")
	settingFlag(cmd.Flags(), "listen", "listen", "address of the review page")
	cmd.Flags().StringVar(&o.name, "name", "", "what the speaker of a WHEP stream is called")
	cmd.Flags().StringVar(&o.profile, "profile", "", "treat the room as this profile of the configuration says")
	cmd.Flags().BoolVar(&o.json, "json", false, "one event a line, as JSON")
	return cmd
}

type joinOptions struct {
	name, profile string
	json          bool
}

func (a *cli) join(cmd *cobra.Command, address string, o joinOptions) error {
	if _, err := fleet.KindOf(address); err != nil {
		return badInput(err)
	}
	r, err := a.report(cmd)
	if err != nil {
		return err
	}
	cfg, ctx := r.Config, cmd.Context()
	s, err := app.OpenStation(ctx, cfg, a.talkLogger(r))
	if errors.Is(err, store.ErrInUse) {
		return models.WithHint(fmt.Errorf("the service is running on this record: %w", err), "earshot invite "+address)
	}
	if err != nil {
		return err
	}
	defer s.Close()
	s.Values, s.Version = r.Values, version
	if s.Servers.Keys, err = secrets.OpenKeyring(a.environ, cfg, address); err != nil {
		return err
	}
	room, connector, err := s.Connector(ctx, fleet.JoinRequest{Address: address, Name: o.name, Profile: o.profile})
	if err != nil {
		return badInput(err)
	}
	l, err := web.Listen(ctx, cfg.Listen)
	if err != nil {
		return err
	}
	return s.Run(ctx, l, func(ctx context.Context) error {
		session, err := a.follow(ctx, s, l, fleet.SessionRequest{Room: room, Connector: connector}, o.json)
		if err == nil && !o.json {
			err = a.summary(s, session)
		}
		return err
	})
}

// follow listens in a room and prints what happens there; it waits until all that was heard has been printed.
func (a *cli) follow(ctx context.Context, s *app.Station, l net.Listener, st fleet.SessionRequest, asJSON bool) (models.Session, error) {
	watcher, err := s.Hub.Subscribe("", events.Cursor{})
	if err != nil {
		return models.Session{}, err
	}
	shared := *a // lines and the room's states come from different goroutines
	shared.stdout = &sharedWriter{w: a.stdout}
	p := newLivePrinter(shared.stdout, a.palette(a.stdout), asJSON)
	printed := make(chan error, 1)
	go func() { printed <- p.follow(watcher.Events()) }()
	if !asJSON {
		st.Started = func(session models.Session) { shared.announce(s, l, session) }
		st.Watch = shared.states(st.Room)
	}
	session, err := s.Listen(ctx, st)
	_ = s.Drain(ctx)
	watcher.Close()
	return session, errors.Join(err, <-printed)
}

// sharedWriter takes whole writes of several goroutines, one after the other.
type sharedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

// Write implements io.Writer.
func (s *sharedWriter) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(b)
}

// announce says what is about to happen, before anybody is heard.
func (a *cli) announce(s *app.Station, l net.Listener, session models.Session) {
	if s.Speech.Notice != "" {
		fmt.Fprintln(a.stderr, "note: "+s.Speech.Notice)
	}
	fmt.Fprintf(a.stdout, "joining    %s · %s · rules %s\n", plain(session.Name), session.Model, orDash(session.Rules))
	fmt.Fprintf(a.stdout, "review     %s\n", web.PageURL(l, "/s/"+session.ID))
	if first := s.FirstLogin(l, web.PageURL(l, "")); first != "" {
		fmt.Fprintf(a.stdout, "first login %s   (nobody can log in yet: become the owner)\n", first)
	}
}

// states tells how the joining goes. What is tried again is told once until the bot is in; why it was never in is the error at
// the end.
func (a *cli) states(r models.Room) func(room.Status) {
	in, told := false, map[string]bool{}
	return func(status room.Status) {
		switch {
		case status.State == room.StateListening && status.Note != "":
			fmt.Fprintf(a.stdout, "note: %s\n", plain(status.Note))
		case status.State == room.StateListening:
			in, told = true, map[string]bool{}
			fmt.Fprintf(a.stdout, "● listening in %s · can: %s\n", plain(r.Name), status.Can)
		case status.State == room.StateWaiting:
			line := "not in the room yet; trying again"
			if in {
				line = fmt.Sprintf("not in the room: %v; trying again", status.Err)
			}
			if !told[line] {
				fmt.Fprintln(a.stderr, line)
			}
			told[line] = true
		}
	}
}

// summary closes a stay with its figures.
func (a *cli) summary(s *app.Station, session models.Session) error {
	info, err := s.Store.Session(context.Background(), session.ID)
	if errors.Is(err, models.ErrNotFound) {
		fmt.Fprintf(a.stdout, "left after %s · the session was erased\n", export.Clock(session.Ended.Sub(session.Started).Milliseconds()))
		return nil
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "left after %s · %d lines · %d flags · earshot sessions show %s\n",
		export.Clock(info.DurationMS), info.Utterances, info.Flags, session.ID)
	return nil
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
