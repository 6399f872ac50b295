package app

import (
	"testing"

	"earshot/configs"
	"earshot/models"
)

// TestOwnLounge: the host token is sent to this program's own lounge at every address by which it is reachable, and to nothing that
// only looks like it.
func TestOwnLounge(t *testing.T) {
	hosts := []string{"rooms.example", "example"}
	for _, tt := range []struct {
		own, link string
		addresses map[string]bool
	}{
		{"127.0.0.1:8484", "", map[string]bool{
			"lounge://127.0.0.1:8484/a": true, "lounge://localhost:8484/a": true, "lounge://[::ffff:127.0.0.1]:8484/a": true,
			"lounge://127.0.0.1:8485/a": false, "lounge://192.0.2.1:8484/a": false, "lounge://rooms.example:8484/a": false,
			"whep+http://127.0.0.1:8484/whep/a/b": false, "lounge+https://rooms.example/a": true, "lounge+https://ROOMS.example:443/a": true,
			"lounge+https://other.example/a": false, "lounge+https://rooms.example:8443/a": false,
		}},
		{"[::]:8484", "", map[string]bool{
			"lounge://127.0.0.1:8484/a": true, "lounge://localhost:8484/a": true, "lounge://[::1]:8484/a": true, "lounge://192.0.2.1:8484/a": false,
		}},
		{"127.0.0.1:8484", "https://rooms.example:8443", map[string]bool{"lounge+https://rooms.example:8443/a": true}},
		{"127.0.0.1:8484", "https://rooms.example:8443/", map[string]bool{
			"lounge+https://rooms.example:8443/a": true, "lounge+https://Rooms.Example:8443/a": true, "lounge+https://rooms.example:9443/a": false,
			"lounge+https://example:8443/a": false,
		}},
		{"127.0.0.1:8484", "https://rooms.example:8443/page", map[string]bool{"lounge+https://rooms.example:8443/a": true}},
		{"127.0.0.1:8484", "http://rooms.example:8443", map[string]bool{"lounge+https://rooms.example:8443/a": false}},
		{"127.0.0.1:8484", "https://their-example:8443", map[string]bool{"lounge+https://example:8443/a": false}},
		{"", "", map[string]bool{"lounge://127.0.0.1:8484/a": false}},
	} {
		s := &knownServers{cfg: configs.Config{Hosts: hosts, Notices: configs.Notices{Link: tt.link}}}
		if tt.own != "" {
			s.own.Store(&tt.own)
		}
		for address, want := range tt.addresses {
			at, err := models.ParseAddress(address)
			if err != nil {
				t.Fatal(err)
			}
			if got := s.ownLounge(at); got != want {
				t.Errorf("listening on %q with the link %q, %s is its own: %v, want %v", tt.own, tt.link, address, got, want)
			}
		}
	}
}
