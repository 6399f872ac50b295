package livekit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	lk "github.com/livekit/protocol/livekit"
	"github.com/pion/webrtc/v3"
	"google.golang.org/protobuf/proto"

	"earshot/bot/peer"
)

// reliable is the label by which the server knows the channel for messages that must arrive.
const reliable = "_reliable"

// talkWithin is how long opening the channel may take.
const talkWithin = 4 * time.Second

var errNoChannel = errors.New("livekit: no channel for messages")

// talker is the bot's own publishing connection for messages, which appear under its name; messages of the server's RoomService
// have no sender. It is made when there is something to say.
type talker struct {
	conn *peer.Conn
	ch   *peer.Channel

	mu       sync.Mutex
	answered bool
	early    []webrtc.ICECandidateInit
}

// newTalker makes the connection; offer announces it to the server.
func (s *stay) newTalker(ctx context.Context) (*talker, error) {
	t := &talker{}
	var err error
	t.conn, t.ch, err = s.c.cfg.Peer.Caller(reliable, peer.Handler{Candidate: func(c *webrtc.ICECandidateInit) {
		if c != nil {
			_ = s.signal().send(trickle(c, lk.SignalTarget_PUBLISHER))
		}
	}}, s.servers...)
	if err != nil {
		return nil, err
	}
	if _, err := t.conn.OfferNow(ctx); err != nil {
		t.conn.Close()
		return nil, err
	}
	s.setTalker(t)
	return t, nil
}

// offer sends the offer, with the candidates found so far, unless the server has answered. The websocket may have broken before the
// offer or its answer got through: then the same offer is sent again.
func (t *talker) offer(to *signal) error {
	if t.isAnswered() {
		return nil
	}
	return to.send(&lk.SignalRequest{Message: &lk.SignalRequest_Offer{Offer: description("offer", t.conn.Description())}})
}

// channel is where messages go; it is opened on first use.
func (s *stay) channel(ctx context.Context) (*peer.Channel, error) {
	s.talking.Lock()
	defer s.talking.Unlock()
	select {
	case <-s.done:
		return nil, errNoChannel
	default:
	}
	t, err := s.livingTalker(ctx)
	if err != nil {
		return nil, err
	}
	if err := t.offer(s.signal()); err != nil {
		return nil, err
	}
	timer := time.NewTimer(talkWithin)
	defer timer.Stop()
	select {
	case <-t.ch.Opened():
	case <-t.conn.Done():
		return nil, errNoChannel
	case <-s.done:
		return nil, errNoChannel
	case <-timer.C:
		return nil, fmt.Errorf("%w within %v", errNoChannel, talkWithin)
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	select {
	case <-t.conn.Done():
		return nil, errNoChannel
	default:
		return t.ch, nil
	}
}

// livingTalker is the current connection, or a new one to replace one that failed. The caller holds talking.
func (s *stay) livingTalker(ctx context.Context) (*talker, error) {
	t := s.currentTalker()
	if t == nil {
		return s.newTalker(ctx)
	}
	select {
	case <-t.conn.Done():
		s.setTalker(nil)
		t.conn.Close()
		return s.newTalker(ctx)
	default:
		return t, nil
	}
}

func (s *stay) setTalker(t *talker) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.talker = t
}

func (s *stay) currentTalker() *talker {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.talker
}

func (t *talker) isAnswered() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.answered
}

// answer completes the offer. Called from the stay's goroutine.
func (t *talker) answer(sdp string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.answered { // the offer was sent twice
		return nil
	}
	if err := t.conn.Answer(sdp); err != nil {
		return err
	}
	t.answered = true
	for _, c := range t.early {
		_ = t.conn.AddCandidate(c) // another may work
	}
	t.early = nil
	return nil
}

// candidate adds one of the server's candidates, which may come before the answer.
func (t *talker) candidate(init string) {
	var c webrtc.ICECandidateInit
	if json.Unmarshal([]byte(init), &c) != nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.answered {
		t.early = append(t.early, c)
		return
	}
	_ = t.conn.AddCandidate(c)
}

// say sends a payload on a topic to everybody, or to some, under the bot's own name.
func say(ch *peer.Channel, topic string, payload []byte, to []string) error {
	b, err := proto.Marshal(&lk.DataPacket{
		Kind: lk.DataPacket_RELIABLE, DestinationIdentities: to, //nolint:staticcheck // older servers read the kind
		Value: &lk.DataPacket_User{User: &lk.UserPacket{Payload: payload, Topic: &topic}},
	})
	if err != nil {
		return fmt.Errorf("livekit: message: %w", err)
	}
	return ch.Send(b) //nolint:wrapcheck // it says what it is
}
