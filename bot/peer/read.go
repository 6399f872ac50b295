package peer

import (
	"errors"
	"io"
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
//
// A server may give the media section and the SSRC of somebody who left to somebody else. pion then renames the track
// and calls no OnTrack: the new name opens a new sink here, so that nobody's words are put under another's name.
func (c *Conn) read(t *webrtc.TrackRemote, mid string, levelExtID uint8) {
	var sink Sink
	var id, stream string
	open := func() {
		id, stream = t.ID(), t.StreamID()
		sink = c.h.Track(RemoteTrack{ID: id, StreamID: stream, MID: mid, SSRC: uint32(t.SSRC())})
		if sink == nil {
			sink = ignored{}
		}
	}
	open()
	defer func() { sink.End() }()
	buf := make([]byte, readBuffer)
	row := 0
	for {
		n, _, err := t.Read(buf)
		if err == nil {
			row = 0
			c.packets.Add(1)
			if t.ID() != id || t.StreamID() != stream {
				sink.End()
				open()
			}
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

// ignored takes the packets of a track that nobody wants: they have to be read all the same.
type ignored struct{}

// Packet implements Sink.
func (ignored) Packet([]byte, uint8) {}

// End implements Sink.
func (ignored) End() {}

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
