package web

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestOnlyConfiguredProxiesSayWhoTheClientIs(t *testing.T) {
	p := NewProxies([]string{"127.0.0.1", "10.0.0.0/8", "2001:db8:1::/48"})
	for _, tt := range []struct {
		name, remote string
		forwarded    []string
		want         string
	}{
		{"nobody in between", "203.0.113.7:999", nil, "203.0.113.7"},
		{"a stranger who writes the header", "203.0.113.7:999", []string{"192.0.2.1"}, "203.0.113.7"},
		{"one proxy", "127.0.0.1:1", []string{"192.0.2.1"}, "192.0.2.1"},
		{"what the client wrote before the proxy's entry", "127.0.0.1:1", []string{"8.8.8.8, 192.0.2.1"}, "192.0.2.1"},
		{"the header twice", "127.0.0.1:1", []string{"8.8.8.8", "192.0.2.1"}, "192.0.2.1"},
		{"two proxies", "127.0.0.1:1", []string{"8.8.8.8, 192.0.2.1, 10.1.2.3"}, "192.0.2.1"},
		{"a forged chain of our own proxies", "127.0.0.1:1", []string{"127.0.0.1, 192.0.2.1, 10.1.2.3"}, "192.0.2.1"},
		{"a proxy's own request", "10.1.2.3:5", nil, "10.1.2.3"},
		{"no address", "127.0.0.1:1", []string{"192.0.2.1, unknown"}, "127.0.0.1"},
		{"with a port", "127.0.0.1:1", []string{"192.0.2.1:80"}, "192.0.2.1"},
		{"IPv6 with a port", "127.0.0.1:1", []string{"[2001:db8:2::9]:80"}, "2001:db8:2::9"},
		{"IPv6", "[2001:db8:1::5]:1", []string{"2001:db8:2::9"}, "2001:db8:2::9"},
		{"IPv4 in IPv6", "[::ffff:127.0.0.1]:1", []string{"::ffff:192.0.2.1"}, "192.0.2.1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
			r.RemoteAddr = tt.remote
			r.Header["X-Forwarded-For"] = tt.forwarded
			got := ""
			p.Believed(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.RemoteAddr })).ServeHTTP(nil, r)
			if ap, err := netip.ParseAddrPort(got); err != nil || ap.Addr().String() != tt.want {
				t.Errorf("RemoteAddr = %q, want the address %s", got, tt.want)
			}
		})
	}
	r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
	r.RemoteAddr = "127.0.0.1:1"
	r.Header.Set("X-Forwarded-For", "192.0.2.1")
	if got, _ := NewProxies(nil).client(r); got.String() != "127.0.0.1" {
		t.Errorf("without the setting the client is %s, want the connection's address", got)
	}
}
