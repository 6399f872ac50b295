package review

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/export"
	"earshot/moderation/review/web"
)

// apiRoute is one operation of the API: how it is asked, what it answers, and what the document says of it.
type apiRoute struct {
	method, path, summary string
	params                []apiParam
	body                  any // an example of the body's type; nil: none
	answer                any // an example of the answer's type; nil: not JSON
	media                 string
	handler               http.Handler
}

// apiParam is a parameter in the query, or in the path when the path names it.
type apiParam struct{ name, about string }

// apiRoutes are all operations. The document is made from the same table, so that they can't disagree.
func (s *Server) apiRoutes() []apiRoute {
	session := apiParam{"id", "id of a session"}
	return slices.Concat(s.roomRoutes(), s.serverRoutes(), s.ruleRoutes(), s.accessRoutes(), []apiRoute{
		{
			"GET", "/api/sessions", "Sessions, live ones first, then the newest", []apiParam{{"limit", "1 to 1000, default 100"}}, nil,
			sessionsJSON{}, "", s.api(s.apiSessions),
		},
		{
			"GET", "/api/sessions/{id}", "A session with everything that was heard and found in it", []apiParam{session}, nil,
			transcriptJSON{}, "", s.api(s.apiSession),
		},
		{
			"GET", "/api/sessions/{id}/utterances", "The lines of a session", []apiParam{session}, nil, utterancesJSON{}, "",
			s.api(s.apiUtterances),
		},
		{"GET", "/api/sessions/{id}/flags", "The flags of a session", []apiParam{session}, nil, flagsJSON{}, "", s.api(s.apiSessionFlags)},
		{
			"GET", "/api/sessions/{id}/decisions", "What the rules decided in a session, and why", []apiParam{session}, nil,
			decisionsJSON{}, "", s.api(s.apiDecisions),
		},
		{
			"GET", "/api/sessions/{id}/evidence", "The clips that are kept of a session", []apiParam{session}, nil, evidenceJSON{}, "",
			s.api(s.apiEvidence),
		},
		{
			"POST", "/api/sessions/{id}/summary", "Sum a session up now, as far as it has come", []apiParam{session}, nil,
			models.Summary{}, "", s.api(s.apiRemake),
		},
		{
			"GET", "/api/sessions/{id}/summary", "The summary of a session, or of what was said since a time",
			[]apiParam{
				session, {"since", "12:30: only what was said after this time from the session's start"},
				{"last", "15: only the last minutes"},
			},
			nil, models.Summary{}, "", s.api(s.apiSummary),
		},
		{
			"GET", "/api/sessions/{id}/export", "A session as a file, as the command line writes it",
			[]apiParam{
				session, {"format", export.FormatNames()}, {"redact", "1: mask names, numbers and addresses"},
				{"sound", "1: html with the clips of flagged lines, beeped where it is masked"},
			},
			nil, nil, "application/octet-stream", http.HandlerFunc(s.apiExport),
		},
		{
			"GET", "/api/sessions/{id}/events", "What happens in a session, as server-sent events that hold an Event",
			[]apiParam{session, {"after", "id of the last event that was seen"}}, nil, nil, "text/event-stream",
			http.HandlerFunc(s.streams.JSON),
		},
		{"GET", "/api/flags", "Flags of all sessions, the newest first", []apiParam{
			{"status", "open, confirmed or dismissed"},
			{"rule", "id of a rule"},
			{"room", "a room's id: its whole address"},
			{"speaker", "the platform's id of a person"},
			{"limit", "1 to 1000, default 100"},
		}, nil, placesJSON{}, "", s.api(s.apiFlags)},
		{
			"POST", "/api/flags/{id}", "Confirm, dismiss or reopen a flag (status), or choose what its open ask offers (choice)",
			[]apiParam{{"id", "id of a flag"}}, statusJSON{}, models.Flag{}, "", s.api(s.apiDecide),
		},
		{"GET", "/api/rules", "What became of each rule's flags", nil, nil, rulesJSON{}, "", s.api(s.apiRules)},
		{"GET", "/api/search", "Lines of all sessions that hold some words", []apiParam{
			{"q", `words that must all occur; "…" holds words together, a trailing * extends`},
			{"room", "a room's id: its whole address"},
			{"speaker", "the platform's id of a person"},
			{"rule", "id of a rule"},
			{"flagged", "1: only flagged lines"},
			{"from", "first day, YYYY-MM-DD"},
			{"to", "last day, YYYY-MM-DD"},
			{"cursor", "next of the page before"},
		}, nil, models.SearchPage{}, "", s.api(s.apiSearch)},
		{"GET", "/api/health", "How Earshot is doing", nil, nil, conditionsJSON{}, "", s.api(s.apiHealth)},
		{"GET", "/api/openapi.json", "This document", nil, nil, nil, "application/json", s.api(s.apiDocument)},
	})
}

type (
	sessionsJSON struct {
		Sessions []sessionJSON `json:"sessions"`
	}
	utterancesJSON struct {
		Utterances []models.Utterance `json:"utterances"`
	}
	flagsJSON struct {
		Flags []models.Flag `json:"flags"`
	}
	placesJSON struct {
		Flags []models.FlagPlace `json:"flags"`
	}
	decisionsJSON struct {
		Decisions []models.Decision `json:"decisions"`
	}
	evidenceJSON struct {
		Evidence []models.Evidence `json:"evidence"`
	}
	rulesJSON struct {
		Rules []models.RuleCounts `json:"rules"`
	}
	conditionsJSON struct {
		Conditions []Condition `json:"conditions"`
	}
	statusJSON struct {
		Status models.FlagStatus `json:"status,omitempty"`
		// Choice is one of the offers of the flag's open ask.
		Choice string `json:"choice,omitempty"`
	}
)

func (s *Server) apiUtterances(r *http.Request) (any, error) {
	h, err := s.load(r.Context(), r.PathValue("id"))
	return utterancesJSON{some(h.lines)}, err
}

func (s *Server) apiSessionFlags(r *http.Request) (any, error) {
	h, err := s.load(r.Context(), r.PathValue("id"))
	return flagsJSON{some(h.flags)}, err
}

func (s *Server) apiEvidence(r *http.Request) (any, error) {
	h, err := s.load(r.Context(), r.PathValue("id"))
	return evidenceJSON{some(h.clips)}, err
}

func (s *Server) apiDecisions(r *http.Request) (any, error) {
	if err := s.seen(r.Context(), r.PathValue("id")); err != nil {
		return nil, err
	}
	found, err := s.store.Decisions(r.Context(), r.PathValue("id"))
	if err = s.readable(r.PathValue("id"), err); err != nil {
		return nil, fmt.Errorf("decisions: %w", err)
	}
	return decisionsJSON{some(found)}, nil
}

func (s *Server) apiExport(w http.ResponseWriter, r *http.Request) {
	if err := s.sendExport(w, r, r.URL.Query().Get("format")); err != nil {
		s.apiError(w, r, err)
	}
}

// limitOf reads the parameter limit.
func limitOf(r *http.Request) (int, error) {
	q := r.URL.Query().Get("limit")
	if q == "" {
		return 100, nil
	}
	n, err := strconv.Atoi(q)
	if err != nil || n < 1 || n > 1000 {
		return 0, web.Refuse(http.StatusBadRequest, "limit: want a whole number from 1 to 1000")
	}
	return n, nil
}

func (s *Server) apiFlags(r *http.Request) (any, error) {
	limit, err := limitOf(r)
	if err != nil {
		return nil, err
	}
	q := r.URL.Query()
	status := models.FlagStatus(q.Get("status"))
	switch status {
	case "", models.FlagOpen, models.FlagConfirmed, models.FlagDismissed:
	default:
		return nil, web.Refuse(http.StatusBadRequest, "status: want open, confirmed or dismissed")
	}
	found, err := s.store.FindFlags(r.Context(), models.FlagQuery{
		Status: status, Rule: q.Get("rule"), Room: q.Get("room"), Only: auth.VisitorOf(r.Context()).Scope(), Speaker: q.Get("speaker"), Limit: limit,
	})
	if err != nil {
		return nil, fmt.Errorf("flags: %w", err)
	}
	return placesJSON{some(found)}, nil
}

// apiDecide takes {"status":"confirmed"}. It does what the form does.
func (s *Server) apiDecide(r *http.Request) (any, error) {
	in, err := readJSON[statusJSON](r, `{"status":"open"}, "confirmed" or "dismissed", or {"choice":"…"}`)
	if err != nil {
		return nil, err
	}
	if (in.Status == "") == (in.Choice == "") {
		return nil, web.Refuse(http.StatusBadRequest, "want either a status or a choice")
	}
	return s.decided(r, answer{status: in.Status, choice: in.Choice})
}

func (s *Server) apiRules(r *http.Request) (any, error) {
	found, err := s.store.Rules(r.Context(), auth.VisitorOf(r.Context()).Scope())
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	return rulesJSON{some(found)}, nil
}

func (s *Server) apiSearch(r *http.Request) (any, error) {
	f, err := s.filter(r)
	if err != nil {
		return nil, err
	}
	q := f.query(s.loc)
	q.Only = auth.VisitorOf(r.Context()).Scope()
	q.Text, q.Cursor, q.Limit = strings.ToValidUTF8(r.URL.Query().Get("q"), ""), r.URL.Query().Get("cursor"), hitsShown
	page, err := s.store.Search(r.Context(), q)
	if errors.Is(err, models.ErrInvalid) {
		return nil, web.Refuse(http.StatusBadRequest, "That can't be looked for. Use a few plain words, or a condition.")
	}
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	page.Hits = some(page.Hits)
	return page, nil
}

func (s *Server) apiHealth(r *http.Request) (any, error) {
	out := conditionsJSON{[]Condition{}}
	if s.conditions != nil {
		out.Conditions = append(out.Conditions, s.conditions(r.Context(), auth.VisitorOf(r.Context()).Scope())...)
	}
	return out, nil
}

func (s *Server) apiDocument(*http.Request) (any, error) {
	return document(s.apiRoutes(), s.version), nil
}
