package server

import (
	"context"
	"errors"
	"net/netip"
	"sync"

	"earshot/bot/lounge"
	"earshot/bot/lounge/server/budget"
	"earshot/bot/lounge/server/rooms"
	"earshot/bot/peer"
)

var (
	errClosing = errors.New("the lounge is closing")
	errDeleted = errors.New("the client left")
	errLeft    = errors.New("the speaker left")
)

// sessions are the WHIP and WHEP sessions of a lounge. Safe for concurrent use.
type sessions struct {
	closing chan struct{}  // closed when no more may begin
	running sync.WaitGroup // sessions, and the requests that may begin one

	mu   sync.Mutex
	byID map[string]*resource
}

func newSessions() *sessions {
	return &sessions{closing: make(chan struct{}), byID: map[string]*resource{}}
}

// resource is one WHIP or WHEP session. Whoever knows its id may change and end it.
type resource struct {
	id       string
	etag     string
	conn     *peer.Conn
	speaker  *rooms.Speaker // of a publication; nil when hearing
	reserved *budget.Reservation
	from     netip.Addr // to which checks may be sent
	tried    int        // candidates so far; guarded by sessions.mu
	cancel   context.CancelCauseFunc
	ctx      context.Context //nolint:containedctx // the session's life, not a request's
}

// ID implements rooms.Session.
func (r *resource) ID() string { return r.id }

// End implements rooms.Session. The place is free at once: whoever is replaced does not hold up the one who comes.
func (r *resource) End(reason error) {
	r.reserved.Release()
	r.cancel(reason)
}

// Done implements rooms.Session.
func (r *resource) Done() <-chan struct{} { return r.ctx.Done() }

// begin keeps shut from returning until done is called; ok is false when no session may begin any more.
func (s *sessions) begin() (done func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.closing:
		return nil, false
	default:
		s.running.Add(1)
		return s.running.Done, true
	}
}

// open registers the session of an entry, with the publication that it is for. Whoever calls it has begun, and calls serve or drop.
func (s *sessions) open(e *entry, p *rooms.Speaker) *resource {
	ctx, cancel := context.WithCancelCause(context.Background())
	res := &resource{
		id: rooms.Secret(), etag: `"` + rooms.Secret()[:10] + `"`, conn: e.conn, speaker: p, reserved: e.reserved,
		from: e.Addr, tried: e.offer.candidates, ctx: ctx, cancel: cancel,
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byID[res.id] = res
	s.running.Add(1)
	select {
	case <-s.closing:
		cancel(errClosing)
	default:
	}
	return res
}

// serve keeps a session until the client leaves, the connection fails or the lounge closes, and returns why it is over. gone is
// called then.
func (s *sessions) serve(res *resource, gone func()) error {
	err := res.conn.Connected(res.ctx, lounge.ConnectWithin)
	if err == nil {
		err = res.conn.Wait(res.ctx)
	}
	gone()
	s.drop(res)
	return err
}

// drop forgets a session and closes its connection.
func (s *sessions) drop(res *resource) {
	defer s.running.Done()
	s.mu.Lock()
	delete(s.byID, res.id)
	s.mu.Unlock()
	res.End(errLeft)
	res.conn.Close()
}

// endWith ends a listener's session when the publication that it hears is over.
func (s *sessions) endWith(res *resource, publication rooms.Session) {
	s.running.Go(func() {
		select {
		case <-publication.Done():
			res.End(errLeft)
		case <-res.Done():
		}
	})
}

func (s *sessions) find(id string) *resource {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byID[id]
}

// try reports whether one more candidate of a session may be tried, and counts it.
func (s *sessions) try(res *resource, candidate string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if res.tried >= mostCandidates || !reachable(candidate, res.from) {
		return false
	}
	res.tried++
	return true
}

// shut lets no session begin any more and ends those that there are; calling it again does nothing.
func (s *sessions) shut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.closing:
		return
	default:
	}
	close(s.closing)
	for _, res := range s.byID {
		res.cancel(errClosing)
	}
}

// entry is what publications and listeners begin with.
type entry struct {
	budget.Caller
	room     string
	offer    offered
	reserved *budget.Reservation
	conn     *peer.Conn
}
