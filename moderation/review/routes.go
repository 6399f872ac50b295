package review

import "net/http"

// route is one way to ask the server for something.
type route struct {
	pattern string // as http.ServeMux takes it: method and path
	handler http.Handler
}

// Routes are the patterns of everything that the server answers, for checks of all of it.
func (s *Server) Routes() []string {
	var out []string
	for _, r := range s.routes() {
		out = append(out, r.pattern)
	}
	return out
}

func (s *Server) mux() http.Handler {
	mux := http.NewServeMux()
	for _, r := range s.routes() {
		mux.Handle(r.pattern, r.handler)
	}
	return mux
}

// routes is everything that the server answers.
func (s *Server) routes() []route {
	out := s.pageRoutes()
	if s.listener != nil {
		out = append(out, s.listenerRoutes()...)
	}
	if s.inviter != nil {
		out = append(out, s.inviterRoutes()...)
	}
	if s.servers != nil {
		out = append(out, s.serverPages()...)
	}
	if s.access != nil {
		out = append(out, s.memberRoutes()...)
	}
	for _, r := range s.apiRoutes() {
		out = append(out, route{r.method + " " + r.path, r.handler})
	}
	return out
}

func (s *Server) pageRoutes() []route {
	return []route{
		{"GET /{$}", s.page(s.rooms)},
		{"GET /s/{id}", s.page(s.session)},
		{"GET /s/{id}/timeline", s.page(s.timelineOf)},
		{"POST /s/{id}/summary", http.HandlerFunc(s.summarise)},
		{"GET /s/{id}/export/{format}", http.HandlerFunc(s.download)},
		{"GET /s/{id}/line/{epoch}/{seq}/{track}", s.page(s.line)},
		{"POST /s/{id}/line/{epoch}/{seq}/{track}", http.HandlerFunc(s.correct)},
		{"POST /s/{id}/line/{epoch}/{seq}/{track}/redact", http.HandlerFunc(s.redact)},
		{"GET /people/{room}/{speaker}", s.page(s.person)},
		{"GET /people/{room}/{speaker}/export", http.HandlerFunc(s.exportPerson)},
		{"POST /people/{room}/{speaker}/{what}", http.HandlerFunc(s.changePerson)},
		{"GET /s/{id}/consent", s.page(s.consentView)},
		{"GET /s/{id}/consent.csv", http.HandlerFunc(s.consentFile)},
		{"GET /rules", s.page(s.rules)},
		{"GET /rules/{id}", s.page(s.rule)},
		{"POST /rules/try", http.HandlerFunc(s.tryWords)},
		{"POST /rules/replay", http.HandlerFunc(s.replay)},
		{"GET /health", s.page(s.health)},
		{"GET /queue", s.page(s.queue)},
		{"POST /flags/{id}", http.HandlerFunc(s.decide)},
		{"GET /flags/{id}", http.HandlerFunc(s.flagPlace)},
		{"GET /evidence/{file}", http.HandlerFunc(s.evidence)},
		{"GET /search", s.page(s.search)},
		{"GET /", s.page(s.nowhere)},
		{"GET /static/{file}", http.HandlerFunc(s.assets.serve)},
		{"GET /events", http.HandlerFunc(s.roomEvents)},
		{"GET /events/flags", http.HandlerFunc(s.queueEvents)},
		{"GET /events/{id}", http.HandlerFunc(s.sessionEvents)},
		{"GET /api/", s.api(s.apiNowhere)},
	}
}

func (s *Server) listenerRoutes() []route {
	return []route{
		{"POST /s/{id}/consent", http.HandlerFunc(s.object)},
		{"POST /s/{id}/listening", http.HandlerFunc(s.listen)},
	}
}

func (s *Server) inviterRoutes() []route {
	return []route{
		{"GET /invite", s.page(s.inviteView)},
		{"POST /invite", http.HandlerFunc(s.invite)},
		{"GET /invite/{secret}", s.page(s.linkView)},
		{"POST /invite/{secret}", http.HandlerFunc(s.followLink)},
	}
}

func (s *Server) serverPages() []route {
	return []route{
		{"GET /servers", s.page(s.serversView)},
		{"POST /servers", http.HandlerFunc(s.changeServers)},
	}
}

func (s *Server) memberRoutes() []route {
	return []route{
		{"GET /login", s.page(s.login)},
		{"POST /login", http.HandlerFunc(s.enter)},
		{"POST /logout", http.HandlerFunc(s.leave)},
		{"GET /setup", s.page(s.setupPage)},
		{"POST /setup", http.HandlerFunc(s.own)},
		{"GET /access", s.page(s.accessView)},
		{"POST /access/{what}", http.HandlerFunc(s.changeAccess)},
	}
}
