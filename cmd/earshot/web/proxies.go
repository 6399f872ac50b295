package web

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// proxies are the networks of the web servers before the page and the lounge, whose X-Forwarded-For is believed.
type proxies []netip.Prefix

// NewProxies reads the setting, which was checked: addresses and networks.
func NewProxies(setting []string) (out proxies) {
	for _, s := range setting {
		if p, err := netip.ParsePrefix(s); err == nil {
			out = append(out, p.Masked())
		} else if a, err := netip.ParseAddr(s); err == nil {
			out = append(out, netip.PrefixFrom(a, a.BitLen()))
		}
	}
	return out
}

func (p proxies) has(a netip.Addr) bool {
	for _, n := range p {
		if n.Contains(a) {
			return true
		}
	}
	return false
}

// client is the address that a request comes from: of the connection, or, behind a proxy that is configured, the last one
// in X-Forwarded-For that is no such proxy. What anybody else writes into that header does not count.
func (p proxies) client(r *http.Request) (client netip.Addr, ok bool) {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}, false
	}
	client = ap.Addr().Unmap().WithZone("")
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && p.has(client); i-- {
		hop, err := hopAddr(strings.TrimSpace(hops[i]))
		if err != nil { // the proxy wrote none, or one that we cannot read: it is the proxy's own request to us
			break
		}
		client = hop.Unmap().WithZone("")
	}
	return client, true
}

// hopAddr reads an address as proxies write it: some add the port.
func hopAddr(s string) (netip.Addr, error) {
	if host, _, err := net.SplitHostPort(s); err == nil {
		s = host
	}
	return netip.ParseAddr(strings.Trim(s, "[]"))
}

// Believed puts the client's address into a request's RemoteAddr before others see it. The header stays, so that they can tell
// who came through a proxy.
func (p proxies) Believed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if client, ok := p.client(r); ok && len(p) > 0 {
			r = r.Clone(r.Context())
			r.RemoteAddr = netip.AddrPortFrom(client, 0).String()
		}
		next.ServeHTTP(w, r)
	})
}
