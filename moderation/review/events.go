package review

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/web"
)

// writeWithin bounds one write to a watcher; a browser that takes longer is cut off and resumes.
const writeWithin = 10 * time.Second

// message is one server-sent event without its id.
type message struct {
	event string // "" is the unnamed kind
	data  string
}

// encoder words an event for one watcher; the zero message means that the watcher need not know of it.
type encoder func(models.Event) (message, error)

// roomEvents tells the list of rooms that something changed in a session, not what.
func (s *Server) roomEvents(w http.ResponseWriter, r *http.Request) {
	sees := s.sight(r)
	s.stream(w, r, "", alarmed(func(e models.Event) (message, error) {
		if e.Partial != nil {
			return message{}, nil
		}
		return touched(r, e, sees)
	}))
}

// alarmed words alarms for a page, and leaves the rest to another encoder.
func alarmed(rest encoder) encoder {
	return func(e models.Event) (message, error) {
		if e.Alarm != nil {
			return message{event: "alarm", data: e.Alarm.Text}, nil
		}
		return rest(e)
	}
}

// touched says that a session changed, if the visitor may see it.
func touched(r *http.Request, e models.Event, sees sight) (message, error) {
	if ok, err := sees(r.Context(), e); err != nil || !ok {
		return message{}, err
	}
	return message{event: "touch", data: e.SessionID}, nil
}

// sight tells whether an event is of a room that somebody may see.
type sight func(context.Context, models.Event) (bool, error)

// sight is that of a visitor. It remembers the sessions' rooms, for one stream.
func (s *Server) sight(r *http.Request) sight {
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
		info, err := s.store.Session(ctx, e.SessionID)
		switch {
		case errors.Is(err, models.ErrNotFound): // it was erased, and all pages load anew
			return false, nil
		case err != nil:
			return false, fmt.Errorf("session: %w", err)
		}
		seen[e.SessionID] = only.Has(info.Room)
		return seen[e.SessionID], nil
	}
}

// sessionEvents sends what happens in one session as pieces of the page.
func (s *Server) sessionEvents(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), web.AnswerWithin)
	f, err := s.newFragments(ctx, r.PathValue("id"))
	cancel()
	if err != nil {
		s.apiError(w, r, err)
		return
	}
	s.stream(w, r, f.p.ses.ID, alarmed(f.encode))
}

// apiEvents sends what happens in one session as models.Event in JSON.
func (s *Server) apiEvents(w http.ResponseWriter, r *http.Request) {
	ses, err := s.visible(r.Context(), r.PathValue("id"))
	if err != nil {
		s.apiError(w, r, err)
		return
	}
	s.stream(w, r, ses.ID, func(e models.Event) (message, error) {
		b, err := json.Marshal(e)
		return message{data: string(b)}, err
	})
}

// stream sends a session's events until the reader goes, falls behind, or the hub closes. The place to resume from is
// the Last-Event-ID header or else the query's "after"; when it can't be resumed from, the one event "reset" is sent and
// the reader must load the page anew.
func (s *Server) stream(w http.ResponseWriter, r *http.Request, session string, enc encoder) {
	done, ok := s.watching(w, r)
	if !ok {
		return
	}
	defer done()
	after := r.Header.Get("Last-Event-ID")
	if after == "" {
		after = r.URL.Query().Get("after")
	}
	cursor, err := s.hub.Parse(after)
	if err != nil {
		s.apiError(w, r, web.Refuse(http.StatusBadRequest, "after: want the id of an event"))
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // a proxy that gathers would hold the lines back
	out := &eventWriter{w: w, rc: http.NewResponseController(w), hub: s.hub}
	watcher, err := s.hub.subscribe(session, cursor, true)
	switch {
	case errors.Is(err, ErrGone):
		out.send(s.hub.Cursor(), message{event: "reset"})
		_ = out.flush()
		return
	case err != nil: // closing: no answer but a prompt end, the browser comes back by itself
		h.Del("Content-Type")
		s.apiError(w, r, web.Refuse(http.StatusServiceUnavailable, "Earshot is stopping."))
		return
	}
	defer watcher.Close()
	s.pump(r, out, watcher, enc)
}

// pump copies events to the reader and keeps a quiet connection alive. When the reader's access has changed, the reader is
// told so ("reset" with "access"), has to load anew, and the stream ends at once.
func (s *Server) pump(r *http.Request, out *eventWriter, watcher *Watcher, enc encoder) {
	ctx := r.Context()
	beat := time.NewTicker(s.heartbeat)
	defer beat.Stop()
	taken := s.auth.Changed()
	same := s.auth.Same(r)
	out.raw("retry: 2000\n\n")
	for same {
		if err := out.flush(); err != nil {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-taken:
			taken = s.auth.Changed()
			same = s.auth.Same(r)
		case <-beat.C:
			same = s.auth.Same(r)
			out.raw(":\n\n")
		case e, ok := <-watcher.Events():
			if !ok {
				return
			}
			select {
			case <-taken: // just before the event
				taken = s.auth.Changed()
				if same = s.auth.Same(r); !same {
					continue
				}
			default:
			}
			if blank(e) { // something was erased: what the reader has may be what is gone
				out.send(Cursor{Hub: out.hub.id, Seq: e.Seq}, message{event: "reset"})
				_ = out.flush()
				return
			}
			m, err := enc(e)
			if err != nil {
				s.log.Error("event not written", "session", e.SessionID, "seq", e.Seq, "error_type", web.ErrorType(err))
				continue
			}
			out.send(Cursor{Hub: out.hub.id, Seq: e.Seq}, m)
		}
	}
	out.buf.Reset()
	out.send(s.hub.Cursor(), message{event: "reset", data: "access"})
	_ = out.flush()
}

// eventWriter gathers server-sent events and sends them with a deadline.
type eventWriter struct {
	w   http.ResponseWriter
	rc  *http.ResponseController
	hub *Hub
	buf bytes.Buffer
}

// send writes one message. Each line of the data gets its own field, however it ends: words that people said can't make
// up a field of their own.
func (o *eventWriter) send(id Cursor, m message) {
	if m == (message{}) {
		return
	}
	fmt.Fprintf(&o.buf, "id: %s\n", o.hub.Text(id))
	if m.event != "" {
		fmt.Fprintf(&o.buf, "event: %s\n", m.event)
	}
	for line := range strings.SplitSeq(lineEnds.Replace(m.data), "\n") {
		fmt.Fprintf(&o.buf, "data: %s\n", line)
	}
	o.buf.WriteByte('\n')
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

func (o *eventWriter) raw(s string) { o.buf.WriteString(s) }

func (o *eventWriter) flush() error {
	if o.buf.Len() == 0 {
		return nil
	}
	// A writer without deadlines (a test's recorder) is used as it is.
	if err := o.rc.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("event stream deadline: %w", err)
	}
	if _, err := o.w.Write(o.buf.Bytes()); err != nil {
		return fmt.Errorf("event stream: %w", err)
	}
	o.buf.Reset()
	if err := o.rc.Flush(); err != nil {
		return fmt.Errorf("event stream: %w", err)
	}
	return nil
}
