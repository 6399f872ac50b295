package events

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/web"
)

// Encoder encodes an event for one watcher; the zero Message means that the watcher does not need it.
type Encoder func(models.Event) (Message, error)

// Access determines who may watch. auth.Authenticator implements it.
type Access interface {
	// Open reports whether no login is required.
	Open() bool
	// Changed returns a channel that is closed when somebody's access is next revoked or given up.
	Changed() <-chan struct{}
	// Same reports whether the visitor of a request still has the same access as when it arrived.
	Same(r *http.Request) bool
}

// SessionFinder finds the sessions whose events are watched.
type SessionFinder interface {
	// SessionIn returns a session of some rooms, or an error that wraps models.ErrNotFound.
	SessionIn(ctx context.Context, id string, only models.RoomSet) (models.Session, error)
}

// StreamConfig configures Streams; all fields are required.
type StreamConfig struct {
	Hub      *Hub
	Sessions SessionFinder
	Access   Access
	// Pieces encodes the events of a session as pieces of its page, for the visitor in ctx.
	Pieces func(ctx context.Context, session string) (Encoder, error)
	// Fail responds to a request for which there is no stream.
	Fail func(w http.ResponseWriter, r *http.Request, err error)
	Log  *slog.Logger
	// Most limits the open streams, and Each those of one visitor or from one address.
	Most, Each int
	// Heartbeat is how often something is sent on a quiet connection: to pages an event "beat", whose absence tells them that they
	// are disconnected, to programs a comment.
	Heartbeat time.Duration
}

// Streams sends events to watching browsers and programs. A stream ends when its request does, when its reader falls behind or loses
// access, or when the Hub is closed.
type Streams struct {
	StreamConfig
	limit limit
}

// NewStreams makes Streams.
func NewStreams(c StreamConfig) *Streams { return &Streams{c, limit{most: c.Most, each: c.Each}} }

// Routes are the streams of the pages.
func (s *Streams) Routes() web.Routes {
	return web.Routes{
		"GET /events":       http.HandlerFunc(s.rooms),
		"GET /events/flags": http.HandlerFunc(s.queue),
		"GET /events/{id}":  http.HandlerFunc(s.session),
	}
}

// pageBeat is the event sent to a page if nothing else happens.
const pageBeat = "event: beat\ndata: 1\n\n"

// rooms tells a page that something changed in a session, but not what: in any, or in the one that the query names.
func (s *Streams) rooms(w http.ResponseWriter, r *http.Request) {
	sees, session := s.visibility(r), r.URL.Query().Get("session")
	s.stream(w, r, session, pageBeat, s.shared(r, session, func(e models.Event) (Message, error) {
		if e.Partial != nil || e.Floor != nil || session != "" && e.SessionID != session {
			return Message{}, nil
		}
		return touched(r, e, sees)
	}))
}

// queue tells the queue that flags of a session changed, but not how. Of a claim it says which page made it, which need not hear of it.
func (s *Streams) queue(w http.ResponseWriter, r *http.Request) {
	sees := s.visibility(r)
	s.stream(w, r, "", pageBeat, s.shared(r, "", func(e models.Event) (Message, error) {
		if e.Flag == nil && e.Decision == nil && e.Action == nil && e.Session == nil && e.Claim == nil && e.Rules == nil {
			return Message{}, nil
		}
		m, err := touched(r, e, sees)
		if m.Event != "" && e.Claim != nil {
			m = Message{Event: "claim", Data: e.Claim.Page}
		}
		return m, err
	}))
}

// shared encodes what every page shows, and leaves the rest to the page's own Encoder: alarms, and to the page of one session that
// other flags wait now than before. It does not say how many: the page asks, once for several.
func (s *Streams) shared(r *http.Request, session string, rest Encoder) Encoder {
	sees := s.visibility(r)
	return func(e models.Event) (Message, error) {
		switch {
		case e.Alarm != nil:
			return Message{Event: "alarm", Data: e.Alarm.Text}, nil
		case e.Flag != nil && session != "" && e.SessionID != session:
			ok, err := sees(r.Context(), e)
			if err != nil || !ok {
				return Message{}, err
			}
			return Message{Event: "waiting", Data: "1"}, nil
		}
		return rest(e)
	}
}

// touched reports that a session changed, if the visitor may see it.
func touched(r *http.Request, e models.Event, sees visibility) (Message, error) {
	if ok, err := sees(r.Context(), e); err != nil || !ok {
		return Message{}, err
	}
	return Message{Event: "touch", Data: e.SessionID}, nil
}

// visibility reports whether an event belongs to a room that somebody may see.
type visibility func(context.Context, models.Event) (bool, error)

// visibility returns the check for a visitor. It caches sessions, for one stream.
func (s *Streams) visibility(r *http.Request) visibility {
	only := auth.VisitorOf(r.Context()).Scope()
	if only.All() {
		return func(context.Context, models.Event) (bool, error) { return true, nil }
	}
	seen := map[string]bool{}
	return func(ctx context.Context, e models.Event) (bool, error) {
		switch {
		case e.Room != nil:
			return only.Has(e.Room.Room), nil
		case e.Health != nil || e.Rules != nil:
			return true, nil
		}
		if e.Session != nil {
			seen[e.SessionID] = only.Has(e.Session.Room)
		}
		if ok, known := seen[e.SessionID]; known {
			return ok, nil
		}
		_, err := s.Sessions.SessionIn(ctx, e.SessionID, only)
		if err != nil && !errors.Is(err, models.ErrNotFound) {
			return false, fmt.Errorf("session: %w", err)
		}
		seen[e.SessionID] = err == nil
		return err == nil, nil
	}
}

// session sends what happens in one session as pieces of the page.
func (s *Streams) session(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), web.AnswerWithin)
	encode, err := s.Pieces(ctx, r.PathValue("id"))
	cancel()
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	s.stream(w, r, r.PathValue("id"), pageBeat, s.shared(r, r.PathValue("id"), encode))
}

// JSON sends what happens in one session as models.Event in JSON.
func (s *Streams) JSON(w http.ResponseWriter, r *http.Request) {
	ses, err := s.Sessions.SessionIn(r.Context(), r.PathValue("id"), auth.VisitorOf(r.Context()).Scope())
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	s.stream(w, r, ses.ID, ":\n\n", func(e models.Event) (Message, error) {
		if e.SessionID != ses.ID && e.Alarm == nil { // a page is told of others too
			return Message{}, nil
		}
		b, err := json.Marshal(e)
		return Message{Data: string(b)}, err
	})
}

// stream sends a session's events until the reader leaves or falls behind, or the hub closes. The position to resume from is the
// Last-Event-ID header or else the query's "after"; if it can't be resumed from, the single event "reset" is sent and the reader
// must reload the page.
func (s *Streams) stream(w http.ResponseWriter, r *http.Request, session, beat string, enc Encoder) {
	done, ok := s.watching(w, r)
	if !ok {
		return
	}
	defer done()
	after := r.Header.Get("Last-Event-ID")
	if after == "" {
		after = r.URL.Query().Get("after")
	}
	cursor, err := s.Hub.Parse(after)
	if err != nil {
		s.Fail(w, r, web.Refuse(http.StatusBadRequest, "after: want the id of an event"))
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // a buffering proxy would delay the events
	out := &eventWriter{w: w, rc: http.NewResponseController(w), hub: s.Hub}
	watcher, err := s.Hub.subscribe(&Watcher{session: session, page: true}, cursor)
	switch {
	case errors.Is(err, ErrGone):
		out.send(s.Hub.Cursor(), Message{Event: "reset"})
		_ = out.flush()
		return
	case err != nil: // closing: end promptly without a response; the browser reconnects automatically
		h.Del("Content-Type")
		s.Fail(w, r, web.Refuse(http.StatusServiceUnavailable, "Earshot is stopping."))
		return
	}
	defer watcher.Close()
	s.pump(r, out, watcher, beat, enc)
}

// pump copies events to the reader and keeps a quiet connection alive. If the reader's access has changed, it sends "reset" with
// "access", so that the reader reloads, and ends the stream at once.
func (s *Streams) pump(r *http.Request, out *eventWriter, watcher *Watcher, beat string, enc Encoder) {
	ctx := r.Context()
	quiet := time.NewTicker(s.Heartbeat)
	defer quiet.Stop()
	taken := s.Access.Changed()
	same := s.Access.Same(r)
	out.raw("retry: 2000\n\n")
	for same {
		if err := out.flush(); err != nil {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-taken:
			taken = s.Access.Changed()
			same = s.Access.Same(r)
		case <-quiet.C:
			same = s.Access.Same(r)
			out.raw(beat)
		case e, ok := <-watcher.Events():
			if !ok {
				return
			}
			select {
			case <-taken: // just before the event
				taken = s.Access.Changed()
				if same = s.Access.Same(r); !same {
					continue
				}
			default:
			}
			if blank(e) { // something was erased: the reader may still show it
				out.send(Cursor{Hub: out.hub.id, Seq: e.Seq}, Message{Event: "reset"})
				_ = out.flush()
				return
			}
			m, err := enc(e)
			if err != nil {
				s.Log.Error("event not written", "session", e.SessionID, "seq", e.Seq, "error_type", web.ErrorType(err))
				continue
			}
			out.send(Cursor{Hub: out.hub.id, Seq: e.Seq}, m)
		}
	}
	out.buf.Reset()
	out.send(s.Hub.Cursor(), Message{Event: "reset", Data: "access"})
	_ = out.flush()
}
