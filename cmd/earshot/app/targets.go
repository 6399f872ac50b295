package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
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
		return nil, models.WithHint(fmt.Errorf("targets file %s: %w", name, err), "it is named by the setting notices.targets")
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, models.WithHint(fmt.Errorf("targets file %s holds secrets but is readable by others (%v)", name, info.Mode().Perm()),
			"chmod 600 "+name)
	}
	targets, err := notify.ParseTargets(f)
	if err != nil {
		return nil, models.WithHint(fmt.Errorf("%s: %w", name, err), `"earshot notify --help" shows an example`)
	}
	return targets, nil
}

// targets are told of flags.
type targets struct {
	cfg      configs.Config
	store    Record
	profiles Profiles
	// alone is for what one process at a time does; nil: there is only this one.
	alone func(ctx context.Context, work string, do func(context.Context)) bool
	log   *slog.Logger

	all     []notify.Target
	unknown []string // names of rooms that no room had when they were read
}

// set tells the store who is to be told of flags from now on.
func (t *targets) set(ctx context.Context) (err error) {
	if t.all, err = LoadTargets(t.cfg); err != nil {
		return models.BadInput(err)
	}
	t.all, t.unknown, err = t.tell(ctx)
	if err != nil {
		return models.BadInput(err)
	}
	for _, word := range t.unknown {
		t.log.Warn("a notification target names an unknown room; use its full address", "room", word)
	}
	for _, name := range t.untold() {
		t.log.Warn("a rule notifies a target that is not configured", "target", name)
	}
	return nil
}

// tell finds the rooms that targets name, has the store tell the targets of these, and lists the names that no room
// has yet.
func (t *targets) tell(ctx context.Context) (named []notify.Target, unknown []string, err error) {
	rooms, err := KnownRooms(ctx, t.cfg, t.store)
	if err != nil {
		return nil, nil, err
	}
	var told []models.NoticeTarget
	for _, x := range t.all {
		x.Rooms = slices.Clone(x.Rooms)
		for j, word := range x.Rooms {
			room, err := models.FindRoom(rooms, word)
			switch {
			case errors.Is(err, models.ErrNotFound):
				unknown = append(unknown, word)
			case err != nil:
				return nil, nil, fmt.Errorf("notification target %s: %w", x.Name, err)
			default:
				x.Rooms[j] = room.ID
			}
		}
		named = append(named, x)
		if x.Kind != notify.KindMail { // which gets no single flags
			told = append(told, x.ForStore())
		}
	}
	return named, unknown, t.store.SetNoticeTargets(ctx, told)
}

// meet has targets told of a room that they named before anybody knew its address.
func (t *targets) meet(ctx context.Context, room models.Room) {
	if !slices.Contains(t.unknown, shortRoom(room)) {
		return
	}
	if _, _, err := t.tell(ctx); err != nil {
		t.log.Warn("notification targets were not notified of a room", "room", room.ID, "err", err)
	}
}

// untold lists the targets that rules tell by name and that nobody has configured.
func (t *targets) untold() (names []string) {
	for _, p := range t.profiles {
		set := p.set()
		if set == nil {
			continue
		}
		for _, name := range set.Webhooks() {
			known := slices.ContainsFunc(t.all, func(x notify.Target) bool { return x.Name == name })
			if !known && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// run sends the notices that wait, until the context ends.
func (t *targets) run(ctx context.Context, l net.Listener) error {
	base := t.cfg.Notices.Link
	if base == "" {
		base = web.PageURL(l, "")
	}
	return notify.New(notify.Config{
		Targets: t.all, Outbox: t.store, Record: t.store, Digests: t.store, Link: base, Alone: t.alone, Log: t.log,
	}).Run(ctx)
}
