package stream

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"earshot/bot/peer"
	"earshot/models"
)

// lookUpWithin limits the lookup of a server's name.
const lookUpWithin = 5 * time.Second

const hintBeside = "a server of the internet may not lead into a private network: if that is where the sound is, name that address instead"

// beside returns the factory for the servers that a stream's server refers to, by redirects and in playlists. A server on the public
// internet may refer only to others there, however far the bot may reach by itself. If a proxy makes the connections, beside leaves that
// decision to it.
func beside(ctx context.Context, origin *url.URL, f *peer.Factory) *peer.Factory {
	if proxy := f.Proxy(); proxy != nil {
		if by, err := proxy(&http.Request{URL: origin}); err != nil || by != nil {
			return f
		}
	}
	ctx, cancel := context.WithTimeout(ctx, lookUpWithin)
	defer cancel()
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", origin.Hostname())
	if err == nil && public(found) {
		return f.Within(peer.Public)
	}
	return f
}

// public reports whether all of a server's addresses are on the public internet.
func public(found []netip.Addr) bool {
	return len(found) > 0 && !slices.ContainsFunc(found, func(ip netip.Addr) bool { return !models.MayReach(ip.Unmap(), false) })
}

// piece matches URIs in a playlist that have a scheme (RFC 8216, section 4.1).
var piece = regexp.MustCompile(`(?mi)^([a-z][a-z0-9+.-]*):|^#EXT-X-[^\r\n]*\bURI="([a-z][a-z0-9+.-]*):`)

// namesFiles reports whether a playlist contains URIs with schemes other than http, https and data.
func namesFiles(list []byte) bool {
	for _, m := range piece.FindAllSubmatch(list, -1) {
		switch strings.ToLower(string(m[1]) + string(m[2])) {
		case "http", "https", "data":
		default:
			return true
		}
	}
	return false
}

// lookUp resolves the host to which ffmpeg will connect by itself, because ffmpeg's message about an unknown host is useless.
func (s source) lookUp(ctx context.Context) error {
	if s.listening || s.Host == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, lookUpWithin)
	defer cancel()
	if _, err := net.DefaultResolver.LookupNetIP(ctx, "ip", s.Host); err != nil {
		return fmt.Errorf("%s cannot be reached: %w", s.Host, peer.Unreachable(err, hintLater))
	}
	return nil
}
