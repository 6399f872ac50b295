package lounge

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/netip"
	"strings"

	"github.com/pion/webrtc/v3"

	"earshot/bot/peer"
	"earshot/models"
)

// resource is one WHIP or WHEP session. Whoever knows its id may change and end it.
type resource struct {
	id     string
	etag   string
	conn   *peer.Conn
	person *person // of a publication; nil when hearing
	room   *room
	seat   *seat
	from   netip.Addr // to which checks may be sent
	tried  int        // candidates so far; guarded by Server.mu
	cancel context.CancelCauseFunc
	ctx    context.Context //nolint:containedctx // the session's life, not a request's
}

var errDeleted = errors.New("the client left")

// open registers the session of an entry. The caller holds mu and has checked that the lounge is not closed.
func (s *Server) open(r *room, e *entry) *resource {
	ctx, cancel := context.WithCancelCause(context.Background())
	res := &resource{
		id: secret(), etag: `"` + secret()[:10] + `"`, conn: e.conn, room: r, seat: e.seat, from: e.addr, tried: e.offer.candidates,
		ctx: ctx, cancel: cancel,
	}
	s.resources[res.id] = res
	s.sessions.Add(1)
	return res
}

// serve keeps a session until the client leaves, the connection fails or the lounge closes; then gone runs under mu.
func (s *Server) serve(res *resource, gone func()) {
	defer s.sessions.Done()
	err := res.conn.Connected(res.ctx, connectWithin)
	if err == nil {
		err = res.conn.Wait(res.ctx)
	}
	res.cancel(err)
	s.mu.Lock()
	delete(s.resources, res.id)
	res.seat.giveBack()
	gone()
	s.tidy(res.room)
	s.mu.Unlock()
	res.conn.Close()
	s.log.Debug("session over", "room", res.room.name, "err", err)
}

// created answers a POST with 201 (RFC 9725 section 4.2).
func created(w http.ResponseWriter, location string, res *resource, answer string) {
	h := w.Header()
	h.Set("Content-Type", "application/sdp")
	h.Set("Location", location)
	h.Set("ETag", res.etag)
	h.Set("Accept-Patch", sdpfrag)
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusCreated)
	_, _ = w.Write([]byte(answer))
}

const sdpfrag = "application/trickle-ice-sdpfrag"

func (s *Server) find(w http.ResponseWriter, r *http.Request) *resource {
	s.mu.Lock()
	defer s.mu.Unlock()
	res := s.resources[r.PathValue("id")]
	if res == nil {
		refuse(w, http.StatusNotFound, "no such session")
	}
	return res
}

// try reports whether one more candidate of a session may be tried, and counts it.
func (s *Server) try(res *resource, candidate string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if res.tried >= mostCandidates || !reachable(candidate, res.from) {
		return false
	}
	res.tried++
	return true
}

// patch takes trickled candidates (RFC 8840); those that the lounge does not send to are passed over. ICE restarts are refused with 422: a
// client makes a new session.
func (s *Server) patch(w http.ResponseWriter, r *http.Request) {
	res := s.find(w, r)
	if res == nil {
		return
	}
	b, ok := s.body(w, r, sdpfrag)
	if !ok {
		return
	}
	switch match := r.Header.Get("If-Match"); match {
	case "":
		refuse(w, http.StatusPreconditionRequired, "If-Match is required")
		return
	case res.etag:
	case "*":
		refuse(w, http.StatusUnprocessableEntity, "ICE restarts are not supported: make a new session")
		return
	default:
		refuse(w, http.StatusPreconditionFailed, "If-Match does not match the session")
		return
	}
	for _, c := range candidates(string(b)) {
		switch {
		case len(strings.Fields(c.Candidate)) < leastFields:
			refuse(w, http.StatusBadRequest, "a candidate cannot be read")
			return
		case !s.try(res, c.Candidate):
			continue
		}
		if err := res.conn.AddCandidate(c); err != nil {
			refuse(w, http.StatusBadRequest, "a candidate cannot be read")
			return
		}
	}
	w.WriteHeader(http.StatusNoContent)
}

// candidates reads the a=candidate lines of an SDP fragment.
func candidates(frag string) []webrtc.ICECandidateInit {
	var out []webrtc.ICECandidateInit
	mid, line := "0", uint16(0)
	for _, l := range strings.Split(frag, "\n") {
		l = strings.TrimSpace(l)
		if v, ok := strings.CutPrefix(l, "a=mid:"); ok {
			mid = v
		}
		if v, ok := strings.CutPrefix(l, "a="); ok && strings.HasPrefix(v, "candidate:") && len(out) < 64 {
			m := mid
			out = append(out, webrtc.ICECandidateInit{Candidate: v, SDPMid: &m, SDPMLineIndex: &line})
		}
	}
	return out
}

// put changes the name and the muted sign of one's own publication.
func (s *Server) put(w http.ResponseWriter, r *http.Request) {
	res := s.find(w, r)
	if res == nil {
		return
	}
	b, ok := s.body(w, r, "application/json")
	if !ok {
		return
	}
	var in struct {
		Name  *string `json:"name"`
		Muted *bool   `json:"muted"`
	}
	if err := json.Unmarshal(b, &in); err != nil || res.person == nil {
		refuse(w, http.StatusBadRequest, `the body must be {"name":…, "muted":…} for one's own publication`)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p := res.person
	if by := (caller{from: p.from, host: p.Role == models.RoleHost}); !s.mayWrite(by) {
		refuse(w, http.StatusTooManyRequests, "too many changes: wait a moment")
		return
	}
	if in.Name != nil {
		name := cleanName(*in.Name, p.Name)
		if why := s.misleads(name, p.Role == models.RoleHost); why != "" && name != p.Name {
			refuse(w, http.StatusConflict, why)
			return
		}
		p.Name = name
	}
	if in.Muted != nil {
		p.Muted = *in.Muted
	}
	res.room.tellPerson(p)
	s.claim(p.Name, p.Role == models.RoleHost)
	w.WriteHeader(http.StatusNoContent)
}

// delete ends a session.
func (s *Server) delete(w http.ResponseWriter, r *http.Request) {
	if res := s.find(w, r); res != nil {
		res.cancel(errDeleted)
		w.WriteHeader(http.StatusOK)
	}
}
