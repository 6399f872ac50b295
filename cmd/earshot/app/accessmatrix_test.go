//go:build !race

package app

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// accessRow says who may use a route: the status for a viewer, a reviewer and a host of the room, and for an owner.
type accessRow struct {
	pattern string
	codes   [4]int
	body    func(room string) string
	query   func(room string) string
	with    string // for {what} and {secret}
	// other is the status for those three in a room that is not theirs; 0: the route belongs to no room, and the same status applies.
	other int
	// wide is the status for somebody who may see all rooms but change nothing; 0: the same as for a viewer.
	wide   int
	public bool // for those without a login too
	spends bool // it works once
}

func always(text string) func(string) string { return func(string) string { return text } }

func form(pairs ...string) func(string) string {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return always(v.Encode())
}

func speaker(suffix, more string) func(string) string {
	return func(room string) string { return "speaker=" + room + suffix + more }
}

func inviting(more string) func(string) string {
	return func(room string) string { return url.Values{"url": {roomAddress(room)}}.Encode() + more }
}

func scheduling(do string) func(string) string {
	return inviting("&day=4&at=20:00&minutes=60&zone=UTC&do=" + do)
}

func schedulingJSON(room string) string {
	return `{"url":"` + roomAddress(room) + `","days":[4],"at":"20:00","minutes":60,"zone":"UTC"}`
}

func invitingJSON(room string) string { return `{"url":"` + roomAddress(room) + `"}` }

// everyRoute is the table of access. A route that is missing from it fails the test, and so does a row that matches no route.
func everyRoute() []accessRow {
	reads, owns := [4]int{200, 200, 200, 200}, [4]int{403, 403, 403, 200}
	decides, hosts := [4]int{403, 200, 200, 200}, [4]int{403, 403, 200, 200}
	decidesForm, hostsForm := [4]int{403, 303, 303, 303}, [4]int{403, 403, 303, 303}
	return []accessRow{
		{pattern: "GET /{$}", codes: reads},
		{pattern: "GET /s/{id}", codes: reads, other: 404},
		{pattern: "GET /s/{id}/timeline", codes: reads, other: 404},
		{pattern: "POST /s/{id}/summary", codes: decidesForm, other: 404},
		{pattern: "GET /s/{id}/export/{format}", codes: reads, other: 404},
		{pattern: "GET /s/{id}/line/{epoch}/{seq}/{track}", codes: decides, other: 404},
		{pattern: "POST /s/{id}/line/{epoch}/{seq}/{track}", codes: decidesForm, body: form("text", "something else"), other: 404},
		{
			pattern: "POST /s/{id}/line/{epoch}/{seq}/{track}/decide", codes: decidesForm, other: 404,
			body: func(room string) string { return "status=confirmed&flag=" + room + "-rule.common-1" },
		},
		{
			pattern: "POST /s/{id}/line/{epoch}/{seq}/{track}/claim", codes: [4]int{403, 204, 204, 204}, other: 404, body: form("page", "p"),
		},
		{pattern: "POST /s/{id}/line/{epoch}/{seq}/{track}/redact", codes: hostsForm, body: form("word", "1", "sure", "1"), other: 404},
		{pattern: "GET /s/{id}/speakers/{speaker}", codes: reads, other: 404},
		{pattern: "POST /s/{id}/speakers/{speaker}", codes: hostsForm, body: form("objects", "1"), other: 404},
		{pattern: "GET /people/{room}/{speaker}", codes: reads, other: 404},
		{pattern: "GET /people/{room}/{speaker}/export", codes: reads, other: 404},
		{pattern: "POST /people/{room}/{speaker}/{what}", with: "name", codes: hostsForm, body: form("name", "Anna"), other: 404},
		{pattern: "POST /people/{room}/{speaker}/{what}", with: "merge", codes: hostsForm, body: speaker("-ben", ""), other: 404},
		{spends: true, pattern: "POST /people/{room}/{speaker}/{what}", with: "part", codes: hostsForm, body: func(room string) string {
			return url.Values{"room": {roomAt(room)}, "speaker": {room + "-ana"}}.Encode()
		}, other: 404},
		{spends: true, pattern: "POST /people/{room}/{speaker}/{what}", with: "erase", codes: hostsForm, body: form("word", "erase"), other: 404},
		{pattern: "GET /s/{id}/consent", codes: reads, other: 404},
		{pattern: "GET /s/{id}/consent.csv", codes: reads, other: 404},
		{pattern: "GET /rules", codes: reads},
		{pattern: "GET /rules/{id}", codes: reads, other: 404},
		{pattern: "POST /rules/try", codes: reads, body: form("say", "hello")},
		{pattern: "POST /rules/replay", codes: owns},
		{pattern: "POST /rules/tune", codes: owns, body: form("rule", "silly")},
		{pattern: "GET /rulefiles", codes: owns},
		{pattern: "GET /rulefiles/{id}", with: "none", codes: [4]int{403, 403, 403, 404}},
		{pattern: "POST /rulefiles/{id}", with: "none", codes: [4]int{403, 403, 403, 404}, body: form("text", "schema: 1")},
		{pattern: "GET /rulefiles/{id}/change", with: "none", codes: [4]int{403, 403, 403, 404}},
		{pattern: "POST /rulefiles/{id}/change", with: "none", codes: [4]int{403, 403, 403, 404}, body: form("what", "loud", "seconds", "60")},
		{pattern: "GET /health", codes: reads},
		{pattern: "GET /queue", codes: reads},
		{pattern: "GET /queue/waiting", codes: reads},
		{pattern: "POST /queue/dismiss", codes: [4]int{303, 303, 303, 303}, body: form("rule", "nothing"), other: 303}, // finds none
		{pattern: "POST /flags/{id}", codes: decidesForm, body: form("status", "confirmed"), other: 404},
		{pattern: "GET /flags/{id}", codes: [4]int{303, 303, 303, 303}, other: 404},
		{pattern: "GET /flags/{id}/card", codes: reads, other: 404},
		{pattern: "GET /evidence/{file}", codes: reads, other: 404},
		{pattern: "GET /search", codes: reads, query: always("q=common")},
		{pattern: "GET /", with: "nothing", codes: [4]int{404, 404, 404, 404}},
		{pattern: "GET /static/{file}", with: "/static/app.css", codes: reads, public: true},
		{pattern: "GET /events", codes: reads},
		{pattern: "GET /events/flags", codes: reads},
		{pattern: "GET /events/{id}", codes: reads, other: 404},
		{pattern: "GET /api/", with: "nothing", codes: [4]int{404, 404, 404, 404}},
		{pattern: "POST /s/{id}/consent", codes: hostsForm, body: speaker("-ana", "&objects=1"), other: 404},
		{spends: true, pattern: "POST /s/{id}/listening", codes: hostsForm, body: form("do", "leave"), other: 404},
		{pattern: "GET /invite", codes: hosts, query: inviting(""), other: 403},
		{pattern: "POST /invite", codes: hosts, body: inviting("&do=link"), other: 403},
		{pattern: "GET /invite/{secret}", with: "none", codes: [4]int{404, 404, 404, 404}, public: true},
		{pattern: "POST /invite/{secret}", with: "none", codes: [4]int{404, 404, 404, 404}, public: true},
		{pattern: "GET /login", codes: reads, public: true},
		{pattern: "POST /login", codes: [4]int{401, 401, 401, 401}, body: form("link", "none"), public: true},
		{spends: true, pattern: "POST /logout", codes: [4]int{303, 303, 303, 303}},
		{pattern: "GET /setup", codes: [4]int{404, 404, 404, 404}, public: true},
		{pattern: "POST /setup", codes: [4]int{404, 404, 404, 404}, body: form("name", "Eve", "password", "long enough"), public: true},
		{pattern: "GET /schedule", codes: reads},
		{pattern: "POST /schedule", codes: hosts, body: scheduling("show"), other: 403},
		{spends: true, pattern: "POST /schedule", codes: hosts, body: scheduling("save"), other: 403},
		{pattern: "POST /schedule", codes: [4]int{404, 404, 404, 404}, body: form("do", "remove", "id", "none")},
		{pattern: "GET /api/schedule", codes: reads},
		{spends: true, pattern: "POST /api/schedule", codes: hosts, body: schedulingJSON, other: 403},
		{pattern: "DELETE /api/schedule/{id}", codes: [4]int{404, 404, 404, 404}},
		{pattern: "GET /servers", codes: owns},
		{pattern: "POST /servers", codes: [4]int{403, 403, 403, 303}, body: form("server", "livekit://a")},
		{pattern: "GET /api/servers", codes: owns},
		{pattern: "POST /api/servers", codes: owns, body: always(`{"server":"livekit://a"}`)},
		{pattern: "DELETE /api/servers/{server}", codes: [4]int{403, 403, 403, 400}},
		{pattern: "GET /access", codes: owns},
		{pattern: "POST /access/{what}", with: "link", codes: owns, body: form("user", asViewer)},
		{spends: true, pattern: "POST /access/{what}", with: "add", codes: owns, body: form("name", "Lee", "access", "viewer")},
		{spends: true, pattern: "POST /access/{what}", with: "remove", codes: owns, body: form("user", asWide)},
		{pattern: "POST /access/{what}", with: "key", codes: owns, body: form("label", "new")},
		{pattern: "POST /access/{what}", with: "revoke", codes: [4]int{403, 403, 403, 404}, body: form("key", "none")},
		{pattern: "GET /api/sessions", codes: reads},
		{pattern: "GET /api/sessions/{id}", codes: reads, other: 404},
		{pattern: "GET /api/sessions/{id}/utterances", codes: reads, other: 404},
		{pattern: "GET /api/sessions/{id}/flags", codes: reads, other: 404},
		{pattern: "GET /api/sessions/{id}/decisions", codes: reads, other: 404},
		{pattern: "GET /api/sessions/{id}/evidence", codes: reads, other: 404},
		{pattern: "POST /api/sessions/{id}/summary", codes: decides, other: 404},
		{pattern: "GET /api/sessions/{id}/summary", codes: reads, other: 404},
		{pattern: "GET /api/sessions/{id}/export", codes: reads, query: always("format=json"), other: 404},
		{pattern: "GET /api/sessions/{id}/events", codes: reads, other: 404},
		{pattern: "GET /api/flags", codes: reads},
		{pattern: "POST /api/flags/{id}", codes: decides, body: always(`{"status":"dismissed"}`), other: 404},
		{pattern: "GET /api/rules", codes: reads},
		{pattern: "GET /api/search", codes: reads, query: always("q=common")},
		{pattern: "GET /api/health", codes: reads},
		{pattern: "GET /api/openapi.json", codes: reads},
		{pattern: "POST /api/sessions/{id}/utterances/{epoch}/{seq}/{track}/redaction", codes: hosts, body: always(`{"all":true}`), other: 404},
		{
			pattern: "POST /api/sessions/{id}/utterances/{epoch}/{seq}/{track}/decision", codes: decides, other: 404,
			body: func(room string) string { return `{"flags":["` + room + `-rule.common-1"],"status":"open"}` },
		},
		{
			pattern: "POST /api/sessions/{id}/people/{speaker}/action", codes: [4]int{403, 403, 400, 400}, other: 404,
			body: always(`{"verb":"mute"}`), // the bot is not there
		},
		{pattern: "POST /api/rules/try", codes: reads, body: always(`{"text":["hello"]}`)},
		{pattern: "POST /api/rules/replay", codes: decides, body: func(room string) string {
			return `{"room":"` + roomAt(room) + `"}`
		}, other: 403},
		{pattern: "POST /api/rules/tune", codes: owns, body: always(`{}`)},
		{pattern: "POST /api/rules/take", codes: [4]int{403, 403, 403, 404}, body: always(`{"proposal":"none"}`)},
		{pattern: "GET /api/sessions/{id}/consent", codes: reads, other: 404},
		{pattern: "POST /api/sessions/{id}/people/{speaker}/objection", codes: hosts, body: always(`{"objects":true}`), other: 404},
		{pattern: "POST /api/rooms/{id}/pause", codes: [4]int{403, 403, 409, 409}, other: 404}, // the bot is not there
		{pattern: "POST /api/rooms/{id}/resume", codes: [4]int{403, 403, 409, 409}, other: 404},
		{pattern: "GET /api/rooms", codes: reads},
		{spends: true, pattern: "POST /api/rooms", codes: hosts, body: invitingJSON, other: 403}, // the bot joins before the scheduled time
		{spends: true, pattern: "DELETE /api/rooms/{id}", codes: hosts, other: 404},
		{pattern: "POST /api/invitations", codes: hosts, body: invitingJSON, other: 403},
		{pattern: "GET /api/users", codes: owns},
		{spends: true, pattern: "POST /api/users", codes: owns, body: always(`{"name":"Lee","access":"viewer"}`)},
		{pattern: "POST /api/users/{id}/link", codes: owns},
		{spends: true, pattern: "DELETE /api/users/{id}", codes: owns},
		{pattern: "GET /api/keys", codes: owns},
		{pattern: "POST /api/keys", codes: owns, body: always(`{"label":"new"}`)},
		{spends: true, pattern: "DELETE /api/keys/{id}", codes: owns},
		{pattern: "GET /metrics", codes: owns, wide: 200},
		{pattern: "GET /debug/pprof/symbol", codes: owns},
		{pattern: "GET /healthz", codes: reads, public: true},
		{pattern: "GET /readyz", codes: [4]int{503, 503, 503, 503}, public: true}, // no model is loaded
	}
}

// beside are the routes that the app serves beside the pages.
var beside = []string{"GET /metrics", "GET /debug/pprof/symbol", "GET /healthz", "GET /readyz"}

// target is the address that a row requests in a room.
func (a accessRow) target(w *accessWorld, room string) (method, target, body string) {
	method, path, _ := strings.Cut(a.pattern, " ")
	switch {
	case strings.HasPrefix(a.with, "/"):
		path = a.with
	case strings.HasSuffix(path, "/"):
		path += a.with
	default:
		path = strings.NewReplacer("{what}", a.with, "{secret}", a.with).Replace(path)
	}
	target = w.fillIn(path, room)
	if a.query != nil {
		target += "?" + a.query(room)
	}
	if a.body != nil {
		body = a.body(room)
	}
	return method, target, body
}

// want is the status expected for somebody in a room.
func (a accessRow) want(who, room string) int {
	method, path, _ := strings.Cut(a.pattern, " ")
	limited := map[string]int{asViewer: 0, asReviewer: 1, asHost: 2, asKey: 2}
	i, isLimited := limited[who]
	switch {
	case who == asNobody && a.public:
		return a.codes[0]
	case who == asNobody && (method != http.MethodGet || wantsData(path)):
		return http.StatusUnauthorized
	case who == asNobody:
		return http.StatusSeeOther
	case who == asOwner:
		return a.codes[3]
	case who == asWide && a.wide != 0:
		return a.wide
	case who == asWide:
		return a.codes[0]
	case isLimited && room != "aside" && a.other != 0:
		return a.other
	}
	return a.codes[i]
}

func wantsData(path string) bool {
	data := []string{"/api/", "/events", "/evidence/", "/metrics", "/debug/"}
	return slices.ContainsFunc(data, func(p string) bool { return strings.HasPrefix(path, p) })
}

// TestEveryRouteAsksForItsAccess requests every route of the program as every kind of user, in their own room and in another.
func TestEveryRouteAsksForItsAccess(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	rooms := map[string]int{"aside": 3, "zebra": 3}
	w := newAccessWorld(t, rooms)
	routes, rows := slices.Concat(w.routes, beside), everyRoute()
	for _, r := range routes {
		if !slices.ContainsFunc(rows, func(a accessRow) bool { return a.pattern == r }) {
			t.Errorf("%s has no row in the table of access", r)
		}
	}
	for _, row := range rows {
		if !slices.Contains(routes, row.pattern) {
			t.Errorf("%s is no route", row.pattern)
		}
		everybody := []string{asNobody, asViewer, asWide, asReviewer, asKey, asHost, asOwner}
		if row.public {
			everybody = everybody[:2] // or there are too many guesses
		}
		for _, who := range everybody {
			for _, room := range []string{"zebra", "aside"} {
				method, target, body := row.target(w, room)
				before := w.state(room)
				a := w.ask(who, method, target, body)
				if want := row.want(who, room); a.code != want {
					t.Errorf("%s %s (%q) as %s: %d, want %d: %.200s", method, target, body, who, a.code, want, a.body)
				}
				if a.code >= 400 && w.state(room) != before {
					t.Errorf("%s %s as %s was refused with %d, and changed something", method, target, who, a.code)
				}
				if said := a.said(); who != asWide && who != asOwner && strings.Contains(said, "zebra") {
					t.Errorf("%s %s as %s tells of the other room: %.2000s", method, target, who, said)
				}
				if row.spends && a.code < 400 {
					w = newAccessWorld(t, rooms)
				}
			}
		}
	}
}

// said is the whole answer. A redirect to the login includes the address that was requested, to return to.
func (a answerOf) said() string {
	if a.code == http.StatusSeeOther && strings.HasPrefix(a.header.Get("Location"), "/login?") {
		return ""
	}
	var b strings.Builder
	for k, v := range a.header {
		b.WriteString(k + ": " + strings.Join(v, ", ") + "\n")
	}
	return strings.ToLower(b.String() + a.body)
}
