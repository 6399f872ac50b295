package review

import (
	"encoding/json"
	"net/http"

	"earshot/models"
	"earshot/moderation/review/web"
)

// sessionJSON is a session in the list of GET /api/sessions.
type sessionJSON struct {
	models.SessionInfo
	Live bool `json:"live"`
}

// transcriptJSON is the answer of GET /api/sessions/{id}. Cursor is where to resume the events from.
type transcriptJSON struct {
	Session    sessionJSON        `json:"session"`
	Cursor     string             `json:"cursor"`
	Speakers   []models.Speaker   `json:"speakers"`
	Utterances []models.Utterance `json:"utterances"`
	Flags      []models.Flag      `json:"flags"`
	Gaps       []models.Gap       `json:"gaps"`
}

// api turns a function that makes an answer into a handler of JSON; failures are {"error":{"message","hint"}}.
func (s *Server) api(answer func(*http.Request) (any, error)) http.Handler {
	return do(func(w http.ResponseWriter, r *http.Request) {
		v, err := answer(r)
		if err != nil {
			s.apiError(w, r, err)
			return
		}
		s.writeJSON(w, r, http.StatusOK, v)
	})
}

func (s *Server) writeJSON(w http.ResponseWriter, r *http.Request, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		s.log.Error("answer not written", "route", r.Pattern, "error_type", web.ErrorType(err))
		http.Error(w, `{"error":{"message":"The answer could not be written."}}`, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n'))
}

func (s *Server) apiError(w http.ResponseWriter, r *http.Request, err error) {
	status, message := web.Status(err)
	if web.Fault(err) {
		s.log.Error("answer not made", "route", r.Pattern, "err", err)
	}
	var p problemJSON
	p.Error.Message, p.Error.Hint = message, models.Hint(err)
	s.writeJSON(w, r, status, p)
}

// problemJSON is every answer that is not what was asked for.
type problemJSON struct {
	Error messageJSON `json:"error"`
}

type messageJSON struct {
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

func (s *Server) apiNowhere(*http.Request) (any, error) {
	return nil, web.Refuse(http.StatusNotFound, "There is no such thing here.")
}

func (s *Server) apiSessions(r *http.Request) (any, error) {
	limit, err := limitOf(r)
	if err != nil {
		return nil, err
	}
	sessions, err := s.sessions(r.Context(), limit)
	if err != nil {
		return nil, err
	}
	out := make([]sessionJSON, len(sessions))
	for i, ses := range sessions {
		out[i] = asJSON(ses)
	}
	return sessionsJSON{out}, nil
}

func asJSON(ses models.SessionInfo) sessionJSON {
	ses.Speakers = some(ses.Speakers)
	return sessionJSON{SessionInfo: ses, Live: ses.Live()}
}

func (s *Server) apiSession(r *http.Request) (any, error) {
	cursor := s.hub.Cursor()
	h, err := s.load(r.Context(), r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return transcriptJSON{
		Session: asJSON(h.session), Cursor: s.hub.Text(cursor), Speakers: some(h.speakers),
		Utterances: some(h.lines), Flags: some(h.flags), Gaps: some(h.gaps),
	}, nil
}

// some makes a missing list an empty one, so that callers never meet null.
func some[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
