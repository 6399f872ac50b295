package lounge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"

	"earshot/bot/peer"
)

// Frame is one Opus packet and its place in a recording. Frames come in order; a pause between them is silence (DTX).
type Frame struct {
	Opus []byte
	// At is when the packet's sound begins, from the beginning of the recording.
	At time.Duration
}

// Source gives the frames of a recording; io.EOF after the last. A returned frame may be reused by the next call.
type Source interface {
	Next() (Frame, error)
}

// PublishConfig says what to publish where.
type PublishConfig struct {
	// BaseURL is the lounge's http(s) address; the WHIP endpoint is BaseURL/whip/ROOM.
	BaseURL string
	Room    string
	Name    string
	// Key makes the publisher the same person each time (at least 16 characters); may be empty.
	Key    string
	Token  string // the host's, or empty
	Source Source
	Peer   *peer.Factory
	// Ready, when set, is called with the person id once media can flow, before the first frame. The recording's clock
	// starts when it returns.
	Ready func(personID string)
}

// Publish plays a recording into a room in real time and returns nil when it has been played, or the reason why not.
// RTP timestamps follow Frame.At, so pauses arrive as pauses.
func Publish(ctx context.Context, c PublishConfig) error {
	track, err := webrtc.NewTrackLocalStaticRTP(peer.OpusCodec(), "microphone", "lounge")
	if err != nil {
		return fmt.Errorf("lounge: publish: %w", err)
	}
	conn, err := c.Peer.Sender(track)
	if err != nil {
		return err
	}
	defer conn.Close()
	client := peer.NewHTTPClient()
	defer client.CloseIdleConnections()
	res, err := c.connect(ctx, conn, client)
	if err != nil {
		return err
	}
	defer res.Delete(context.WithoutCancel(ctx)) //nolint:errcheck // the server notices by itself
	if c.Ready != nil {
		c.Ready(res.Header.Get(PersonHeader))
	}
	return play(ctx, c.Source, track, conn.Done())
}

func (c PublishConfig) connect(ctx context.Context, conn *peer.Conn, client *http.Client) (*peer.Resource, error) {
	offer, err := conn.Offer(ctx)
	if err != nil {
		return nil, err
	}
	e := peer.Endpoint{
		URL:   strings.TrimRight(c.BaseURL, "/") + "/whip/" + url.PathEscape(c.Room) + "?" + url.Values{"name": {c.Name}}.Encode(),
		Token: c.Token, Client: client,
	}
	if c.Key != "" {
		e.Header = http.Header{KeyHeader: {c.Key}}
	}
	answer, res, err := e.Post(ctx, offer)
	if err != nil {
		return nil, fmt.Errorf("WHIP: %w", err)
	}
	if err = conn.Answer(answer); err == nil {
		err = conn.Connected(ctx, connectWithin)
	}
	if err != nil {
		_ = res.Delete(context.WithoutCancel(ctx))
		return nil, err
	}
	return res, nil
}

// play writes the frames at their times.
func play(ctx context.Context, src Source, track *webrtc.TrackLocalStaticRTP, down <-chan struct{}) error {
	p := rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: uint16(rand.Uint32())}} //nolint:gosec // RFC 3550: random start
	first := rand.Uint32()                                                                 //nolint:gosec // the same
	start := time.Now()
	last := time.Duration(-1)
	for {
		f, err := src.Next()
		if errors.Is(err, io.EOF) {
			return until(ctx, start.Add(last+linger), down)
		}
		if err != nil {
			return fmt.Errorf("lounge: publish: the recording: %w", err)
		}
		if err := until(ctx, start.Add(f.At), down); err != nil {
			return err
		}
		p.Marker = last < 0 || f.At-last > talkSpurt // RFC 3551: the first packet after a silence
		p.Timestamp = first + uint32(f.At*48/time.Millisecond)
		p.Payload = f.Opus
		if err := track.WriteRTP(&p); err != nil {
			return fmt.Errorf("lounge: publish: %w", err)
		}
		p.SequenceNumber++
		last = f.At
	}
}

const (
	// talkSpurt is over the longest Opus packet: a longer step between two packets is a silence.
	talkSpurt = 130 * time.Millisecond
	// linger lets the last packet, and one that was asked for again, arrive before the session is ended.
	linger = 300 * time.Millisecond
)

// until waits for a point in time.
func until(ctx context.Context, at time.Time, down <-chan struct{}) error {
	t := time.NewTimer(time.Until(at))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-down:
		return fmt.Errorf("lounge: publish: %w", peer.ErrLost)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
