package server

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/pion/webrtc/v3"
)

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

// find is the session that a request names; nil after writing a refusal.
func (s *Server) find(w http.ResponseWriter, r *http.Request) *resource {
	res := s.sessions.find(r.PathValue("id"))
	if res == nil {
		refuse(w, http.StatusNotFound, "no such session")
	}
	return res
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
		case !s.sessions.try(res, c.Candidate):
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
	if err := json.Unmarshal(b, &in); err != nil || res.speaker == nil {
		refuse(w, http.StatusBadRequest, `the body must be {"name":…, "muted":…} for one's own publication`)
		return
	}
	if no := s.rooms.Change(res.speaker, in.Name, in.Muted); no != nil {
		deny(w, no)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// delete ends a session.
func (s *Server) delete(w http.ResponseWriter, r *http.Request) {
	if res := s.find(w, r); res != nil {
		res.End(errDeleted)
		w.WriteHeader(http.StatusOK)
	}
}
