package livekit

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	lk "github.com/livekit/protocol/livekit"
	"github.com/pion/webrtc/v3"
	"google.golang.org/protobuf/proto"

	"earshot/bot/audio"
	"earshot/bot/peer"
	"earshot/models"
	"earshot/models/ticks"
)

// PublishConfig says what to play where, and as whom.
type PublishConfig struct {
	// URL is the room's, as in Config.
	URL string
	// Auth must hold a key and a secret.
	Auth           Credentials
	Identity, Name string
	// Role becomes the role attribute of the token; may be empty.
	Role models.Role
	// Next gives the recording's Opus packets with their times; io.EOF after the last. Nil: nothing is played, the
	// participant stays until the context ends.
	Next func() (opus []byte, at time.Duration, err error)
	Peer *peer.Factory
	// Ready, when set, is called once media can flow. The recording's clock starts when it returns.
	Ready func(ctx context.Context)
	// Heard, when set, gets the data messages of others with their identity, from several goroutines.
	Heard func(from, topic string, payload []byte)
	// Packet, when set, gets every message of the server's data channels as it came, from several goroutines.
	Packet func(message []byte)
	// Stubborn makes the participant unmute whenever it is muted.
	Stubborn bool
}

// Publish joins a room as a participant and plays a recording there in real time, for trying a room out and for tests. It
// returns nil when it has been played, the server's leave request, or the context's cause. It goes on sending while muted.
func Publish(ctx context.Context, c PublishConfig) error {
	at, err := parseURL(c.URL)
	if err != nil {
		return err
	}
	track, err := webrtc.NewTrackLocalStaticRTP(peer.OpusCodec(), "microphone", "person")
	if err != nil {
		return fmt.Errorf("livekit: publish: %w", err)
	}
	yes := true
	claims := Claims{
		Identity: c.Identity, Name: c.Name,
		Video: &Grant{Room: at.room, RoomJoin: true, CanPublish: &yes, CanSubscribe: &yes, CanPublishData: &yes},
	}
	if c.Role != "" {
		claims.Attributes = map[string]string{RoleAttribute: string(c.Role)}
	}
	token, err := c.Auth.Sign(claims, time.Now(), joinFor)
	if err != nil {
		return err
	}
	sig, err := dial(ctx, c.Peer, at.ws, token, map[string][]string{})
	if err != nil {
		return refusal(err)
	}
	p := &publisher{c: c, sig: sig, track: track}
	defer p.close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	return p.run(ctx)
}

// publisher is one participant that plays a recording. Its fields belong to the goroutine of run.
type publisher struct {
	c          PublishConfig
	sig        *signal
	track      *webrtc.TrackLocalStaticRTP
	up, down   *peer.Conn // to the server, and from it
	early      [2][]webrtc.ICECandidateInit
	described  [2]bool // by target: candidates may be added
	group      sync.WaitGroup
	cancelPlay context.CancelFunc
}

func (p *publisher) close() {
	p.sig.close()
	if p.cancelPlay != nil {
		p.cancelPlay()
	}
	for _, c := range []*peer.Conn{p.up, p.down} {
		if c != nil {
			c.Close()
		}
	}
	p.group.Wait()
}

func (p *publisher) run(ctx context.Context) error {
	defer context.AfterFunc(ctx, func() { _ = p.sig.leave() })()
	err := p.begin(ctx)
	p.group.Go(func() { p.ping(ctx) })
	played := make(chan error, 1)
	for err == nil {
		var m *lk.SignalResponse
		if m, err = p.sig.receive(); err == nil {
			err = p.take(ctx, m, played)
		}
	}
	select {
	case over := <-played:
		return over
	default:
	}
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// ping keeps the signalling alive until the context ends.
func (p *publisher) ping(ctx context.Context) {
	for now := range ticks.Every(ctx, pingDefault) {
		_ = p.sig.send(ping(now)) // a broken websocket shows when it is read
	}
}

// begin joins, opens both connections and asks to publish.
func (p *publisher) begin(ctx context.Context) error {
	m, err := p.sig.receive()
	if err != nil {
		return err
	}
	if l := m.GetLeave(); l != nil {
		return left(l)
	}
	servers := iceServers(m.GetJoin().GetIceServers())
	p.down, err = p.c.Peer.Receiver(peer.Handler{Data: p.data, Candidate: p.trickle(lk.SignalTarget_SUBSCRIBER)}, servers...)
	if err != nil {
		return err
	}
	if p.c.Next == nil {
		if p.c.Ready != nil {
			p.c.Ready(ctx)
		}
		return nil
	}
	if p.up, err = p.c.Peer.Sender(p.track, servers...); err != nil {
		return err
	}
	return p.sig.send(&lk.SignalRequest{Message: &lk.SignalRequest_AddTrack{AddTrack: &lk.AddTrackRequest{
		Cid: p.track.ID(), Name: "microphone", Type: lk.TrackType_AUDIO, Source: lk.TrackSource_MICROPHONE, DisableRed: true,
	}}})
}

func (p *publisher) trickle(target lk.SignalTarget) func(*webrtc.ICECandidateInit) {
	return func(c *webrtc.ICECandidateInit) {
		if c != nil {
			_ = p.sig.send(trickle(c, target))
		}
	}
}

func (p *publisher) data(_ string, b []byte) {
	if p.c.Packet != nil {
		p.c.Packet(b)
	}
	var d lk.DataPacket
	if p.c.Heard != nil && proto.Unmarshal(b, &d) == nil && d.GetUser() != nil {
		p.c.Heard(d.GetParticipantIdentity(), d.GetUser().GetTopic(), d.GetUser().GetPayload())
	}
}

func (p *publisher) take(ctx context.Context, m *lk.SignalResponse, played chan<- error) error {
	switch x := m.GetMessage().(type) {
	case *lk.SignalResponse_Offer:
		answer, err := p.down.Accept(ctx, x.Offer.GetSdp(), false)
		if err != nil {
			return err
		}
		p.flush(lk.SignalTarget_SUBSCRIBER, p.down)
		return p.sig.send(&lk.SignalRequest{Message: &lk.SignalRequest_Answer{Answer: description("answer", answer)}})
	case *lk.SignalResponse_TrackPublished:
		offer, err := p.up.OfferNow(ctx)
		if err != nil {
			return err
		}
		return p.sig.send(&lk.SignalRequest{Message: &lk.SignalRequest_Offer{Offer: description("offer", offer)}})
	case *lk.SignalResponse_Answer:
		if err := p.up.Answer(x.Answer.GetSdp()); err != nil {
			return err
		}
		p.flush(lk.SignalTarget_PUBLISHER, p.up)
		p.play(ctx, played)
	case *lk.SignalResponse_Trickle:
		p.candidate(x.Trickle)
	case *lk.SignalResponse_Mute:
		if p.c.Stubborn && x.Mute.GetMuted() {
			return p.sig.send(&lk.SignalRequest{Message: &lk.SignalRequest_Mute{Mute: &lk.MuteTrackRequest{Sid: x.Mute.GetSid()}}})
		}
	case *lk.SignalResponse_Leave:
		return left(x.Leave)
	}
	return nil
}

func (p *publisher) candidate(t *lk.TrickleRequest) {
	var c webrtc.ICECandidateInit
	target := t.GetTarget()
	if json.Unmarshal([]byte(t.GetCandidateInit()), &c) != nil || target < 0 || int(target) >= len(p.early) {
		return
	}
	conn := p.up
	if target == lk.SignalTarget_SUBSCRIBER {
		conn = p.down
	}
	p.early[target] = append(p.early[target], c)
	if p.described[target] {
		p.flush(target, conn)
	}
}

func (p *publisher) flush(target lk.SignalTarget, conn *peer.Conn) {
	for _, c := range p.early[target] {
		_ = conn.AddCandidate(c) // another may work
	}
	p.early[target], p.described[target] = nil, true
}

// play begins the recording once media can flow, and ends the signalling when it is over.
func (p *publisher) play(ctx context.Context, played chan<- error) {
	ctx, p.cancelPlay = context.WithCancel(ctx)
	p.group.Go(func() {
		err := p.up.Connected(ctx, connectWithin)
		if err == nil {
			if p.c.Ready != nil {
				p.c.Ready(ctx)
			}
			err = p.sound(ctx)
		}
		played <- err
		_ = p.sig.leave()
	})
}

func (p *publisher) sound(ctx context.Context) error {
	meter, err := audio.NewLevelMeter()
	if err != nil {
		return err
	}
	return p.up.Play(ctx, p.track, p.c.Next, meter.Level)
}
