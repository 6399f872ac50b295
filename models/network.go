package models

import (
	"net"
	"net/netip"
)

// reserved are the ranges that are neither public nor known to netip as private: IANA's special-purpose registries
// (RFC 6890 and what came after it).
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

// embedded is the IPv4 address that an IPv6 address stands for, or the address itself.
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

// MayReach decides on the address that a connection is about to be made to, on behalf of somebody who is not trusted with
// this network. private allows the networks of a house or a company and this machine, but never link-local addresses, where
// clouds keep their secrets.
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

// SourceOf is whom a remote address ("host" or "host:port") stands for where requests are counted: an IPv4 address, or the
// /64 network of an IPv6 address, since one customer has all of that. What is no address stands for itself.
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
