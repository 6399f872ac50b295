package models

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// reserved are ranges that are neither public nor private according to netip: IANA's special-purpose registries (RFC 6890 and its
// updates).
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("3fff::/20"),
	netip.MustParsePrefix("5f00::/16"), netip.MustParsePrefix("fec0::/10"),
}

// Ranges of IPv6 that carry an IPv4 address.
var (
	nat64   = netip.MustParsePrefix("64:ff9b::/96") // in the last four bytes
	sixToFo = netip.MustParsePrefix("2002::/16")    // after the prefix
)

// embedded returns the IPv4 address that an IPv6 address embeds, or the address itself.
func embedded(ip netip.Addr) netip.Addr {
	ip = ip.Unmap().WithZone("")
	b := ip.As16()
	switch {
	case nat64.Contains(ip):
		return netip.AddrFrom4([4]byte(b[12:16]))
	case sixToFo.Contains(ip):
		return netip.AddrFrom4([4]byte(b[2:6]))
	}
	return ip
}

// MayReach reports whether a connection on behalf of an untrusted party may be made to an address. private allows private networks and
// this machine, but never link-local addresses, where clouds serve metadata with secrets.
func MayReach(ip netip.Addr, private bool) bool {
	ip = embedded(ip)
	switch {
	case !ip.IsValid(), ip.IsUnspecified(), ip.IsMulticast(), ip.IsLinkLocalUnicast():
		return false
	case ip.IsLoopback(), ip.IsPrivate():
		return private
	}
	for _, p := range reserved {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}

// SourceOf returns the source by which to rate-limit a remote address ("host" or "host:port"): an IPv4 address, or the /64 network of
// an IPv6 address, since a customer usually has all of that. Anything else is returned unchanged.
func SourceOf(remote string) string {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		host = remote
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if ip = ip.Unmap().WithZone(""); ip.Is6() {
		if p, err := ip.Prefix(64); err == nil {
			return p.String()
		}
	}
	return ip.String()
}

// Endpoint is the base address of an HTTP API that a setting names.
type Endpoint struct {
	// URL is the address without a slash at its end; paths are appended to it.
	URL string
	// Host is the server, with the port if there is one: what people are told about where something is sent.
	Host string
	// Local reports that the server is on this machine.
	Local bool
}

// ParseEndpoint parses the value of a setting. Its errors name the setting, and show the example instead of the value, which may
// contain a secret.
func ParseEndpoint(setting, value, example string) (Endpoint, error) {
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return Endpoint{}, WithHint(errors.New(setting+" is not the address of an API"), "for example "+example)
	}
	ip := net.ParseIP(u.Hostname())
	return Endpoint{
		URL: strings.TrimSuffix(u.String(), "/"), Host: u.Host, Local: u.Hostname() == "localhost" || ip != nil && ip.IsLoopback(),
	}, nil
}

// FromLiveKit returns the address of a room server that is written as LiveKit's own tools write it ("wss://rooms.example", as in
// LIVEKIT_URL), or false if it is not.
func FromLiveKit(raw string) (server string, ok bool) {
	scheme, rest, _ := strings.Cut(raw, "://")
	switch scheme {
	case "ws", "http":
		return "livekit+ws://" + rest, true
	case "wss", "https":
		return "livekit+wss://" + rest, true
	}
	return "", false
}
