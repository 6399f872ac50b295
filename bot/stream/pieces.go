package stream

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// mostPlaylists limits how many of a stream's playlists are remembered.
const mostPlaylists = 64

// pieces remembers the newest segment of each playlist of an HLS stream. When its encoder is gone, a server keeps serving the last ones:
// otherwise, each attempt to return would hear the last segment again. Its methods may be called from any goroutine.
type pieces struct {
	mu     sync.Mutex
	newest map[string]string // by the playlist's URL
	heard  map[string]string // those heard before this visit
}

// stale records the newest segment of a playlist and reports whether it had been heard before this visit.
func (p *pieces) stale(address string, list []byte) bool {
	last := newestPiece(list)
	p.mu.Lock()
	defer p.mu.Unlock()
	if last == "" || len(p.newest) >= mostPlaylists && p.newest[address] == "" {
		return false
	}
	if p.newest == nil {
		p.newest = map[string]string{}
	}
	p.newest[address] = last
	if p.heard[address] == last {
		return true
	}
	delete(p.heard, address) // the stream goes on: this visit hears all that it has
	return false
}

// keep records that everything so far has been heard.
func (p *pieces) keep() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heard = maps.Clone(p.newest)
}

// firstPiece matches the number of a playlist's first segment (RFC 8216, section 4.3.3.2).
var firstPiece = regexp.MustCompile(`(?m)^#EXT-X-MEDIA-SEQUENCE:([0-9]{1,18})`)

// newestPiece identifies the last segment of a playlist by its number and name. It returns "" for a master playlist.
func newestPiece(list []byte) string {
	if !bytes.Contains(list, []byte("#EXTINF")) {
		return ""
	}
	number, name := int64(0), ""
	if m := firstPiece.FindSubmatch(list); m != nil {
		number, _ = strconv.ParseInt(string(m[1]), 10, 64) // up to 18 digits
	}
	for line := range strings.Lines(string(list)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			number++
			name, _, _ = strings.Cut(line, "?")
		}
	}
	return fmt.Sprint(number, " ", name)
}
