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

// Encoder words an event for one watcher; the zero Message means that the watcher need not know of it.
type Encoder func(models.Event) (Message, error)

// Access says who may watch. auth.Authenticator implements it.
type Access interface {
	// Open says that nobody is asked to log in.
	Open() bool
	// Changed is closed when somebody's access is next taken or given up.
	Changed() <-chan struct{}
	// Same says that whoever asked is still let in, with the same access as when the request came.
	Same(r *http.Request) bool
}

// SessionFinder finds the sessions whose events are watched.
type SessionFinder interface {
	// SessionIn returns a session of some rooms, or an error that wraps models.ErrNotFound.
	SessionIn(ctx context.Context, id string, only models.RoomSet) (models.Session, error)
}

// StreamConfig is what Streams need; all of it.
type StreamConfig struct {
	Hub      *Hub
	Sessions SessionFinder
	Access   Access
	// Pieces words the events of a session as pieces of its page, for the visitor in ctx.
	Pieces func(ctx context.Context, session string) (Encoder, error)
	// Fail answers a request that can't be answered with a stream.
	Fail func(w http.ResponseWriter, r *http.Request, err error)
	Log  *slog.Logger
	// Most bounds the open streams, and Each those of one visitor or from one address.
	Most, Each int
	// Heartbeat is how often something is sent to a quiet connection: to pages an event "beat", by whose absence they know that they
	// are cut off, to programs a comment.
	Heartbeat time.Duration
}

// Streams sends events to browsers and programs that watch. A stream ends when its request does, when its reader falls behind
// or loses access, or when the Hub is closed.
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

// pageBeat is the event that a page hears when nothing else happens.
const pageBeat = "event: beat\ndata: 1\n\n"

// rooms tells the list of rooms that something changed in a session, not what.
func (s *Streams) rooms(w http.ResponseWriter, r *http.Request) {
	sees := s.sight(r)
	s.stream(w, r, "", pageBeat, alarmed(func(e models.Event) (Message, error) {
		if e.Partial != nil {
			return Message{}, nil
		}
		return touched(r, e, sees)
	}))
}

// queue tells the queue that something changed about flags in a session, not what.
func (s *Streams) queue(w http.ResponseWriter, r *http.Request) {
	sees := s.sight(r)
	s.stream(w, r, "", pageBeat, alarmed(func(e models.Event) (Message, error) {
		if e.Flag == nil && e.Decision == nil && e.Action == nil {
			return Message{}, nil
		}
		return touched(r, e, sees)
	}))
}

// alarmed words alarms for a page, and leaves the rest to another Encoder.
func alarmed(rest Encoder) Encoder {
	return func(e models.Event) (Message, error) {
		if e.Alarm != nil {
			return Message{Event: "alarm", Data: e.Alarm.Text}, nil
		}
		return rest(e)
	}
}

// touched says that a session changed, if the visitor may see it.
func touched(r *http.Request, e models.Event, sees sight) (Message, error) {
	if ok, err := sees(r.Context(), e); err != nil || !ok {
		return Message{}, err
	}
	return Message{Event: "touch", Data: e.SessionID}, nil
}

// sight tells whether an event is of a room that somebody may see.
type sight func(context.Context, models.Event) (bool, error)

// sight is that of a visitor. It remembers the sessions, for one stream.
func (s *Streams) sight(r *http.Request) sight {
	only := auth.VisitorOf(r.Context()).Scope()
	if only.All() {
		return func(context.Context, models.Event) (bool, error) { return true, nil }
	}
	seen := map[string]bool{}
	return func(ctx context.Context, e models.Event) (bool, error) {
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
	s.stream(w, r, r.PathValue("id"), pageBeat, alarmed(encode))
}

// JSON sends what happens in one session as models.Event in JSON.
func (s *Streams) JSON(w http.ResponseWriter, r *http.Request) {
	ses, err := s.Sessions.SessionIn(r.Context(), r.PathValue("id"), auth.VisitorOf(r.Context()).Scope())
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	s.stream(w, r, ses.ID, ":\n\n", func(e models.Event) (Message, error) {
		b, err := json.Marshal(e)
		return Message{Data: string(b)}, err
	})
}

// stream sends a session's events until the reader goes, falls behind, or the hub closes. The place to resume from is
// the Last-Event-ID header or else the query's "after"; when it can't be resumed from, the one event "reset" is sent and
// the reader must load the page anew.
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
	h.Set("X-Accel-Buffering", "no") // a proxy that gathers would hold the lines back
	out := &eventWriter{w: w, rc: http.NewResponseController(w), hub: s.Hub}
	watcher, err := s.Hub.subscribe(session, cursor, true)
	switch {
	case errors.Is(err, ErrGone):
		out.send(s.Hub.Cursor(), Message{Event: "reset"})
		_ = out.flush()
		return
	case err != nil: // closing: no answer but a prompt end, the browser comes back by itself
		h.Del("Content-Type")
		s.Fail(w, r, web.Refuse(http.StatusServiceUnavailable, "Earshot is stopping."))
		return
	}
	defer watcher.Close()
	s.pump(r, out, watcher, beat, enc)
}

// pump copies events to the reader and keeps a quiet connection alive. When the reader's access has changed, the reader is
// told so ("reset" with "access"), has to load anew, and the stream ends at once.
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
			if blank(e) { // something was erased: what the reader has may be what is gone
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
