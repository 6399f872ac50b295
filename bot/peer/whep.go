package peer

import (
	"context"
	"errors"
	"time"
)

const (
	// connectWithin limits ICE and DTLS; the signalling has separate limits.
	connectWithin = 12 * time.Second
	// firstWithin is that limit while there are ICE servers from the server that have not been tried.
	firstWithin = 5 * time.Second
	// gatherWithin is how long an offer waits for candidates; later ones are trickled.
	gatherWithin = 2 * time.Second
)

// Listening is a WHEP session: a PeerConnection that receives one stream.
type Listening struct {
	conn *Conn
	res  *Resource
	late *trickle
}

// Listen connects to a WHEP endpoint and returns when media can flow. The packets of all its tracks go to sink, because a server may start
// a new track by changing the SSRC. The sink's End is not called: the caller does that after Close, or after Listen has failed. The caller
// must Close the Listening. If no path is found with the known ICE servers, those in the server's response are tried as well.
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

// opened closes a session that failed to open.
func opened(l *Listening, err error) (*Listening, error) {
	if err != nil && l != nil {
		l.Close()
		return nil, err
	}
	return l, err
}

// listen opens a session. After an error, the caller closes the returned session, which may be nil.
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

// unended protects the sink, which several readers may share, from the End of a single reader.
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
		return err
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

// Wait is Conn.Wait of the session's connection.
func (l *Listening) Wait(ctx context.Context) error { return l.conn.Wait(ctx) }

// Stats returns the connection's counters.
func (l *Listening) Stats() Stats { return l.conn.Stats() }

// Close ends the session on the server with DELETE, and returns when every goroutine of the connection has ended. The sink is not called
// afterwards.
func (l *Listening) Close() {
	l.late.stop()
	if l.res != nil {
		_ = l.res.Delete(context.Background()) // the server notices a lost listener by itself
	}
	l.conn.Close()
}
