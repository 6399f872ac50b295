package peer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v3"
)

const (
	// talkSpurt exceeds the duration of the longest Opus packet: a longer interval between packets is silence.
	talkSpurt = 130 * time.Millisecond
	// linger leaves the last packet and its retransmissions time to arrive before the connection is closed.
	linger = 300 * time.Millisecond
)

// The audio levels (RFC 6464, -dBov) sent with sound and with silence, by which servers detect who is talking.
const (
	levelSound    = 25
	levelSilence  = 127
	silentPayload = 3 // bytes: DTX, or a frame of digital silence
)

// Play sends a recording's Opus packets in real time on the track of a Conn from Sender. It returns nil when it has finished, the context's
// cause, or ErrLost if the connection ended first. next returns the packets in order, each with its time since the start of the recording,
// and io.EOF after the last. RTP timestamps follow these times, so that pauses are preserved.
//
// level, if set, returns the level of a packet (RFC 6464, -dBov), or false if it is unknown. If there is no level, a packet of more than a
// few bytes counts as sound.
func (c *Conn) Play(
	ctx context.Context, track *webrtc.TrackLocalStaticRTP, next func() (opus []byte, at time.Duration, err error),
	level func(opus []byte) (uint8, bool),
) error {
	id := c.levelID()
	p := rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: uint16(rand.Uint32())}} //nolint:gosec // RFC 3550: random start
	first := rand.Uint32()                                                                 //nolint:gosec // the same
	start, last := time.Now(), time.Duration(-1)
	for {
		opus, at, err := next()
		if errors.Is(err, io.EOF) {
			return until(ctx, start.Add(last+linger), c.down)
		}
		if err != nil {
			return fmt.Errorf("peer: the recording: %w", err)
		}
		if err := until(ctx, start.Add(at), c.down); err != nil {
			return err
		}
		p.Marker = last < 0 || at-last > talkSpurt // RFC 3551: the first packet after a silence
		p.Timestamp = first + uint32(at*48/time.Millisecond)
		p.Payload = opus
		if err := setLevel(&p.Header, id, opus, level); err != nil {
			return err
		}
		if err := track.WriteRTP(&p); err != nil {
			return fmt.Errorf("peer: sending: %w", err)
		}
		p.SequenceNumber++
		last = at
	}
}

// levelID returns the negotiated id of the audio level extension, or 0 if there is none.
func (c *Conn) levelID() uint8 {
	for _, s := range c.pc.GetSenders() {
		for _, e := range s.GetParameters().HeaderExtensions {
			if e.URI == sdp.AudioLevelURI && e.ID > 0 && e.ID < 15 {
				return uint8(e.ID)
			}
		}
	}
	return 0
}

func setLevel(h *rtp.Header, id uint8, opus []byte, measure func([]byte) (uint8, bool)) error {
	if id == 0 {
		return nil
	}
	level, known := uint8(levelSound), false
	if measure != nil {
		level, known = measure(opus)
	}
	if !known {
		level = levelSound
		if len(opus) <= silentPayload {
			level = levelSilence
		}
	}
	if err := h.SetExtension(id, []byte{level}); err != nil {
		return fmt.Errorf("peer: sending: %w", err)
	}
	return nil
}

// until waits for a point in time.
func until(ctx context.Context, at time.Time, down <-chan struct{}) error {
	t := time.NewTimer(time.Until(at))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-down:
		return fmt.Errorf("peer: %w", ErrLost)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
