package review

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/gzhttp"

	"earshot/models"
	"earshot/moderation/review/api"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/events"
	"earshot/moderation/review/export"
	"earshot/moderation/review/pages"
	"earshot/moderation/review/record"
	"earshot/moderation/review/web"
)

// Config is what a Server needs. Store and Hub are required.
type Config struct {
	Store record.Store
	Hub   *events.Hub
	// Notice is shown as a banner on every page, "" for none. Words between backquotes are shown as code.
	Notice string
	// Alarm is what every page says on top now, "" for nothing; nil: never anything. When it changes, publish an event.
	Alarm func() string
	// Actor carries out what a host chooses; nil: flags can be decided, and nothing can be done in the rooms.
	Actor record.Actor
	// LeastHeard is who of those in a session's room spoke least, first; nil: it is not known.
	LeastHeard func(session string) models.Floor
	// Inviter sends the bot into rooms, Links makes invitations that need no login, States lists the rooms that it is in;
	// nil, all three: there is no service that can be invited. Profiles are what rooms can be treated as.
	Inviter record.Inviter
	Links   record.Links
	States  func() []models.RoomState
	// Servers are the room servers that owners allowed; nil with Inviter.
	Servers  record.Servers
	Profiles []string
	// Listener pauses listening and leaves people out; nil: nobody can.
	Listener record.Listener
	// Summaries makes summaries; nil: those that are stored are shown.
	Summaries record.Summariser
	// Sounds finds clips for exports with sound; nil: exports have none.
	Sounds export.Sounds
	// Rules are the rules in use, to be tried and replayed; nil: they can't be.
	Rules record.Rulebook
	// Conditions says how Earshot is doing, to who may see some rooms; nil says nothing. Settings is what is in force, without secrets.
	Conditions func(context.Context, models.RoomSet) []models.Condition
	Settings   []pages.Setting
	// Version is the program's, for the page of health.
	Version string
	// Members are who may log in; Mode says who need not. Without Members nobody is asked.
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

// Server is the http.Handler of the pages, the API and the events: it mounts them behind the guard and the login. It starts no
// goroutine. Event streams end when the request's context ends or the Hub is closed.
type Server struct {
	guard   *auth.Guard
	auth    *auth.Authenticator
	pages   *pages.Pages
	api     *api.API
	streams *events.Streams
	handler http.Handler
}

// New makes a Server. It panics when the embedded templates do not parse, which the package's tests rule out.
func New(c Config) *Server {
	c = c.withDefaults()
	s := &Server{}
	s.guard = auth.NewGuard(c.Hosts, c.Log, s.fail)
	s.auth = auth.NewAuthenticator(auth.Config{
		Members: c.Members, Mode: c.Mode, Local: c.Local, Setup: c.Setup, Now: c.Now, Guard: s.guard, Refuse: s.refuse,
	})
	held := &record.Record{Store: c.Store, Hub: c.Hub, Actor: c.Actor, Summaries: c.Summaries, Now: c.Now, Log: c.Log}
	rooms := &record.Rooms{
		Record: held, Inviter: c.Inviter, Links: c.Links, Servers: c.Servers, Listener: c.Listener, States: c.States,
		Profiles: c.Profiles, Now: c.Now,
	}
	s.api = api.New(api.Config{
		Record: held, Rooms: rooms, Rules: c.Rules, Members: c.Members, Hub: c.Hub, Events: http.HandlerFunc(s.sessionEvents),
		Sounds: c.Sounds, Conditions: c.Conditions, Version: c.Version, Location: c.Location, Now: c.Now, Log: c.Log,
	})
	s.pages = pages.New(pages.Config{
		Record: held, Rooms: rooms, Auth: s.auth, Members: c.Members, Hub: c.Hub, Rules: c.Rules, LeastHeard: c.LeastHeard,
		Sounds: c.Sounds, Conditions: c.Conditions, Settings: c.Settings, Version: c.Version, Notice: c.Notice, Alarm: c.Alarm,
		Location: c.Location, Now: c.Now, Log: c.Log, Problem: s.api.Fail,
	})
	s.streams = events.NewStreams(events.StreamConfig{
		Hub: c.Hub, Sessions: c.Store, Access: s.auth, Pieces: s.pages.Pieces, Fail: s.api.Fail, Log: c.Log,
		Most: c.MaxWatchers, Each: c.WatchersEach, Heartbeat: 10 * time.Second,
	})
	mux, compressed := http.NewServeMux(), compression()
	for pattern, handler := range s.routes() {
		if !strings.Contains(pattern, "/events") {
			handler = compressed(handler)
		}
		mux.Handle(pattern, handler)
	}
	s.handler = s.guard.Wrap(s.auth.Admit(mux))
	return s
}

// compression sends text as gzip or zstd to who takes it: a page of a long session is a tenth of its size. Sound and archives stay as
// they are, and so do event streams, which must not wait for more.
func compression() func(http.Handler) http.HandlerFunc {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(1024), gzhttp.ContentTypes([]string{
		"text/html", "text/css", "text/javascript", "text/plain", "text/csv", "text/markdown", "text/vtt", "application/json", "image/svg+xml",
	}))
	if err != nil {
		panic(err) // the options are constants
	}
	return wrap
}

// withDefaults fills in what was left out.
func (c Config) withDefaults() Config {
	if c.Alarm == nil {
		c.Alarm = func() string { return "" }
	}
	if c.Location == nil {
		c.Location = time.Local
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.MaxWatchers <= 0 {
		c.MaxWatchers = 512
	}
	if c.WatchersEach <= 0 {
		c.WatchersEach = 64
	}
	return c
}

// routes is everything that the server answers.
func (s *Server) routes() web.Routes {
	out := s.pages.Routes()
	maps.Copy(out, s.api.Routes())
	maps.Copy(out, s.streams.Routes())
	return out
}

// Routes are the patterns of everything that the server answers, for checks of all of it.
func (s *Server) Routes() []string { return slices.Sorted(maps.Keys(s.routes())) }

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

func (s *Server) sessionEvents(w http.ResponseWriter, r *http.Request) { s.streams.JSON(w, r) }

// fail answers a request that can't be dealt with: data to programs, a page to people.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if strings.HasPrefix(r.URL.Path, "/api/") {
		s.api.Fail(w, r, err)
		return
	}
	s.pages.Fail(w, r, err)
}

// refuse answers who is not let in.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, no *web.Refusal) {
	if auth.WantsData(r) {
		s.api.Fail(w, r, no)
		return
	}
	s.pages.Refuse(w, r, no)
}

// OwnHost puts the check of the host's name before another handler of the same server, so that the rooms in it can't be
// reached by a foreign name either.
func (s *Server) OwnHost(next http.Handler) http.Handler { return s.guard.OwnHost(next) }

// OwnersOnly puts a handler of the same server behind the login: who may not do everything everywhere is refused.
func (s *Server) OwnersOnly(next http.Handler) http.Handler { return s.auth.OwnersOnly(next) }

// ViewersOnly puts a handler of the same server behind the login: who may not see all rooms is refused. While the pages are
// private to this machine, programs on it are not asked.
func (s *Server) ViewersOnly(next http.Handler) http.Handler { return s.auth.ViewersOnly(next) }
