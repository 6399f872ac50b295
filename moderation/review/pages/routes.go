package pages

import (
	"maps"
	"net/http"

	"earshot/moderation/review/auth"
	"earshot/moderation/review/web"
)

// Routes returns all routes of the pages.
func (s *Pages) Routes() web.Routes {
	out := s.recordRoutes()
	if s.RuleFiles != nil {
		maps.Copy(out, s.ruleFileRoutes())
	}
	if s.Rooms.Listener != nil {
		maps.Copy(out, s.listenerRoutes())
	}
	if s.Rooms.Inviter != nil {
		maps.Copy(out, s.inviterRoutes())
	}
	if s.Rooms.Scheduler != nil {
		room := roomPages{s}
		out["GET /schedule"], out["POST /schedule"] = s.page(room.schedule), do(room.changeSchedule)
	}
	if s.Rooms.Servers != nil {
		maps.Copy(out, s.serverRoutes())
	}
	if s.Members != nil {
		maps.Copy(out, s.memberRoutes())
	}
	return out
}

// do returns a handler with the time limit of a page.
func do(handle http.HandlerFunc) http.Handler { return web.Within(web.AnswerWithin, handle) }

func (s *Pages) recordRoutes() web.Routes {
	all, session, line, flag := recordPages{s}, sessionPages{s}, linePages{s}, flagPages{s}
	rule, person, room := rulePages{s}, personPages{s}, roomPages{s}
	return web.Routes{
		"GET /{$}":                                       s.page(all.rooms),
		"GET /s/{id}":                                    s.page(session.session),
		"GET /s/{id}/timeline":                           s.page(session.timelineOf),
		"POST /s/{id}/summary":                           http.HandlerFunc(session.summarise),
		"GET /s/{id}/export/{format}":                    do(session.download),
		"GET /s/{id}/line/{epoch}/{seq}/{track}":         s.page(line.line),
		"POST /s/{id}/line/{epoch}/{seq}/{track}":        do(line.correct),
		"POST /s/{id}/line/{epoch}/{seq}/{track}/redact": do(line.redact),
		"POST /s/{id}/line/{epoch}/{seq}/{track}/decide": do(flag.decideLine),
		"POST /s/{id}/line/{epoch}/{seq}/{track}/claim":  do(flag.claim),
		"GET /s/{id}/speakers/{speaker}":                 s.page(person.speaker),
		"POST /s/{id}/speakers/{speaker}":                do(person.changeSpeaker),
		"GET /people/{room}/{speaker}":                   s.page(person.person),
		"GET /people/{room}/{speaker}/export":            do(person.exportPerson),
		"POST /people/{room}/{speaker}/{what}":           do(person.changePerson),
		"GET /s/{id}/consent":                            s.page(room.consentView),
		"GET /s/{id}/consent.csv":                        do(room.consentFile),
		"GET /rules":                                     s.page(rule.rules),
		"GET /rules/{id}":                                s.page(rule.rule),
		"POST /rules/try":                                do(rule.tryWords),
		"POST /rules/replay":                             do(rule.replay),
		"POST /rules/tune":                               do(rule.tune),
		"GET /health":                                    s.page(all.health),
		"GET /queue":                                     s.page(flag.queue),
		"GET /queue/waiting":                             s.page(flag.count),
		"POST /queue/dismiss":                            do(flag.dismissAlike),
		"POST /flags/{id}":                               do(flag.decide),
		"GET /flags/{id}":                                do(flag.flagPlace),
		"GET /flags/{id}/card":                           s.page(flag.card),
		"GET /evidence/{file}":                           do(flag.evidence),
		"GET /search":                                    s.page(all.search),
		"GET /":                                          s.page(s.nowhere),
		"GET /static/{file}":                             http.HandlerFunc(s.assets.Serve),
	}
}

func (s *Pages) ruleFileRoutes() web.Routes {
	rule := rulePages{s}
	return web.Routes{
		"GET /rulefiles":              s.page(rule.rulefiles),
		"GET /rulefiles/{id}":         s.page(rule.rulefile),
		"POST /rulefiles/{id}":        do(rule.changeRulefile),
		"GET /rulefiles/{id}/change":  s.page(rule.amendView),
		"POST /rulefiles/{id}/change": do(rule.amendRulefile),
	}
}

func (s *Pages) listenerRoutes() web.Routes {
	room := roomPages{s}
	return web.Routes{
		"POST /s/{id}/consent":   do(room.object),
		"POST /s/{id}/listening": do(room.listen),
	}
}

func (s *Pages) inviterRoutes() web.Routes {
	room := roomPages{s}
	return web.Routes{
		"GET /invite":           s.page(room.inviteView),
		"POST /invite":          do(room.invite),
		"GET /invite/{secret}":  s.page(room.linkView),
		"POST /invite/{secret}": do(room.followLink),
	}
}

func (s *Pages) serverRoutes() web.Routes {
	room := roomPages{s}
	return web.Routes{
		"GET /servers":  s.page(room.serversView),
		"POST /servers": do(room.changeServers),
	}
}

func (s *Pages) memberRoutes() web.Routes {
	access := accessPages{s}
	return web.Routes{
		"GET /login":          s.page(access.login),
		"POST /login":         web.Within(auth.LoginWithin, access.enter),
		"POST /logout":        do(access.leave),
		"GET /setup":          s.page(access.setupPage),
		"POST /setup":         do(access.own),
		"GET /access":         s.page(access.accessView),
		"POST /access/{what}": do(access.changeAccess),
	}
}
