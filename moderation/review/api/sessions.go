package api

import (
	"errors"
	"net/http"

	"earshot/models"
	"earshot/moderation/review/record"
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

func (s *API) nowhere(*http.Request) (any, error) {
	return nil, web.Refuse(http.StatusNotFound, "Not found.")
}

func (s *API) sessions(r *http.Request) (any, error) {
	limit, err := limitOf(r)
	if err != nil {
		return nil, err
	}
	sessions, err := s.Record.Sessions(r.Context(), limit)
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

func (s *API) session(r *http.Request) (any, error) {
	cursor := s.Hub.Cursor()
	h, err := s.Record.Snapshot(r.Context(), r.PathValue("id"), true)
	if err != nil {
		return nil, err
	}
	info, err := s.Record.Counted(r.Context(), r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return transcriptJSON{
		Session: asJSON(info), Cursor: s.Hub.Text(cursor), Speakers: some(h.Speakers),
		Utterances: some(h.Lines), Flags: some(h.Flags), Gaps: some(h.Gaps),
	}, nil
}

func (s *API) remake(r *http.Request) (any, error) {
	return s.Record.Remake(r.Context(), r.PathValue("id"))
}

func (s *API) summary(r *http.Request) (any, error) {
	sum, err := s.Record.Summary(r.Context(), r.PathValue("id"), r.URL.Query())
	if errors.Is(err, record.ErrNoTime) {
		return nil, web.Refuse(http.StatusBadRequest, "since: want a time from the session's start, as 12:30; last: want minutes")
	}
	return sum, err
}
