package models

import (
	"net"
	"net/netip"
)

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
