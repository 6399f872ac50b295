package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"earshot/configs"
	"earshot/models"
	"earshot/models/sqlite"
	"earshot/moderation/notify"
)

func newNotifyCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "notify",
		Short: "Tell hosts of flags by webhook, Slack, Discord or mail: list, test",
		Long: `Who is told of flags stands in a file of its own that only you can read, because addresses and secrets are in it; the
setting notices.targets names it:

  targets:
    - name: hosts
      kind: slack            # or discord, or webhook
      url: https://hooks.slack.com/services/…
      level: medium          # and graver: info, low, medium, high
      rooms: [open-mic]      # or whole addresses; left out: all rooms
      quote: yes             # also the words that were said; without it they stay here
    - name: archive
      kind: webhook          # signed as Standard Webhooks says
      url: https://archive.example/earshot
      secret: whsec_…        # "earshot notify secret" makes one
      private: no            # yes: an address in your own network, and http
    - name: morning
      kind: mail             # counts of the day before, once a day, when something happened
      url: smtps://earshot@mail.example
      secret: …              # the mail server's password
      from: earshot@example.org
      to: [hosts@example.org]
      at: "08:00"

Rules that only watch tell nobody.`,
	}
	return group(cmd, newNotifyList(a), newNotifyTest(a), newNotifySecret(a))
}

func newNotifySecret(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "secret",
		Short: "Make a secret that signs webhooks",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(a.stdout, notify.NewSecret())
			return err
		},
	}
}

func newNotifyTest(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "test TARGET",
		Short: "Send one target a notice that says that it can be reached",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := a.report(cmd)
			if err != nil {
				return err
			}
			targets, err := loadTargets(r.Config)
			if err != nil {
				return badInput(err)
			}
			n := notify.New(notify.Config{Targets: targets, Link: r.Config.Notices.Link, Log: a.talkLogger(r)})
			err = n.Test(cmd.Context(), args[0])
			if errors.Is(err, models.ErrNotFound) {
				return models.WithHint(badInput(err), `"earshot notify list" lists them`)
			}
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(a.stdout, "%s took the notice\n", plain(args[0]))
			return err
		},
	}
}

func newNotifyList(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the targets, and what waits for them",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.listTargets(cmd) },
	}
}

func (a *app) listTargets(cmd *cobra.Command) error {
	c, err := a.config(cmd)
	if err != nil {
		return err
	}
	targets, err := loadTargets(c)
	if err != nil {
		return badInput(err)
	}
	if len(targets) == 0 {
		_, err := fmt.Fprintln(a.stdout, `nobody is told: "earshot notify --help" says how to name targets`)
		return err
	}
	states := map[string]models.NoticeTargetState{}
	store, err := sqlite.OpenReadOnly(cmd.Context(), database(c))
	if err == nil {
		var found []models.NoticeTargetState
		found, err = store.NoticeTargets(cmd.Context())
		err = errors.Join(err, store.Close())
		for _, s := range found {
			states[s.Name] = s
		}
	}
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		return err
	}
	return table(a.stdout, a.palette(a.stdout), targetRows(targets, states))
}

func targetRows(targets []notify.Target, states map[string]models.NoticeTargetState) [][]string {
	rows := [][]string{{"TARGET", "KIND", "FROM", "WAITING", "SENT", "DROPPED", "STATE"}}
	for _, t := range targets {
		s := states[t.Name]
		state := "ok"
		switch {
		case s.Disabled != "":
			state = "disabled: " + s.Disabled
		case s.Error != "":
			state = "trying again: " + s.Error
		}
		rows = append(
			rows,
			[]string{t.Name, string(t.Kind), string(t.Level), fmt.Sprint(s.Waiting), fmt.Sprint(s.Sent), fmt.Sprint(s.Dropped), state},
		)
	}
	return rows
}

// loadTargets reads the configured file of targets; none is configured by default. It holds secrets: a file that others
// can read is refused.
func loadTargets(c configs.Config) (_ []notify.Target, err error) {
	name := c.Notices.Targets
	if name == "" {
		return nil, nil
	}
	f, err := os.Open(name)
	if err != nil {
		var pe *fs.PathError
		if errors.As(err, &pe) {
			err = pe.Err
		}
		return nil, models.WithHint(fmt.Errorf("the file of targets %s: %w", name, err), "the setting notices.targets names it")
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, models.WithHint(fmt.Errorf("the file of targets %s holds secrets and others can read it (%v)", name, info.Mode().Perm()),
			"chmod 600 "+name)
	}
	targets, err := notify.ParseTargets(f)
	if err != nil {
		return nil, models.WithHint(fmt.Errorf("%s: %w", name, err), `"earshot notify --help" shows an example`)
	}
	return targets, nil
}

// setTargets tells the store who is to be told of flags from now on.
func (s *station) setTargets(ctx context.Context) (err error) {
	if s.targets, err = loadTargets(s.cfg); err != nil {
		return badInput(err)
	}
	s.targets, s.unknownRooms, err = s.tellTargets(ctx)
	if err != nil {
		return badInput(err)
	}
	for _, word := range s.unknownRooms {
		s.log.Warn("a target of notices names a room that nobody knows yet; write its whole address", "room", word)
	}
	for _, name := range s.untold() {
		s.log.Warn("a rule tells a target of notices that is not configured", "target", name)
	}
	return nil
}

// tellTargets finds the rooms that targets name, has the store tell the targets of these, and lists the names that no room
// has yet.
func (s *station) tellTargets(ctx context.Context) (named []notify.Target, unknown []string, err error) {
	rooms, err := knownRooms(ctx, s.cfg, s.store)
	if err != nil {
		return nil, nil, err
	}
	var told []models.NoticeTarget
	for _, t := range s.targets {
		t.Rooms = slices.Clone(t.Rooms)
		for j, word := range t.Rooms {
			room, err := models.FindRoom(rooms, word)
			switch {
			case errors.Is(err, models.ErrNotFound):
				unknown = append(unknown, word)
			case err != nil:
				return nil, nil, fmt.Errorf("the target of notices %s: %w", t.Name, err)
			default:
				t.Rooms[j] = room.ID
			}
		}
		named = append(named, t)
		if t.Kind != notify.KindMail { // which gets no single flags
			told = append(told, t.ForStore())
		}
	}
	return named, unknown, s.store.SetNoticeTargets(ctx, told)
}

// meetRoom has targets told of a room that they named before anybody knew its address.
func (s *station) meetRoom(ctx context.Context, room models.Room) {
	if !slices.Contains(s.unknownRooms, shortRoom(room)) {
		return
	}
	if _, _, err := s.tellTargets(ctx); err != nil {
		s.log.Warn("targets of notices are not told of a room", "room", room.ID, "err", err)
	}
}

// untold lists the targets that rules tell by name and that nobody has configured.
func (s *station) untold() (names []string) {
	for _, p := range s.profiles {
		set := p.set()
		if set == nil {
			continue
		}
		for _, name := range set.Webhooks() {
			known := slices.ContainsFunc(s.targets, func(t notify.Target) bool { return t.Name == name })
			if !known && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// notify sends the notices that wait, until the context ends.
func (s *station) notify(ctx context.Context, l net.Listener) error {
	base := s.cfg.Notices.Link
	if base == "" {
		base = pageURL(l, "")
	}
	return notify.New(notify.Config{Targets: s.targets, Outbox: s.store, Record: s.store, Digests: s.store, Link: base, Log: s.log}).Run(ctx)
}
