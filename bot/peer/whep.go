package peer

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// connectWithin bounds ICE and DTLS; the signalling has its own bounds.
	connectWithin = 12 * time.Second
	// firstWithin is the same, while there are ICE servers that the server named and that were not used yet.
	firstWithin = 5 * time.Second
	// gatherWithin is how long an offer waits for candidates; later ones are trickled.
	gatherWithin = 2 * time.Second
)

// Listening is one WHEP session: one PeerConnection that receives one stream.
type Listening struct {
	conn *Conn
	res  *Resource
	late *trickle
}

// Listen asks a WHEP endpoint for its stream and returns when media can flow. The packets of all its tracks go to sink
// (a server may change the SSRC and so start a new track). The sink's End is never called: the caller does that after
// Close, or when Listen failed. The caller must Close what it gets. When no path is found with the ICE servers at hand,
// those that the server named in its answer are tried too.
func (f *Factory) Listen(ctx context.Context, e Endpoint, sink Sink) (*Listening, error) {
	var servers []ICEServer
	if e.Discover {
		servers = e.options(ctx)
	}
	l, err := f.listen(ctx, e, sink, servers)
	if err == nil || !errors.Is(err, ErrNoPath) || len(servers) > 0 || l.res == nil || len(l.res.Servers) == 0 {
		return opened(l, err)
	}
	servers = l.res.Servers
	l.Close()
	return opened(f.listen(ctx, e, sink, servers))
}

// opened closes a session that did not come up.
func opened(l *Listening, err error) (*Listening, error) {
	if err != nil && l != nil {
		l.Close()
		return nil, err
	}
	return l, err
}

// listen makes one session. After an error the caller closes what it gets, which may be nil.
func (f *Factory) listen(ctx context.Context, e Endpoint, sink Sink, servers []ICEServer) (*Listening, error) {
	late := newTrickle()
	conn, err := f.Receiver(Handler{Track: func(RemoteTrack) Sink { return unended{sink} }, Candidate: late.take}, servers...)
	if err != nil {
		return nil, err
	}
	conn.anySSRC = true
	l := &Listening{conn: conn, late: late}
	return l, l.open(ctx, e, len(servers) == 0)
}

// unended keeps one reader's end from ending the sink that several readers may share.
type unended struct{ Sink }

// End does nothing: the Listening's owner ends the sink.
func (unended) End() {}

func (l *Listening) open(ctx context.Context, e Endpoint, more bool) error {
	offer, err := l.conn.OfferWithin(ctx, gatherWithin)
	if err != nil {
		return err
	}
	answer, res, err := e.Post(ctx, offer)
	if err != nil {
		return fmt.Errorf("WHEP: %w", err)
	}
	l.res = res
	if err := l.conn.Answer(answer); err != nil {
		return err
	}
	l.late.start(res, offer)
	within := connectWithin
	if more && len(res.Servers) > 0 {
		within = firstWithin
	}
	return l.conn.Connected(ctx, within)
}

// Wait returns ErrLost (wrapped) when the connection ended by itself, or the context's cause.
func (l *Listening) Wait(ctx context.Context) error { return l.conn.Wait(ctx) }

// Stats returns the connection's counters.
func (l *Listening) Stats() Stats { return l.conn.Stats() }

// Close tells the server with DELETE and returns when every goroutine of the connection has ended. The sink gets no
// call after it.
func (l *Listening) Close() {
	l.late.stop()
	if l.res != nil {
		_ = l.res.Delete(context.Background()) // the server notices a lost listener by itself
	}
	l.conn.Close()
}
