package api

import (
	"slices"

	"earshot/models"
	"earshot/moderation/review/export"
	"earshot/moderation/review/web"
)

// Routes returns all routes of the API.
func (s *API) Routes() web.Routes {
	out := web.Routes{"GET /api/": s.handle(s.nowhere)}
	for _, o := range s.operations() {
		out[o.method+" "+o.path] = o.handler
	}
	return out
}

// operations are all operations. The document is made from the same table, so that they can't disagree.
func (s *API) operations() []operation {
	return slices.Concat(
		roomAPI{s}.operations(), serverAPI{s}.operations(), scheduleAPI{s}.operations(), s.ruleRoutes(), accessAPI{s}.operations(),
		s.sessionOperations(), s.recordOperations(),
	)
}

// sessionOperations concern one session, or list them.
func (s *API) sessionOperations() []operation {
	session := param{"id", "id of a session"}
	return []operation{
		{
			"GET", "/api/sessions", "Sessions, live ones first, then the newest",
			[]param{{"limit", "1 to 1000, default 100"}},
			nil,
			sessionsJSON{},
			"", s.handle(s.sessions),
		},
		{
			"GET", "/api/sessions/{id}", "A session with its whole transcript and all its flags",
			[]param{session},
			nil,
			transcriptJSON{},
			"", s.handle(s.session),
		},
		{
			"GET", "/api/sessions/{id}/utterances", "The lines of a session",
			[]param{session},
			nil,
			utterancesJSON{},
			"",
			s.handle(s.utterances),
		},
		{"GET", "/api/sessions/{id}/flags", "The flags of a session", []param{session}, nil, flagsJSON{}, "", s.handle(s.sessionFlags)},
		{
			"GET", "/api/sessions/{id}/decisions", "What the rules decided in a session, and why",
			[]param{session},
			nil,
			decisionsJSON{},
			"", s.handle(s.decisions),
		},
		{
			"GET", "/api/sessions/{id}/evidence", "The stored audio clips of a session",
			[]param{session},
			nil,
			evidenceJSON{},
			"",
			s.handle(s.evidence),
		},
		{
			"POST", "/api/sessions/{id}/summary", "Summarise a session now, up to its current point",
			[]param{session},
			nil,
			models.Summary{},
			"", s.handle(s.remake),
		},
		{
			"GET", "/api/sessions/{id}/summary", "The summary of a session, or of what was said since a time",
			[]param{
				session,
				{"since", "12:30: only what was said after this time from the session's start"},
				{"last", "15: only the last 15 minutes"},
			},
			nil,
			models.Summary{},
			"", s.handle(s.summary),
		},
		{
			"GET", "/api/sessions/{id}/export", "A session as a file in one of the export formats",
			[]param{
				session,
				{"format", export.FormatNames(export.Formats()...)},
				{"redact", "1: mask names, numbers and addresses"},
				{"sound", "1: html with the clips of flagged lines, with a tone over masked words"},
			},
			nil, nil, "application/octet-stream", web.Within(web.AnswerWithin, s.export),
		},
		{
			"GET", "/api/sessions/{id}/events", "What happens in a session, as server-sent events that hold an Event",
			[]param{session, {"after", "id of the last event received"}},
			nil, nil, "text/event-stream",
			s.Events,
		},
	}
}

// recordOperations concern data across sessions, and the program.
func (s *API) recordOperations() []operation {
	return []operation{
		{"GET", "/api/flags", "Flags of all sessions, the newest first", []param{
			{"status", "open, confirmed or dismissed"},
			{"rule", "id of a rule"},
			{"room", "a room's id: its whole address"},
			{"speaker", "the platform's id of a person"},
			{"limit", "1 to 1000, default 100"},
		}, nil, placesJSON{}, "", s.handle(s.flags)},
		{
			"POST", "/api/flags/{id}", "Confirm, dismiss or reopen a flag (status), or answer its open ask (choice)",
			[]param{{"id", "id of a flag"}},
			statusJSON{},
			models.Flag{},
			"", s.handle(s.decide),
		},
		{
			"POST", "/api/sessions/{id}/utterances/{epoch}/{seq}/{track}/decision",
			"Decide flags of one line together: all, or none. What is done in the room is done once, and the asks about them are answered",
			lineParams,
			decisionOrder{},
			flagsJSON{},
			"", s.handle(s.decideLine),
		},
		{
			"POST", "/api/sessions/{id}/people/{speaker}/action", "Warn, mute or remove somebody in a live room whom no rule has flagged, for hosts",
			[]param{{"id", "id of a session"}, {"speaker", "the platform's id of a person"}},
			actionOrder{},
			models.Action{},
			"", s.handle(s.actOn),
		},
		{"GET", "/api/rules", "How each rule's flags were decided", nil, nil, rulesJSON{}, "", s.handle(s.rules)},
		{"GET", "/api/search", "Search the lines of all sessions", []param{
			{"q", `words that must all occur; "…" for an exact phrase, a trailing * for any ending`},
			{"room", "a room's id: its whole address"},
			{"speaker", "the platform's id of a person"},
			{"rule", "id of a rule"},
			{"flagged", "1: only flagged lines"},
			{"from", "first day, YYYY-MM-DD"},
			{"to", "last day, YYYY-MM-DD"},
			{"cursor", "next, from the previous page"},
		}, nil, models.SearchPage{}, "", s.handle(s.search)},
		{"GET", "/api/health", "Health conditions", nil, nil, conditionsJSON{}, "", s.handle(s.health)},
		{"GET", "/api/openapi.json", "This document", nil, nil, nil, "application/json", s.handle(s.document)},
	}
}
