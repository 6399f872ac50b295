package api

import (
	"slices"

	"earshot/models"
	"earshot/moderation/review/export"
	"earshot/moderation/review/web"
)

// Routes is everything that the API answers.
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
		roomAPI{s}.operations(), serverAPI{s}.operations(), s.ruleRoutes(), accessAPI{s}.operations(), s.sessionOperations(),
		s.recordOperations(),
	)
}

// sessionOperations are about one session, or name them all.
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
			"GET", "/api/sessions/{id}", "A session with everything that was heard and found in it",
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
			"GET", "/api/sessions/{id}/evidence", "The clips that are kept of a session",
			[]param{session},
			nil,
			evidenceJSON{},
			"",
			s.handle(s.evidence),
		},
		{
			"POST", "/api/sessions/{id}/summary", "Sum a session up now, as far as it has come",
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
				{"last", "15: only the last minutes"},
			},
			nil,
			models.Summary{},
			"", s.handle(s.summary),
		},
		{
			"GET", "/api/sessions/{id}/export", "A session as a file, as the command line writes it",
			[]param{
				session,
				{"format", export.FormatNames()},
				{"redact", "1: mask names, numbers and addresses"},
				{"sound", "1: html with the clips of flagged lines, beeped where it is masked"},
			},
			nil, nil, "application/octet-stream", web.Within(web.AnswerWithin, s.export),
		},
		{
			"GET", "/api/sessions/{id}/events", "What happens in a session, as server-sent events that hold an Event",
			[]param{session, {"after", "id of the last event that was seen"}},
			nil, nil, "text/event-stream",
			s.Events,
		},
	}
}

// recordOperations are about what is found in all sessions, and about the program.
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
			"POST", "/api/flags/{id}", "Confirm, dismiss or reopen a flag (status), or choose what its open ask offers (choice)",
			[]param{{"id", "id of a flag"}},
			statusJSON{},
			models.Flag{},
			"", s.handle(s.decide),
		},
		{"GET", "/api/rules", "What became of each rule's flags", nil, nil, rulesJSON{}, "", s.handle(s.rules)},
		{"GET", "/api/search", "Lines of all sessions that hold some words", []param{
			{"q", `words that must all occur; "…" holds words together, a trailing * extends`},
			{"room", "a room's id: its whole address"},
			{"speaker", "the platform's id of a person"},
			{"rule", "id of a rule"},
			{"flagged", "1: only flagged lines"},
			{"from", "first day, YYYY-MM-DD"},
			{"to", "last day, YYYY-MM-DD"},
			{"cursor", "next of the page before"},
		}, nil, models.SearchPage{}, "", s.handle(s.search)},
		{"GET", "/api/health", "How Earshot is doing", nil, nil, conditionsJSON{}, "", s.handle(s.health)},
		{"GET", "/api/openapi.json", "This document", nil, nil, nil, "application/json", s.handle(s.document)},
	}
}
