package review

import (
	"context"
	"html/template"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/events"
	"earshot/moderation/review/export"
	"earshot/moderation/review/web"
)

// Config is what a Server needs. Store and Hub are required.
type Config struct {
	Store Store
	Hub   *events.Hub
	// Notice is shown as a banner on every page, "" for none. Words between backquotes are shown as code.
	Notice string
	// Alarm is what every page says on top now, "" for nothing; nil: never anything. When it changes, publish an event.
	Alarm func() string
	// Actor carries out what a host chooses; nil: flags can be decided, and nothing can be done in the rooms.
	Actor Actor
	// LeastHeard is who of those in a session's room spoke least, first; nil: it is not known.
	LeastHeard func(session string) models.Floor
	// Inviter sends the bot into rooms, Links makes invitations that need no login, States lists the rooms that it is in;
	// nil, all three: there is no service that can be invited. Profiles are what rooms can be treated as.
	Inviter Inviter
	Links   Links
	States  func() []models.RoomState
	// Servers are the room servers that owners allowed; nil with Inviter.
	Servers  Servers
	Profiles []string
	// Listener pauses listening and leaves people out; nil: nobody can.
	Listener Listener
	// Summaries makes summaries; nil: those that are stored are shown.
	Summaries Summariser
	// Sounds finds clips for exports with sound; nil: exports have none.
	Sounds export.Sounds
	// Rules are the rules in use, to be tried and replayed; nil: they can't be.
	Rules Rulebook
	// Conditions says how Earshot is doing, to who may see some rooms; nil says nothing. Settings is what is in force, without secrets.
	Conditions func(context.Context, models.RoomSet) []Condition
	Settings   []Setting
	// Version is the program's, for the page of health.
	Version string
	// Members are who may log in; Mode says who need not. Without Members the door is open.
	Members *auth.Members
	Mode    auth.Mode
	// Local says that only this machine can reach the pages: whoever is here may become the first owner. Setup is a secret
	// by which others may, "" for none.
	Local bool
	Setup string
	// Hosts are the DNS names under which the pages may be asked for, besides localhost and IP addresses. A request
	// under any other name is refused, since a foreign site could point its own name at this machine.
	Hosts []string
	// Location is the time zone of wall-clock times; nil is the machine's.
	Location *time.Location
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Log receives failures, never what was said; nil is slog.Default().
	Log *slog.Logger
	// MaxWatchers bounds the open event streams (default 512), and WatchersEach those of one visitor or from one address
	// (default 64); more are answered with 503 or 429, and Retry-After.
	MaxWatchers, WatchersEach int
}

// Server is the http.Handler of the pages, the API and the events. It starts no goroutine. Event streams end when the
// request's context ends or the Hub is closed.
type Server struct {
	store    Store
	hub      *events.Hub
	actor    Actor
	floor    func(session string) models.Floor
	sums     Summariser
	book     Rulebook
	sounds   export.Sounds
	settings []Setting
	version  string
	notice   []noticePart
	alarm    func() string
	loc      *time.Location
	now      func() time.Time
	log      *slog.Logger
	pages    map[string]*template.Template
	assets   *assets
	streams  *events.Streams
	handler  http.Handler

	conditions func(context.Context, models.RoomSet) []Condition

	inviter  Inviter
	links    Links
	servers  Servers
	states   func() []models.RoomState
	profiles []string
	listener Listener

	auth    *auth.Authenticator
	guard   *auth.Guard
	members *auth.Members // nil: nobody logs in
}

// New makes a Server. It panics when the embedded templates do not parse, which the package's tests rule out.
func New(c Config) *Server {
	s := &Server{
		store:    c.Store,
		hub:      c.Hub,
		actor:    c.Actor,
		floor:    c.LeastHeard,
		sums:     c.Summaries,
		book:     c.Rules,
		sounds:   c.Sounds,
		settings: c.Settings,
		version:  c.Version,
		notice:   parseNotice(c.Notice),
		alarm:    c.Alarm,
		loc:      c.Location,
		now:      c.Now,
		log:      c.Log,
		assets:   loadAssets(),
	}
	if s.alarm == nil {
		s.alarm = func() string { return "" }
	}
	s.conditions = c.Conditions
	s.servers = c.Servers
	s.inviter, s.links, s.states, s.profiles, s.listener = c.Inviter, c.Links, c.States, c.Profiles, c.Listener
	if s.loc == nil {
		s.loc = time.Local
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	if c.MaxWatchers <= 0 {
		c.MaxWatchers = 512
	}
	if c.WatchersEach <= 0 {
		c.WatchersEach = 64
	}
	s.pages = loadPages(s.assets)
	s.members = c.Members
	s.guard = auth.NewGuard(c.Hosts, s.log, s.fail)
	s.auth = auth.NewAuthenticator(auth.Config{
		Members: c.Members, Mode: c.Mode, Local: c.Local, Setup: c.Setup, Now: s.now, Guard: s.guard, Refuse: s.refuse,
	})
	s.streams = events.NewStreams(events.StreamConfig{
		Hub: c.Hub, Sessions: c.Store, Access: s.auth, Pieces: s.pieces, Fail: s.apiError, Log: s.log,
		Most: c.MaxWatchers, Each: c.WatchersEach, Heartbeat: 15 * time.Second,
	})
	s.handler = s.guard.Wrap(s.auth.Admit(s.mux()))
	return s
}

// fail answers a request that can't be dealt with: data to programs, a page to people.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if strings.HasPrefix(r.URL.Path, "/api/") {
		s.apiError(w, r, err)
		return
	}
	s.render(w, r, s.failed(r, err))
}

// refuse answers who is not let in.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, no *web.Refusal) {
	if auth.WantsData(r) {
		s.apiError(w, r, no)
		return
	}
	s.render(w, r, view{status: no.Status, page: "trouble", title: "Not now", data: trouble{Headline: "You can't come in now", Text: no.Message}})
}

// OwnHost puts the check of the host's name before another handler of the same server, so that the rooms in it can't be
// reached by a foreign name either.
func (s *Server) OwnHost(next http.Handler) http.Handler { return s.guard.OwnHost(next) }

// OwnersOnly puts a handler of the same server behind the login: who may not do everything everywhere is refused.
func (s *Server) OwnersOnly(next http.Handler) http.Handler { return s.auth.OwnersOnly(next) }

// ViewersOnly puts a handler of the same server behind the login: who may not see all rooms is refused. While the pages are
// private to this machine, programs on it are not asked.
func (s *Server) ViewersOnly(next http.Handler) http.Handler { return s.auth.ViewersOnly(next) }

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }
