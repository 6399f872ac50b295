package peer

import (
	"errors"
	"io"
	"regexp"
	"time"

	"github.com/pion/webrtc/v3"
)

const (
	readBuffer = 2048 // over the largest RTP packet that arrives unfragmented
	badInARow  = 64   // after so many unreadable packets in a row the reader yields
	badPause   = 5 * time.Millisecond
)

// read hands packets on until the connection is closed. One malformed packet makes pion's Read fail, so an error is
// counted and reading goes on: else one bad packet would make the bot deaf to that speaker. Only the closed stream ends
// it. After many errors in a row it pauses, so that no state of pion can make it spin.
func (c *Conn) read(t *webrtc.TrackRemote, sink Sink, levelExtID uint8) {
	buf := make([]byte, readBuffer)
	row := 0
	for {
		n, _, err := t.Read(buf)
		if err == nil {
			row = 0
			c.packets.Add(1)
			sink.Packet(buf[:n], levelExtID)
			continue
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrClosedPipe) {
			return
		}
		c.bad.Add(1)
		if row++; row >= badInARow && c.pause() {
			return
		}
	}
}

// pause waits a moment and reports whether the connection is down.
func (c *Conn) pause() bool {
	t := time.NewTimer(badPause)
	defer t.Stop()
	select {
	case <-c.down:
		return true
	case <-t.C:
		return false
	}
}

var ssrcLine = regexp.MustCompile(`(?m)^a=ssrc(-group)?:.*\r?\n`)

// withoutSSRC removes the a=ssrc lines of a description with one media section, so that pion takes any SSRC: a server
// that restarts a stream with a new SSRC would else be unheard.
func withoutSSRC(sdp string) string { return ssrcLine.ReplaceAllString(sdp, "") }
