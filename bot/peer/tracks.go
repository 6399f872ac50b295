package peer

import (
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v3"
)

// onTrack reads a track until it ends. pion calls it on a separate goroutine for each track.
func (c *Conn) onTrack(t *webrtc.TrackRemote, r *webrtc.RTPReceiver) {
	if c.h.Track == nil {
		return
	}
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return
	}
	c.readers.Add(1)
	c.mu.Unlock()
	defer c.readers.Done()
	if !c.place() {
		return
	}
	defer func() { <-c.places }()
	mid := ""
	for _, tr := range c.pc.GetTransceivers() {
		if tr.Receiver() == r {
			mid = tr.Mid()
		}
	}
	c.read(t, mid, levelExtension(r))
}

// place waits until another track may be read; it returns false if the connection ends first.
func (c *Conn) place() bool {
	select {
	case c.places <- struct{}{}:
		return true
	default:
	}
	if c.h.Full != nil {
		c.h.Full(cap(c.places))
	}
	select {
	case c.places <- struct{}{}:
		return true
	case <-c.down:
		return false
	}
}

func levelExtension(r *webrtc.RTPReceiver) uint8 {
	for _, e := range r.GetParameters().HeaderExtensions {
		if e.URI == sdp.AudioLevelURI && e.ID > 0 && e.ID < 256 {
			return uint8(e.ID)
		}
	}
	return 0
}
