package peer

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/webrtc/v3"

	"earshot/models"
)

// Errors with which a connection ends by itself.
var (
	// ErrNoPath means that ICE or DTLS never connected.
	ErrNoPath = errors.New("no media path to the server")
	// ErrLost means that an established connection was silent for longer than 16 s or was closed by the other side.
	ErrLost = errors.New("media connection lost")
)

// RemoteTrack is an audio track that the other side sends.
type RemoteTrack struct {
	// ID and StreamID come from the SDP's msid; MID is the media section.
	ID, StreamID, MID string
	SSRC              uint32
}

// Sink receives the packets of one track. Packet is called on the track's reading goroutine with an RTP packet (RFC 3550) that is
// valid only during the call, and the id of the audio level header extension (0 if none). End is called once, after the last
// Packet. Neither may block.
type Sink interface {
	Packet(raw []byte, levelExtID uint8)
	End()
}

// Handler holds the callbacks of a Conn. Track may return nil to ignore a track.
type Handler struct {
	Track func(RemoteTrack) Sink
	// Full, if set, is called with the number of open tracks when another track exceeds the maximum. That track is read as soon as one of the
	// open ones ends.
	Full func(open int)
	// Candidate, if set, receives each local ICE candidate (trickle ICE), and nil at the end of candidates.
	Candidate func(*webrtc.ICECandidateInit)
	// Data, if set, receives the messages of the data channels that the other side opens, in order for each channel. It owns the
	// bytes.
	Data func(label string, message []byte)
	// Opened, if set together with Data, is called when such a channel is open; messages sent before are lost.
	Opened func(label string)
}

// Stats counts the packets of a Conn.
type Stats struct {
	// Packets counts those passed to sinks, Bad those that could not be read (malformed, unknown payload type, oversize).
	Packets, Bad uint64
}

// Conn is one receive-only PeerConnection. Its methods may be called from any goroutine, but not from a Handler.
type Conn struct {
	pc        *webrtc.PeerConnection
	starting  *starting
	h         Handler
	anySSRC   bool // accept any SSRC, whatever the answer says
	sends     bool // created by Sender
	reach     Reach
	up        chan struct{} // closed when first connected
	upOnce    sync.Once
	down      chan struct{} // closed when it has failed or was closed
	downOnce  sync.Once
	mu        sync.Mutex
	closed    bool
	readers   sync.WaitGroup
	places    chan struct{} // a semaphore: one element per track being read
	packets   atomic.Uint64
	bad       atomic.Uint64
	closeOnce sync.Once
}

// Receiver returns a receiving Conn. The caller must Close it. extra are ICE servers from the room's server.
func (f *Factory) Receiver(h Handler, extra ...ICEServer) (*Conn, error) {
	pc, err := f.newPC(extra...)
	if err != nil {
		return nil, err
	}
	c := &Conn{
		pc: pc, starting: newStarting(pc), h: h, reach: f.reach,
		up: make(chan struct{}), down: make(chan struct{}), places: make(chan struct{}, maxTracks),
	}
	pc.OnTrack(c.onTrack)
	pc.OnConnectionStateChange(c.onState)
	if h.Data == nil { // otherwise, a server could fill the memory with channels that nobody reads
		pc.OnDataChannel(func(d *webrtc.DataChannel) { _ = d.Close() })
	} else {
		pc.OnDataChannel(func(d *webrtc.DataChannel) {
			d.OnMessage(func(m webrtc.DataChannelMessage) { h.Data(d.Label(), m.Data) })
			if h.Opened != nil {
				d.OnOpen(func() { h.Opened(d.Label()) })
			}
		})
	}
	if h.Candidate != nil {
		pc.OnICECandidate(func(cand *webrtc.ICECandidate) {
			if cand == nil {
				h.Candidate(nil)
				return
			}
			init := cand.ToJSON()
			if f.config.ICETransportPolicy == webrtc.ICETransportPolicyRelay {
				init.Candidate = withoutBase(init.Candidate)
			}
			h.Candidate(&init)
		})
	}
	return c, nil
}

func (c *Conn) onState(s webrtc.PeerConnectionState) {
	switch s {
	case webrtc.PeerConnectionStateConnected:
		c.upOnce.Do(func() { close(c.up) })
	case webrtc.PeerConnectionStateFailed, webrtc.PeerConnectionStateClosed:
		c.downOnce.Do(func() { close(c.down) })
	default:
	}
}

// Offer gathers all candidates and returns the SDP offer of one audio section: a receiving one or, on a Conn from Sender, a sending one. No
// trickle ICE is needed.
func (c *Conn) Offer(ctx context.Context) (string, error) { return c.offer(ctx, gatherAll) }

// OfferWithin is like Offer, but the offer contains only the candidates found within the given time. Handler.Candidate receives all of
// them, including later ones.
func (c *Conn) OfferWithin(ctx context.Context, within time.Duration) (string, error) {
	return c.offer(ctx, within)
}

// OfferNow is like Offer, but does not wait for candidates: they are trickled through Handler.Candidate or, on a Conn from Sender,
// discovered by the other side from connectivity checks.
func (c *Conn) OfferNow(ctx context.Context) (string, error) { return c.offer(ctx, 0) }

func (c *Conn) offer(ctx context.Context, gather time.Duration) (string, error) {
	init := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}
	if !c.sends {
		if _, err := c.pc.AddTransceiverFromKind(webrtc.RTPCodecTypeAudio, init); err != nil {
			return "", fmt.Errorf("peer: offer: %w", err)
		}
	}
	offer, err := c.pc.CreateOffer(nil)
	if err != nil {
		return "", fmt.Errorf("peer: offer: %w", err)
	}
	return setLocal(ctx, c.pc, offer, gather)
}

// Answer completes an Offer with the other side's SDP answer.
func (c *Conn) Answer(answer string) error {
	if c.anySSRC {
		answer = withoutSSRC(answer)
	}
	err := c.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: c.reach.judged(answer)})
	if err != nil {
		return fmt.Errorf("peer: the server's answer: %w", err)
	}
	return nil
}

// Accept applies the other side's SDP offer, initial or renegotiated, and returns the answer. If gather is set, it waits for all
// candidates; otherwise they are trickled through Handler.Candidate.
func (c *Conn) Accept(ctx context.Context, offer string, gather bool) (string, error) {
	err := c.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: c.reach.judged(offer)})
	if err != nil {
		return "", fmt.Errorf("peer: the other side's offer: %w", err)
	}
	answer, err := c.pc.CreateAnswer(nil)
	if err != nil {
		return "", fmt.Errorf("peer: answer: %w", err)
	}
	within := time.Duration(0)
	if gather {
		within = gatherAll
	}
	return setLocal(ctx, c.pc, answer, within)
}

// gatherAll waits for all candidates; pion itself times out on servers that do not respond.
const gatherAll = time.Hour

// setLocal sets a local description, waits up to gather for ICE candidates, and returns the SDP.
func setLocal(ctx context.Context, pc *webrtc.PeerConnection, d webrtc.SessionDescription, gather time.Duration) (string, error) {
	done := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(d); err != nil {
		return "", fmt.Errorf("peer: local description: %w", err)
	}
	if gather > 0 {
		t := time.NewTimer(gather)
		defer t.Stop()
		select {
		case <-done:
		case <-t.C:
		case <-ctx.Done():
			return "", fmt.Errorf("peer: gathering ICE candidates: %w", context.Cause(ctx))
		}
	}
	return local(pc), nil
}

// Description returns the local SDP with the candidates found so far, or "" before there is an offer or answer.
func (c *Conn) Description() string { return local(c.pc) }

func local(pc *webrtc.PeerConnection) string {
	d := pc.LocalDescription()
	if d == nil {
		return ""
	}
	if pc.GetConfiguration().ICETransportPolicy == webrtc.ICETransportPolicyRelay {
		return withoutBase(d.SDP)
	}
	return d.SDP
}

var baseAddress = regexp.MustCompile(` raddr \S+ rport \d+`)

// withoutBase hides the local address in a relayed candidate (RFC 8839 section 5.1 allows 0.0.0.0).
func withoutBase(sdp string) string {
	return baseAddress.ReplaceAllString(sdp, " raddr 0.0.0.0 rport 9")
}

// AddCandidate adds a trickled remote ICE candidate, and ignores one that is out of reach. It fails before the remote description is set.
func (c *Conn) AddCandidate(init webrtc.ICECandidateInit) error {
	if !c.reach.candidate(init.Candidate) {
		return nil
	}
	if err := c.pc.AddICECandidate(init); err != nil {
		return fmt.Errorf("peer: remote candidate: %w", err)
	}
	return nil
}

// Connected waits until media can flow, for at most the given time.
func (c *Conn) Connected(ctx context.Context, within time.Duration) error {
	t := time.NewTimer(within)
	defer t.Stop()
	select {
	case <-c.up:
		return nil
	case <-c.down:
	case <-t.C:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	err := fmt.Errorf("peer: %w within %v", ErrNoPath, within)
	return models.WithHint(err, "check that UDP passes between this machine and the server, or configure a TURN server")
}

// Wait waits until the connection ends by itself, and then returns ErrLost (wrapped), or until the context ends, and then returns its
// cause.
func (c *Conn) Wait(ctx context.Context) error {
	select {
	case <-c.down:
		return fmt.Errorf("peer: %w", ErrLost)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Up returns a channel that is closed when media can flow for the first time.
func (c *Conn) Up() <-chan struct{} { return c.up }

// Done returns a channel that is closed when the connection has failed or was closed.
func (c *Conn) Done() <-chan struct{} { return c.down }

// Stats returns the counters.
func (c *Conn) Stats() Stats { return Stats{Packets: c.packets.Load(), Bad: c.bad.Load()} }

// Close closes the connection. It returns after every reading goroutine has called its sink's End and pion's goroutines have ended. It may
// be called more than once.
func (c *Conn) Close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.closeOnce.Do(func() {
		c.starting.close(c.pc)
		c.downOnce.Do(func() { close(c.down) })
	})
	c.readers.Wait()
}

// maxTracks limits how many tracks a Conn reads at a time, and thereby the memory that a server can make it use.
const maxTracks = 256

// withoutSSRC removes the a=ssrc lines of a description with one media section, so that pion accepts any SSRC: otherwise a stream
// that the server restarts with a new SSRC would not be received.
func withoutSSRC(sdp string) string { return ssrcLine.ReplaceAllString(sdp, "") }

var ssrcLine = regexp.MustCompile(`(?m)^a=ssrc(-group)?:.*\r?\n`)
