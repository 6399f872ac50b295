package app

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"earshot/bot/peer"
	"earshot/models"
)

// errStrange says that nobody who may has named a room's server.
func errStrange(server string) error {
	return models.WithHint(fmt.Errorf("%w: nobody has named the server %s", models.ErrForbidden, server),
		"an owner can allow it, on the page or with \"earshot servers allow "+server+"\"; or name it under servers or rooms in the configuration")
}

// reach is how far the server of a room may lead the bot: a server of the configuration anywhere, one that an owner allowed to
// public addresses, and to private ones where the owner said so. Every other is refused (models.ErrForbidden).
func (s *Station) reach(ctx context.Context, at models.Address) (peer.Reach, error) {
	if s.ownLounge(at) || s.Keys.Names(at.Server()) {
		return peer.Anywhere, nil
	}
	if s.Store == nil { // the doctor's, who looks at the configuration alone
		return peer.Public, errStrange(at.Server())
	}
	allowed, err := s.Store.AllowedServers(ctx)
	if err != nil {
		return peer.Public, err
	}
	for _, a := range allowed {
		if a.Server == at.Server() && a.Private {
			return peer.Private, nil
		}
		if a.Server == at.Server() {
			return peer.Public, nil
		}
	}
	return peer.Public, errStrange(at.Server())
}

// ownLounge says that an address is in this program's own lounge: at the address it listens on, by any of this machine's
// own addresses where it listens on all, or encrypted under a name that is configured as its own,
// at the usual port or that of the configured link.
func (s *Station) ownLounge(at models.Address) bool {
	if at.Kind != models.RoomLounge {
		return false
	}
	if at.Encrypted {
		return slices.Contains(s.cfg.Hosts, at.Host) && (at.Port == 443 || s.linked(at))
	}
	own, err := netip.ParseAddrPort(s.own)
	ip, errHost := netip.ParseAddr(at.Host)
	if err != nil || errHost != nil || at.Port != own.Port() {
		return false
	}
	return ip == own.Addr().Unmap() || own.Addr().IsUnspecified() && (ip.IsLoopback() || ofThisMachine(ip))
}

// linked says that the configured link to the page leads to a server.
func (s *Station) linked(at models.Address) bool {
	u, err := url.Parse(s.cfg.Notices.Link)
	return err == nil && u.Scheme == "https" && strings.EqualFold(u.Hostname(), at.Host) && u.Port() == strconv.Itoa(int(at.Port))
}
