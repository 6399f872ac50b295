package peer

import (
	"context"
	"fmt"
	"time"
)

// connectWithin bounds ICE and DTLS; the signalling has its own bounds.
const connectWithin = 12 * time.Second

// Listening is one WHEP session: one PeerConnection that receives one stream.
type Listening struct {
	conn *Conn
	res  *Resource
}

// Listen asks a WHEP endpoint for its stream and returns when media can flow. The packets of all its tracks go to sink
// (a server may change the SSRC and so start a new track). The sink's End is never called: the caller does that after
// Close, or when Listen failed. The caller must Close what it gets.
func (f *Factory) Listen(ctx context.Context, e Endpoint, sink Sink) (*Listening, error) {
	conn, err := f.Receiver(Handler{Track: func(RemoteTrack) Sink { return unended{sink} }})
	if err != nil {
		return nil, err
	}
	conn.anySSRC = true
	l := &Listening{conn: conn}
	if err := l.open(ctx, e); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// unended keeps one reader's end from ending the sink that several readers may share.
type unended struct{ Sink }

// End does nothing: the Listening's owner ends the sink.
func (unended) End() {}

func (l *Listening) open(ctx context.Context, e Endpoint) error {
	offer, err := l.conn.Offer(ctx)
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
	return l.conn.Connected(ctx, connectWithin)
}

// Wait returns ErrLost (wrapped) when the connection ended by itself, or the context's cause.
func (l *Listening) Wait(ctx context.Context) error { return l.conn.Wait(ctx) }

// Stats returns the connection's counters.
func (l *Listening) Stats() Stats { return l.conn.Stats() }

// Close tells the server with DELETE and returns when every goroutine of the connection has ended. The sink gets no
// call after it.
func (l *Listening) Close() {
	if l.res != nil {
		_ = l.res.Delete(context.Background()) // the server notices a lost listener by itself
	}
	l.conn.Close()
}
