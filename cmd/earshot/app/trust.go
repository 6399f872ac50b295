package app

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"earshot/bot/peer"
	"earshot/cmd/earshot/secrets"
	"earshot/configs"
	"earshot/models"
)

// errStrange says that neither the configuration nor an owner has allowed a room's server.
func errStrange(server string) error {
	return models.WithHint(fmt.Errorf("%w: server %s is not allowed", models.ErrForbidden, server),
		"an owner can allow it, on the page or with \"earshot servers allow "+server+"\"; or add it under servers or rooms in the configuration")
}

// allowedServers are the room servers that owners have allowed.
type allowedServers interface {
	AllowedServers(ctx context.Context) ([]models.AllowedServer, error)
}

// knownServers decides to which room servers the bot may go, to which addresses they may send it, and which credentials it uses
// there.
type knownServers struct {
	cfg     configs.Config
	allowed allowedServers // nil: only the configuration counts
	// keys are the secrets of room servers; nil: there are none.
	keys *secrets.Keyring
	// hostToken makes its holder a host of this program's own lounge.
	hostToken string
	// own is host:port of this program's web server while it runs; nil before.
	own atomic.Pointer[string]
}

// reach is to which addresses a room's server may send the bot: a server of the configuration to any; one that an owner allowed to
// public ones, and to private ones if the owner said so. Any other server is refused (models.ErrForbidden).
func (s *knownServers) reach(ctx context.Context, at models.Address) (peer.Reach, error) {
	if s.ownLounge(at) || s.keys.Names(at.Server()) {
		return peer.Anywhere, nil
	}
	if s.allowed == nil {
		return peer.Public, errStrange(at.Server())
	}
	allowed, err := s.allowed.AllowedServers(ctx)
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

// secrets are the credentials for a room's server, given its reach.
func (s *knownServers) secrets(at models.Address, reach peer.Reach) func(variable string) (string, error) {
	if reach != peer.Anywhere {
		return func(string) (string, error) { return "", nil }
	}
	of := s.keys.Of(at)
	if !s.ownLounge(at) {
		return of
	}
	return func(variable string) (string, error) {
		secret, err := of(variable)
		if err == nil && variable == "EARSHOT_LOUNGE_TOKEN" {
			secret = s.hostToken // the bot may moderate there
		}
		return secret, err
	}
}

// ownLounge reports whether an address is in this program's own lounge: at its listening address, at any of this machine's addresses
// if it listens on all, or over TLS under one of the configured host names, at the default port or that of the configured link.
func (s *knownServers) ownLounge(at models.Address) bool {
	if at.Kind != models.RoomLounge {
		return false
	}
	if at.Encrypted {
		return slices.Contains(s.cfg.Hosts, at.Host) && (at.Port == 443 || s.linked(at))
	}
	listens := s.own.Load()
	if listens == nil {
		return false
	}
	own, err := netip.ParseAddrPort(*listens)
	ip, errHost := netip.ParseAddr(at.Host)
	if err != nil || errHost != nil || at.Port != own.Port() {
		return false
	}
	return ip == own.Addr().Unmap() || own.Addr().IsUnspecified() && (ip.IsLoopback() || ofThisMachine(ip))
}

// linked reports whether the configured link to the pages leads to a server.
func (s *knownServers) linked(at models.Address) bool {
	u, err := url.Parse(s.cfg.Notices.Link)
	return err == nil && u.Scheme == "https" && strings.EqualFold(u.Hostname(), at.Host) && u.Port() == strconv.Itoa(int(at.Port))
}

func ofThisMachine(ip netip.Addr) bool {
	all, err := net.InterfaceAddrs()
	return err == nil && slices.ContainsFunc(all, func(a net.Addr) bool {
		p, err := netip.ParsePrefix(a.String())
		return err == nil && p.Addr().Unmap() == ip
	})
}
