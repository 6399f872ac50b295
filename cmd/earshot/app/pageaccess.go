package app

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"net/netip"

	"earshot/configs"
	"earshot/models"
	"earshot/models/store"
	"earshot/moderation/review/auth"
)

// onlyHere reports whether a listener can be reached from this machine only.
func onlyHere(l net.Listener) bool {
	a, err := netip.ParseAddrPort(l.Addr().String())
	return err == nil && a.Addr().Unmap().IsLoopback()
}

// pageAccess decides who may open the pages, and who need not log in.
type pageAccess struct {
	cfg     configs.Config
	members *auth.Members
	// setup is the code with which the first owner logs in from another machine. It is printed to the terminal and stored nowhere.
	setup string
}

// openPageAccess opens the access to the pages of a record.
func openPageAccess(cfg configs.Config, record store.Store) *pageAccess {
	d := &pageAccess{cfg: cfg, members: auth.NewMembers(record, nil), setup: rand.Text()}
	d.members.Known = func(ctx context.Context) ([]models.Room, error) { return KnownRooms(ctx, cfg, record) }
	return d
}

// private reports whether the pages are used from this machine only. A name in hosts or an address in proxies means that others
// reach them through a proxy.
func (d *pageAccess) private(l net.Listener) bool {
	return onlyHere(l) && len(d.cfg.Hosts)+len(d.cfg.Proxies) == 0
}

// mode says who need not log in.
func (d *pageAccess) mode(l net.Listener) auth.Mode {
	switch {
	case d.cfg.Access == "open":
		return auth.ModeOpen
	case d.cfg.Access == "here" && d.private(l):
		return auth.ModeLocal
	}
	return auth.ModeRequired
}

// firstLogin is the link with which the first owner logs in from another machine, or "" if none is needed. base is the pages'
// address without a trailing slash.
func (d *pageAccess) firstLogin(l net.Listener, base string) string {
	if d.mode(l) != auth.ModeRequired {
		return ""
	}
	users, err := d.members.Users(context.Background())
	if err != nil || len(users) > 0 {
		return ""
	}
	return base + "/setup?token=" + d.setup
}

// configuredRooms are the rooms of the configuration.
func configuredRooms(cfg configs.Config) (out []models.Room) {
	for _, r := range cfg.Rooms {
		if at, err := models.ParseAddress(r.URL); err == nil { // it was checked
			out = append(out, at.RoomAt(r.URL, r.Name))
		}
	}
	return out
}

// KnownRooms are the rooms of the configuration and of a record.
func KnownRooms(ctx context.Context, cfg configs.Config, store store.Sessions) ([]models.Room, error) {
	recorded, err := store.Rooms(ctx)
	return append(configuredRooms(cfg), recorded...), err
}

// nameAccess moves access that was given by a room's name before rooms were known by their addresses, where it is certain
// which room was meant, and tells of what is left.
func nameAccess(ctx context.Context, cfg configs.Config, record store.Store, log *slog.Logger) error {
	rooms, err := KnownRooms(ctx, cfg, record)
	if err != nil {
		return err
	}
	return record.RenameAccess(ctx, func(old string) string {
		room, err := models.FindRoom(rooms, old)
		switch {
		case err == nil:
			return room.ID
		case errors.Is(err, models.ErrConflict):
			log.Warn("access to a room has no effect: several servers have a room of that name. Grant it again by the room's address", "room", old)
		}
		return old
	})
}
