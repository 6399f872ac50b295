package livekit

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	lk "github.com/livekit/protocol/livekit"

	"earshot/bot"
	"earshot/bot/peer"
	"earshot/models"
)

// connectWithin bounds ICE and DTLS.
const connectWithin = 12 * time.Second

// stay is one connection to the room. Fields without a lock belong to the goroutine of Run.
type stay struct {
	c       *Connector
	handler bot.RoomHandler
	people  *people
	in      chan message
	done    chan struct{} // closed when the stay is over
	ready   chan struct{} // closed after Joined has been called
	group   sync.WaitGroup

	media    *subscriber
	me       string // our sid
	identity string
	tracks   tracks
	every    time.Duration // between pings
	servers  []peer.ICEServer
	can      chan bool // whether we may moderate
	local    *localParticipant
	echoes   *echoes

	mu      sync.Mutex
	sig     *signal
	talker  *talker    // nil until there is something to say
	talking sync.Mutex // of making the talker
}

func newStay(c *Connector, handler bot.RoomHandler, sig *signal) *stay {
	return &stay{
		c: c, handler: handler, people: newPeople(), in: make(chan message), done: make(chan struct{}), ready: make(chan struct{}),
		tracks: tracks{map[string]bool{}, map[string]encryptedTrack{}}, every: pingDefault, can: make(chan bool, 1),
		sig: sig, local: newLocalParticipant(), echoes: newEchoes(),
	}
}

// first waits for the join response.
func (s *stay) first(ctx context.Context) (*lk.JoinResponse, error) {
	defer context.AfterFunc(ctx, s.sig.close)()
	m, err := s.sig.receive()
	if err != nil {
		return nil, bot.Retry(models.EndFailedServer, err)
	}
	if l := m.GetLeave(); l != nil {
		return nil, s.farewell(l)
	}
	j := m.GetJoin()
	if j == nil || j.GetParticipant() == nil {
		return nil, bot.Retry(models.EndFailedServer, errors.New("livekit: the server's first message is no join response"))
	}
	if p := j.GetParticipant().GetPermission(); p != nil && !p.GetCanSubscribe() {
		err := errors.New("livekit: the token does not let the bot listen")
		return nil, models.WithHint(bot.End(models.EndDenied, err), "make one with the canSubscribe grant")
	}
	return j, nil
}

// farewell is left, for a connection that cannot be resumed.
func (s *stay) farewell(l *lk.LeaveRequest) error {
	err := left(l)
	if errors.Is(err, errResume) {
		return bot.Retry(models.EndFailedServer, err)
	}
	return err
}

// enter applies the join response and starts to listen.
func (s *stay) enter(ctx context.Context, j *lk.JoinResponse) error {
	s.me, s.identity = j.GetParticipant().GetSid(), j.GetParticipant().GetIdentity()
	if n := j.GetPingInterval(); n > 0 {
		s.every = time.Duration(n) * time.Second
	}
	if n := j.GetPingTimeout(); n > 0 {
		s.sig.silent = time.Duration(n) * time.Second
	}
	s.servers = iceServers(j.GetIceServers())
	s.local.enters(j.GetParticipant())
	media, err := newSubscriber(s, s.servers)
	if err != nil {
		return err
	}
	s.media = media
	s.listenTo(s.sig)
	if err := s.update(j.GetOtherParticipants()); err != nil {
		return err
	}
	s.group.Go(func() { s.learnRights(ctx) })
	s.c.log.Info("joined", "server", j.GetServerInfo().GetVersion(), "participants", len(j.GetOtherParticipants()))
	return nil
}

func (s *stay) listenTo(sig *signal) {
	s.group.Go(func() { sig.pump(s.in, s.done) })
}

// follow handles messages until the stay is over.
func (s *stay) follow(ctx context.Context) error {
	tick := time.NewTicker(s.every)
	defer tick.Stop()
	tooLate := time.NewTimer(connectWithin)
	defer tooLate.Stop()
	up, can := s.media.conn.Up(), (chan bool)(nil)
	for {
		var err error
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case m := <-s.in:
			err = s.take(ctx, m)
		case <-tick.C:
			_ = s.signal().send(ping(time.Now())) // a broken websocket shows when it is read
		case <-up:
			up, can = nil, s.can
			tooLate.Stop()
		case yes := <-can:
			s.joined(yes)
		case <-tooLate.C:
			err = fmt.Errorf("livekit: %w within %v", peer.ErrNoPath, connectWithin)
			return models.WithHint(
				bot.Retry(models.EndFailedICE, err), "check that UDP passes between this machine and the server, or configure a TURN server",
			)
		case <-s.media.conn.Done():
			if up != nil {
				return bot.Retry(models.EndFailedICE, fmt.Errorf("livekit: %w", peer.ErrNoPath))
			}
			return bot.Retry(models.EndFailedServer, fmt.Errorf("livekit: %w", peer.ErrLost))
		}
		if err != nil {
			return err
		}
	}
}

// part sends a leave request, whatever ended the stay, and waits for the answer: otherwise we would stay in the participant list
// until the server times us out.
func (s *stay) part() {
	sig := s.signal()
	if sig.leave() != nil {
		return
	}
	t := time.NewTimer(2 * partWithin)
	defer t.Stop()
	for {
		select {
		case m := <-s.in:
			if m.from == sig && m.err != nil {
				return
			}
		case <-t.C:
			return
		}
	}
}

// joined tells the handler that the bot is in, and then about everybody who is there; after a change of rights it tells only the
// former.
func (s *stay) joined(moderates bool) {
	s.local.setModerates(moderates)
	s.handler.Joined(s.local.capabilities())
	if s.isReady() {
		return
	}
	for _, p := range s.people.all() {
		s.tell(p)
	}
	close(s.ready)
}

func (s *stay) isReady() bool {
	select {
	case <-s.ready:
		return true
	default:
		return false
	}
}

func (s *stay) tell(p *person) {
	if p.counts() {
		s.handler.Speaker(models.Speaker{ID: p.info.GetIdentity(), Name: p.name(), Role: p.role})
	}
	s.tellEncrypted(p)
}

// take handles one message of the server.
func (s *stay) take(ctx context.Context, m message) error {
	if m.from != s.signal() {
		return nil // of a websocket that was abandoned
	}
	if m.err != nil {
		return s.resume(ctx, m.err)
	}
	switch x := m.m.GetMessage().(type) {
	case *lk.SignalResponse_Offer:
		return s.media.offered(ctx, x.Offer.GetSdp())
	case *lk.SignalResponse_Answer:
		if t := s.currentTalker(); t != nil {
			if err := t.answer(x.Answer.GetSdp()); err != nil {
				s.c.log.Warn("no connection for messages", "err", err)
			}
		}
	case *lk.SignalResponse_Trickle:
		if t := s.currentTalker(); t != nil && x.Trickle.GetTarget() == lk.SignalTarget_PUBLISHER {
			t.candidate(x.Trickle.GetCandidateInit())
			return nil
		}
		s.media.candidate(x.Trickle)
	case *lk.SignalResponse_Update:
		return s.update(x.Update.GetParticipants())
	case *lk.SignalResponse_SpeakersChanged:
		s.talk(x.SpeakersChanged.GetSpeakers())
	case *lk.SignalResponse_RefreshToken:
		s.c.refreshed(x.RefreshToken)
	case *lk.SignalResponse_SubscriptionPermissionUpdate:
		if u := x.SubscriptionPermissionUpdate; !u.GetAllowed() {
			s.c.log.Warn("a speaker does not let the bot listen", "track", u.GetTrackSid())
		}
	case *lk.SignalResponse_SubscriptionResponse:
		if x.SubscriptionResponse.GetErr() != lk.SubscriptionError_SE_UNKNOWN {
			s.c.log.Warn("a track cannot be heard", "track", x.SubscriptionResponse.GetTrackSid(), "err", x.SubscriptionResponse.GetErr().String())
		}
	case *lk.SignalResponse_Leave:
		err := left(x.Leave)
		if errors.Is(err, errResume) {
			return s.resume(ctx, err)
		}
		return err
	}
	return nil
}

// update applies participant updates.
func (s *stay) update(news []*lk.ParticipantInfo) error {
	for _, p := range news {
		if p.GetSid() == s.me {
			s.local.take(p)
			s.local.isShown()
			if err := s.permitted(p); err != nil {
				return err
			}
			continue
		}
		if p.GetState() == lk.ParticipantInfo_DISCONNECTED {
			s.endEncrypted(func(_ string, e encryptedTrack) bool { return e.owner == p.GetSid() })
			if id, gone := s.people.drop(p.GetSid()); gone {
				s.handler.Left(id)
			}
			continue
		}
		now, fresh := s.people.put(p)
		if !fresh {
			continue
		}
		if s.isReady() {
			s.tell(now)
		}
		s.subscribe(now)
	}
	return nil
}

// permitted applies a change of our own rights.
func (s *stay) permitted(me *lk.ParticipantInfo) error {
	if p := me.GetPermission(); p != nil && !p.GetCanSubscribe() {
		return bot.End(models.EndDenied, errors.New("livekit: the right to listen was taken from the bot"))
	}
	if s.local.permitted(me) && s.isReady() {
		s.handler.Joined(s.local.capabilities())
	}
	return nil
}

// Abilities is what the bot can do in a LiveKit room with the server's key and secret. Removing is no ban: the same token
// joins again.
func Abilities() bot.Capabilities {
	return bot.Capabilities{Message: true, PrivateMessage: true, Mute: true, Unmute: true, ToAudience: true, Remove: true, SelfUnmute: true}
}

// talk applies an update of who is talking.
func (s *stay) talk(speakers []*lk.SpeakerInfo) {
	for _, x := range speakers {
		if p := s.people.sid(x.GetSid()); p != nil && s.isReady() && !unheard(p.info) {
			s.handler.Talking(p.info.GetIdentity(), x.GetActive())
		}
	}
}

// subscribe subscribes to a participant's audio. Video is never subscribed to.
func (s *stay) subscribe(p *person) {
	var sids []string
	for _, t := range audible(p.info) {
		if s.tracks.subscribed[t.GetSid()] {
			continue
		}
		s.tracks.subscribed[t.GetSid()] = true
		if t.GetEncryption() != lk.Encryption_NONE {
			continue // the handler is told
		}
		sids = append(sids, t.GetSid())
	}
	if len(sids) > 0 {
		_ = s.signal().send(subscription(sids))
	}
}

func subscription(sids []string) *lk.SignalRequest {
	return &lk.SignalRequest{Message: &lk.SignalRequest_Subscription{Subscription: &lk.UpdateSubscription{TrackSids: sids, Subscribe: true}}}
}

func (s *stay) signal() *signal {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sig
}

// end closes everything and returns once all goroutines of the stay have ended.
func (s *stay) end() {
	s.endEncrypted(func(string, encryptedTrack) bool { return true })
	if s.media != nil {
		s.part()
	}
	close(s.done)
	s.signal().close()
	s.talking.Lock() // whoever opens it is on the way out
	defer s.talking.Unlock()
	if t := s.currentTalker(); t != nil {
		t.conn.Close()
	}
	if s.media != nil {
		s.media.conn.Close()
	}
	s.group.Wait()
}
