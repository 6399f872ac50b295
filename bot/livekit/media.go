package livekit

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	lk "github.com/livekit/protocol/livekit"
	"github.com/pion/webrtc/v3"

	"earshot/bot"
	"earshot/bot/peer"
	"earshot/models"
)

// subscriber is the PeerConnection that receives everybody's audio. The server offers, we answer.
type subscriber struct {
	s             *stay
	conn          *peer.Conn
	early         []webrtc.ICECandidateInit // came before the first offer
	offer, answer string
}

func newSubscriber(s *stay, servers []peer.ICEServer) (*subscriber, error) {
	m := &subscriber{s: s}
	conn, err := s.c.cfg.Peer.Receiver(peer.Handler{
		Track: s.track, Full: s.full, Data: s.data, Opened: s.opened,
		Candidate: func(c *webrtc.ICECandidateInit) {
			if c != nil {
				_ = s.signal().send(trickle(c, lk.SignalTarget_SUBSCRIBER))
			}
		},
	}, servers...)
	m.conn = conn
	return m, err
}

func iceServers(in []*lk.ICEServer) []peer.ICEServer {
	var out []peer.ICEServer
	for _, s := range in {
		out = append(out, peer.ICEServer{URLs: s.GetUrls(), Username: s.GetUsername(), Credential: s.GetCredential()})
	}
	return out
}

// offered answers the server's offer, first or renewed.
func (m *subscriber) offered(ctx context.Context, sdp string) error {
	answer, err := m.conn.Accept(ctx, sdp, false)
	if err != nil {
		return bot.Retry(models.EndFailedServer, err)
	}
	m.offer, m.answer = sdp, answer
	if err := m.s.signal().send(&lk.SignalRequest{Message: &lk.SignalRequest_Answer{Answer: description("answer", answer)}}); err != nil {
		m.s.c.log.Debug("an answer was not sent", "err", err) // the broken websocket shows when it is read
	}
	for _, c := range m.early {
		m.add(c)
	}
	m.early = nil
	return nil
}

// candidate adds one of the server's ICE candidates; it may come before the offer.
func (m *subscriber) candidate(t *lk.TrickleRequest) {
	var c webrtc.ICECandidateInit
	if t.GetTarget() != lk.SignalTarget_SUBSCRIBER || json.Unmarshal([]byte(t.GetCandidateInit()), &c) != nil {
		return
	}
	if m.offer == "" {
		m.early = append(m.early, c)
		return
	}
	m.add(c)
}

func (m *subscriber) add(c webrtc.ICECandidateInit) {
	if err := m.conn.AddCandidate(c); err != nil {
		m.s.c.log.Debug("a candidate was not taken", "err", err)
	}
}

func (m *subscriber) descriptions() (offer, answer string) { return m.offer, m.answer }

// ownerWithin is how long a track waits to learn whose it is.
const ownerWithin = 3 * time.Second

// track opens the handler for a track. Called from the track's goroutine, it may wait.
func (s *stay) track(t peer.RemoteTrack) peer.Sink {
	select {
	case <-s.ready:
	case <-s.done:
		return nil
	}
	owner, sid := trackOf(t)
	var p *person
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		select {
		case <-s.done:
			cancel()
		case <-stop:
		}
	}()
	s.people.until(ctx, ownerWithin, func() bool { p = s.people.sid(owner); return p != nil })
	info := bot.TrackInfo{Track: sid, SpeakerID: owner, SpeakerName: owner, Attribution: models.AttributionUnknown}
	if p != nil {
		info = bot.TrackInfo{
			Track: sid, SpeakerID: p.info.GetIdentity(), SpeakerName: p.name(), Role: p.role, Attribution: models.AttributionTrack,
		}
	}
	return s.handler.Track(info)
}

// full tells the host that a track waits.
func (s *stay) full(open int) {
	if e, ok := s.handler.(bot.CrowdHandler); ok {
		e.Crowded(open)
	}
}

// trackOf reads whose track it is: the stream is called PA_…|TR_… or PA_…|name, the track TR_….
func trackOf(t peer.RemoteTrack) (owner, sid string) {
	owner, rest, _ := strings.Cut(t.StreamID, "|")
	if strings.HasPrefix(t.ID, "TR_") || !strings.HasPrefix(rest, "TR_") {
		return owner, t.ID
	}
	return owner, rest
}
