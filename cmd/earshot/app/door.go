package app

import (
	"context"
	"net"
	"net/netip"

	"earshot/moderation/review/auth"
)

// onlyHere says that only this machine can reach a listener.
func onlyHere(l net.Listener) bool {
	a, err := netip.ParseAddrPort(l.Addr().String())
	return err == nil && a.Addr().Unmap().IsLoopback()
}

// private says that nobody comes to the page but from this machine. A name in hosts or an address in proxies says that
// others do, through something in front of it.
func (s *Station) private(l net.Listener) bool {
	return onlyHere(l) && len(s.cfg.Hosts)+len(s.cfg.Proxies) == 0
}

// door is who need not log in.
func (s *Station) door(l net.Listener) auth.Mode {
	switch {
	case s.cfg.Access == "open":
		return auth.ModeOpen
	case s.cfg.Access == "here" && s.private(l):
		return auth.ModeLocal
	}
	return auth.ModeRequired
}

// FirstLogin is where the first owner can be made from another machine, or "" when that is not needed. base is the page's
// address without a slash at its end.
func (s *Station) FirstLogin(l net.Listener, base string) string {
	if s.door(l) != auth.ModeRequired {
		return ""
	}
	users, err := s.Store.Users(context.Background())
	if err != nil || len(users) > 0 {
		return ""
	}
	return base + "/setup?token=" + s.setupToken
}
