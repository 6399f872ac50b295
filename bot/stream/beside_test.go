package stream

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"sync/atomic"
	"testing"

	"earshot/bot/bottest"
	"earshot/bot/peer"
	"earshot/models"
)

// TestServersOfTheInternetStayThere: a server on the public internet may not refer to private addresses, by a redirect or in a playlist,
// even if the bot may reach everything; a server in our own network may.
func TestServersOfTheInternetStayThere(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]bool{
		"93.184.216.34": true, "2606:2800:220:1::1": true, "10.0.0.1": false, "127.0.0.1": false, "169.254.169.254": false, "fd00::1": false,
		"::ffff:192.168.1.1": false,
	} {
		if got := public([]netip.Addr{netip.MustParseAddr(given)}); got != want {
			t.Errorf("%s is public: %v", given, got)
		}
	}
	if public(nil) || public([]netip.Addr{netip.MustParseAddr("93.184.216.34"), netip.MustParseAddr("10.0.0.1")}) {
		t.Error("a server with a private address counts as public")
	}
	var reached atomic.Int32
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	t.Cleanup(inside.Close)
	origin := httptest.NewServer(http.RedirectHandler(inside.URL+"/secret", http.StatusFound))
	t.Cleanup(origin.Close)
	at, err := url.Parse(origin.URL)
	if err != nil {
		t.Fatal(err)
	}
	f := bottest.Factory(t)
	if g := beside(t.Context(), at, f); !g.Anywhere() {
		t.Error("a server of this machine may not lead to another one")
	}
	g := &gateway{origin: at, client: f.HTTPClient(), beside: f.Within(peer.Public).HTTPClient()}
	t.Cleanup(g.close)
	_, err = g.open(context.Background())
	if end := (source{}).reason(err); models.Hint(end) != hintBeside || reached.Load() > 0 {
		t.Errorf("it was led there %d times: %v (%s)", reached.Load(), end, models.Hint(end))
	}
}

// TestPlaylistsThatNameFiles: URIs that are not of the web are recognised in a playlist, however they are written.
func TestPlaylistsThatNameFiles(t *testing.T) {
	t.Parallel()
	for list, want := range map[string]bool{
		"#EXTM3U\n#EXTINF:5,\nfile:///etc/passwd\n":                        true,
		"#EXTM3U\r\n#EXTINF:5,\r\nFILE:/etc/passwd\r\n":                    true,
		"#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"file:///k\"\na.aac\n":    true,
		"#EXTM3U\n#EXT-X-MAP:URI=\"https://h/i.mp4\"\n#EXTINF:5,\na.m4s\n": false,
		"#EXTM3U\n#EXTINF:5,Part 1: the start\nhttps://h/a.aac\n/b.aac\n":  false,
	} {
		if got := namesFiles([]byte(list)); got != want {
			t.Errorf("%q names files: %v", list, got)
		}
	}
}
