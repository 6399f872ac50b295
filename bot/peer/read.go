package peer

import (
	"errors"
	"io"
	"time"

	"github.com/pion/webrtc/v3"
)

const (
	readBuffer = 2048 // larger than any RTP packet that arrives unfragmented
	badInARow  = 64   // consecutive unreadable packets before the reader pauses
	badPause   = 5 * time.Millisecond
)

// read passes packets on until the connection is closed. Since a malformed packet makes pion's Read fail, errors are counted and
// reading continues: otherwise one bad packet would silence the speaker. After many consecutive errors it pauses, so that it can't
// spin.
//
// A server may reuse the media section and SSRC of a participant who left for another. pion then renames the track without calling
// OnTrack: the new name opens a new sink, so that words are not attributed to the wrong person.
func (c *Conn) read(t *webrtc.TrackRemote, mid string, levelExtID uint8) {
	var sink Sink
	var id, stream string
	open := func() {
		id, stream = t.ID(), t.StreamID()
		sink = nil
		if t.Kind() == webrtc.RTPCodecTypeAudio {
			sink = c.h.Track(RemoteTrack{ID: id, StreamID: stream, MID: mid, SSRC: uint32(t.SSRC())})
		}
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

// ignored discards the packets of an unwanted track, which must be read nonetheless.
type ignored struct{}

// Packet implements Sink.
func (ignored) Packet([]byte, uint8) {}

// End implements Sink.
func (ignored) End() {}

// pause waits for badPause and reports whether the connection is down.
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
