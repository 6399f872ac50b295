package review

import (
	"earshot/moderation/review/auth"
	"earshot/moderation/review/web"
	"maps"
	"net/http"
	"slices"
)

// Routes are the patterns of everything that the server answers, for checks of all of it.
func (s *Server) Routes() []string { return slices.Sorted(maps.Keys(s.routes())) }

func (s *Server) mux() http.Handler {
	mux := http.NewServeMux()
	for pattern, handler := range s.routes() {
		mux.Handle(pattern, handler)
	}
	return mux
}

// routes is everything that the server answers.
func (s *Server) routes() web.Routes {
	out := s.pageRoutes()
	if s.listener != nil {
		maps.Copy(out, s.listenerRoutes())
	}
	if s.inviter != nil {
		maps.Copy(out, s.inviterRoutes())
	}
	if s.servers != nil {
		maps.Copy(out, s.serverPages())
	}
	if s.members != nil {
		maps.Copy(out, s.memberRoutes())
	}
	maps.Copy(out, s.streams.Routes())
	for _, r := range s.apiRoutes() {
		out[r.method+" "+r.path] = r.handler
	}
	return out
}

// do is a handler that is bounded like a page.
func do(handle http.HandlerFunc) http.Handler { return web.Within(web.AnswerWithin, handle) }

func (s *Server) pageRoutes() web.Routes {
	return web.Routes{
		"GET /{$}":                                       s.page(s.rooms),
		"GET /s/{id}":                                    s.page(s.session),
		"GET /s/{id}/timeline":                           s.page(s.timelineOf),
		"POST /s/{id}/summary":                           http.HandlerFunc(s.summarise),
		"GET /s/{id}/export/{format}":                    do(s.download),
		"GET /s/{id}/line/{epoch}/{seq}/{track}":         s.page(s.line),
		"POST /s/{id}/line/{epoch}/{seq}/{track}":        do(s.correct),
		"POST /s/{id}/line/{epoch}/{seq}/{track}/redact": do(s.redact),
		"GET /people/{room}/{speaker}":                   s.page(s.person),
		"GET /people/{room}/{speaker}/export":            do(s.exportPerson),
		"POST /people/{room}/{speaker}/{what}":           do(s.changePerson),
		"GET /s/{id}/consent":                            s.page(s.consentView),
		"GET /s/{id}/consent.csv":                        do(s.consentFile),
		"GET /rules":                                     s.page(s.rules),
		"GET /rules/{id}":                                s.page(s.rule),
		"POST /rules/try":                                do(s.tryWords),
		"POST /rules/replay":                             do(s.replay),
		"GET /health":                                    s.page(s.health),
		"GET /queue":                                     s.page(s.queue),
		"POST /flags/{id}":                               do(s.decide),
		"GET /flags/{id}":                                do(s.flagPlace),
		"GET /evidence/{file}":                           do(s.evidence),
		"GET /search":                                    s.page(s.search),
		"GET /":                                          s.page(s.nowhere),
		"GET /static/{file}":                             http.HandlerFunc(s.assets.serve),
		"GET /api/":                                      s.api(s.apiNowhere),
	}
}

func (s *Server) listenerRoutes() web.Routes {
	return web.Routes{
		"POST /s/{id}/consent":   do(s.object),
		"POST /s/{id}/listening": do(s.listen),
	}
}

func (s *Server) inviterRoutes() web.Routes {
	return web.Routes{
		"GET /invite":           s.page(s.inviteView),
		"POST /invite":          do(s.invite),
		"GET /invite/{secret}":  s.page(s.linkView),
		"POST /invite/{secret}": do(s.followLink),
	}
}

func (s *Server) serverPages() web.Routes {
	return web.Routes{
		"GET /servers":  s.page(s.serversView),
		"POST /servers": do(s.changeServers),
	}
}

func (s *Server) memberRoutes() web.Routes {
	return web.Routes{
		"GET /login":          s.page(s.login),
		"POST /login":         web.Within(auth.LoginWithin, s.enter),
		"POST /logout":        do(s.leave),
		"GET /setup":          s.page(s.setupPage),
		"POST /setup":         do(s.own),
		"GET /access":         s.page(s.accessView),
		"POST /access/{what}": do(s.changeAccess),
	}
}
