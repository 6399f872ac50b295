package app

import (
	"context"
	"crypto/rand"
	"net"
	"net/netip"

	"earshot/configs"
	"earshot/models"
	"earshot/models/store"
	"earshot/moderation/review/auth"
)

// onlyHere says that only this machine can reach a listener.
func onlyHere(l net.Listener) bool {
	a, err := netip.ParseAddrPort(l.Addr().String())
	return err == nil && a.Addr().Unmap().IsLoopback()
}

// door knows who may open the pages, and who need not log in.
type door struct {
	cfg     configs.Config
	members *auth.Members
	// setup lets the first owner in from another machine. It is told to the terminal and kept nowhere.
	setup string
}

// openDoor is the door to the pages of a record.
func openDoor(cfg configs.Config, record store.Store) *door {
	d := &door{cfg: cfg, members: auth.NewMembers(record, nil), setup: rand.Text()}
	d.members.Known = func(ctx context.Context) ([]models.Room, error) { return KnownRooms(ctx, cfg, record) }
	return d
}

// private says that nobody comes to the page but from this machine. A name in hosts or an address in proxies says that
// others do, through something in front of it.
func (d *door) private(l net.Listener) bool {
	return onlyHere(l) && len(d.cfg.Hosts)+len(d.cfg.Proxies) == 0
}

// mode is who need not log in.
func (d *door) mode(l net.Listener) auth.Mode {
	switch {
	case d.cfg.Access == "open":
		return auth.ModeOpen
	case d.cfg.Access == "here" && d.private(l):
		return auth.ModeLocal
	}
	return auth.ModeRequired
}

// firstLogin is where the first owner can be made from another machine, or "" when that is not needed. base is the page's
// address without a slash at its end.
func (d *door) firstLogin(l net.Listener, base string) string {
	if d.mode(l) != auth.ModeRequired {
		return ""
	}
	users, err := d.members.Users(context.Background())
	if err != nil || len(users) > 0 {
		return ""
	}
	return base + "/setup?token=" + d.setup
}
