package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"earshot/bot"
	"earshot/bot/lounge"
	"earshot/bot/whep"
	"earshot/models"
	"earshot/moderation/review"
	"earshot/moderation/review/export"
)

func newJoinCommand(a *app) *cobra.Command {
	var o joinOptions
	cmd := &cobra.Command{
		Use:   "join URL",
		Short: "Listen in a room until it is over or you press Ctrl-C",
		Long: `Joins a room as a visible listener, writes down what is said, applies the rules, and shows it here and on the page.

  lounge://HOST:PORT/ROOM          a lounge, Earshot's own kind of room (lounge+https:// behind TLS)
  whep+https://HOST/PATH           any WHEP stream; --name says whose voice it is

A WHEP server's bearer token is taken from the environment variable EARSHOT_TOKEN, never from the command line.`,
		Example: `  earshot join lounge://127.0.0.1:8484/lounge
  EARSHOT_TOKEN=… earshot join whep+https://media.example/whep/stage --name Stage`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.join(cmd, args[0], o) },
	}
	settingFlag(cmd.Flags(), "model", "model", "ggml model file")
	settingFlag(cmd.Flags(), "listen", "listen", "address of the review page")
	cmd.Flags().StringVar(&o.name, "name", "", "what the speaker of a WHEP stream is called")
	cmd.Flags().BoolVar(&o.json, "json", false, "one event a line, as JSON")
	return cmd
}

type joinOptions struct {
	name string
	json bool
}

func (a *app) join(cmd *cobra.Command, address string, o joinOptions) error {
	if err := checkRoomURL(address); err != nil {
		return badInput(err)
	}
	r, err := a.report(cmd)
	if err != nil {
		return err
	}
	cfg, ctx := r.Config, cmd.Context()
	s, err := openStation(ctx, cfg, a.talkLogger(r))
	if err != nil {
		return err
	}
	defer s.Close()
	room, connector, err := s.connector(address, o.name, a.getenv("EARSHOT_TOKEN"))
	if err != nil {
		return badInput(err)
	}
	l, err := listen(ctx, cfg.Listen)
	if err != nil {
		return err
	}
	return s.run(ctx, l, func(ctx context.Context) error {
		session, err := a.follow(ctx, s, l, stay{room: room, connector: connector}, o.json)
		if err == nil && !o.json {
			err = a.summary(s, session)
		}
		return err
	})
}

// follow listens in a room and prints what happens there; it waits until all that was heard has been printed.
func (a *app) follow(ctx context.Context, s *station, l net.Listener, st stay, asJSON bool) (models.Session, error) {
	watcher, err := s.hub.Subscribe("", review.Cursor{})
	if err != nil {
		return models.Session{}, err
	}
	p := newLivePrinter(a.stdout, a.palette(a.stdout), asJSON)
	printed := make(chan error, 1)
	go func() { printed <- p.follow(watcher.Events()) }()
	if !asJSON {
		st.started = func(session models.Session) { a.announce(s, l, session) }
		st.watch = func(status bot.Status) { a.state(status, st.room) }
	}
	session, err := s.listenIn(ctx, st)
	_ = s.drain(ctx)
	watcher.Close()
	return session, errors.Join(err, <-printed)
}

// announce says what is about to happen, before anybody is heard.
func (a *app) announce(s *station, l net.Listener, session models.Session) {
	if s.speech.notice != "" {
		fmt.Fprintln(a.stderr, "note: "+s.speech.notice)
	}
	fmt.Fprintf(a.stdout, "joining    %s · %s · rules %s\n", plain(session.Name), session.Model, orDash(session.Rules))
	fmt.Fprintf(a.stdout, "review     %s\n", pageURL(l, "/s/"+session.ID))
}

// state tells how the joining goes.
func (a *app) state(status bot.Status, room models.Room) {
	switch status.State {
	case bot.StateListening:
		fmt.Fprintf(a.stdout, "● listening in %s · can: %s\n", plain(room.Name), status.Can)
	case bot.StateWaiting:
		fmt.Fprintf(a.stderr, "not in the room: %v; trying again in %.1f s\n", status.Err, status.Retry.Seconds())
	}
}

// summary closes a stay with its figures.
func (a *app) summary(s *station, session models.Session) error {
	info, err := s.store.Session(context.Background(), session.ID)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "left after %s · %d lines · %d flags · earshot sessions show %s\n",
		export.Clock(info.DurationMS), info.Utterances, info.Flags, session.ID)
	return nil
}

// connector makes what joins an address.
func (s *station) connector(address, name, token string) (models.Room, bot.Connector, error) {
	if whep.Scheme(address) {
		c, err := whep.New(whep.Config{URL: address, Token: token, Name: name, Peer: s.peers})
		return roomOf(address, name), c, err
	}
	c, err := lounge.NewClient(lounge.ClientConfig{URL: address, Peer: s.peers, Log: s.log})
	return roomOf(address, ""), c, err
}

// checkRoomURL refuses an address before anything is opened.
func checkRoomURL(address string) error {
	u, err := url.Parse(address)
	const hint = "for example lounge://127.0.0.1:8484/lounge or whep+https://media.example/whep/stage"
	switch {
	case err != nil:
		return models.WithHint(fmt.Errorf("%q is no URL", address), hint)
	case whep.Scheme(address), u.Scheme == "lounge", u.Scheme == "lounge+https":
		return nil
	}
	return models.WithHint(fmt.Errorf("%q: %q is no kind of room that Earshot knows", address, u.Scheme), hint)
}

var notInID = regexp.MustCompile(`[^a-z0-9._-]+`)

// roomOf names the room of an address by the last part of its path, unless it is given a name. Credentials in the
// address are left out.
func roomOf(address, name string) models.Room {
	u, err := url.Parse(address)
	if err != nil { // checked before
		return models.Room{ID: "room", Name: name}
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	last := path.Base(u.Path)
	if last == "." || last == "/" {
		last = u.Hostname()
	}
	id := strings.Trim(notInID.ReplaceAllString(strings.ToLower(last), "-"), "-.")
	if id == "" {
		id = "room"
	}
	if name == "" {
		name = last
	}
	return models.Room{ID: id, Name: name, URL: u.String()}
}

// pageURL is an address of the page as people open it.
func pageURL(l net.Listener, p string) string {
	host, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return "http://" + l.Addr().String() + p
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port) + p
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
