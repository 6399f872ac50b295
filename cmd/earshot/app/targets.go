package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"slices"

	"earshot/cmd/earshot/web"
	"earshot/configs"
	"earshot/models"
	"earshot/moderation/notify"
)

// LoadTargets reads the configured file of targets; none is configured by default. It holds secrets: a file that others
// can read is refused.
func LoadTargets(c configs.Config) (_ []notify.Target, err error) {
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
func (s *Station) setTargets(ctx context.Context) (err error) {
	if s.targets, err = LoadTargets(s.cfg); err != nil {
		return models.BadInput(err)
	}
	s.targets, s.unknownRooms, err = s.tellTargets(ctx)
	if err != nil {
		return models.BadInput(err)
	}
	for _, word := range s.unknownRooms {
		s.Log.Warn("a target of notices names a room that nobody knows yet; write its whole address", "room", word)
	}
	for _, name := range s.untold() {
		s.Log.Warn("a rule tells a target of notices that is not configured", "target", name)
	}
	return nil
}

// tellTargets finds the rooms that targets name, has the store tell the targets of these, and lists the names that no room
// has yet.
func (s *Station) tellTargets(ctx context.Context) (named []notify.Target, unknown []string, err error) {
	rooms, err := KnownRooms(ctx, s.cfg, s.Store)
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
	return named, unknown, s.Store.SetNoticeTargets(ctx, told)
}

// meetRoom has targets told of a room that they named before anybody knew its address.
func (s *Station) meetRoom(ctx context.Context, room models.Room) {
	if !slices.Contains(s.unknownRooms, shortRoom(room)) {
		return
	}
	if _, _, err := s.tellTargets(ctx); err != nil {
		s.Log.Warn("targets of notices are not told of a room", "room", room.ID, "err", err)
	}
}

// untold lists the targets that rules tell by name and that nobody has configured.
func (s *Station) untold() (names []string) {
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
func (s *Station) notify(ctx context.Context, l net.Listener) error {
	base := s.cfg.Notices.Link
	if base == "" {
		base = web.PageURL(l, "")
	}
	return notify.New(notify.Config{Targets: s.targets, Outbox: s.Store, Record: s.Store, Digests: s.Store, Link: base, Log: s.Log}).Run(ctx)
}
