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

// Config configures a Server. Store and Hub are required.
type Config struct {
	Store record.Store
	// Hub has the events that are watched.
	Hub *events.Hub
	// Publisher is where changes are published; nil: the Hub.
	Publisher record.Publisher
	// Notice is shown as a banner on every page; "" shows none. Words between backquotes are shown as code.
	Notice string
	// Alarm returns the alarm shown at the top of every page, "" for none; nil: there are never any. When it changes, publish an
	// event.
	Alarm func() string
	// Actor carries out hosts' actions; nil: flags can be decided, but nothing can be done in the rooms.
	Actor record.Actor
	// LeastHeard returns the people in a session's room who spoke least, in that order; nil: unknown.
	LeastHeard func(session string) models.Floor
	// Inviter sends the bot into rooms, Links creates invitations that need no login, States lists the bot's rooms; all three nil:
	// there is no service that can be invited. Profiles are the profiles available for rooms.
	Inviter record.Inviter
	Links   record.Links
	States  func() []models.RoomState
	// Scheduler keeps the times at which the bot is in rooms; nil: only the configuration does.
	Scheduler record.Scheduler
	// Servers are the room servers allowed by owners; nil with Inviter.
	Servers  record.Servers
	Profiles []string
	// Listener pauses listening and records objections; nil: neither is possible.
	Listener record.Listener
	// Summaries makes summaries; nil: only stored ones are shown.
	Summaries record.Summariser
	// Sounds finds clips for exports with sound; nil: exports have none.
	Sounds export.Sounds
	// WAV converts a clip's Ogg Opus to a WAV file, for browsers that can't play it; nil: none is offered.
	WAV func(ogg []byte) ([]byte, error)
	// Rules are the rules in use, for trying and replaying; nil: neither is possible.
	Rules record.Rulebook
	// Tuner suggests rule changes and applies them; nil: there are none.
	Tuner record.Tuner
	// RuleFiles are the rule files in use, which owners can edit; nil: they can't.
	RuleFiles record.RuleFiles
	// Conditions returns the state of the service for people who may see some rooms; nil: none. Settings are the current settings,
	// without secrets.
	Conditions func(context.Context, models.RoomSet) []models.Condition
	Settings   []pages.Setting
	// Processes tells how the processes are that share the database; nil, or nil from it: there is one only.
	Processes func(context.Context) (*models.Processes, error)
	// Version is the program's version, for the health page.
	Version string
	// Members are the users who can log in; Mode says who need not. Without Members no login is required.
	Members *auth.Members
	Mode    auth.Mode
	// Local says that only this machine can reach the pages: anyone on it may create the owner account. Setup is a secret with which
	// others may; "" means none.
	Local bool
	Setup string
	// Hosts are the DNS names of the pages, besides localhost and IP addresses. Requests with any other name are refused, since a
	// malicious site could point its own name at this machine.
	Hosts []string
	// Location is the time zone of wall-clock times; nil is the machine's.
	Location *time.Location
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Log receives failures, never what was said; nil is slog.Default().
	Log *slog.Logger
	// MaxWatchers limits the open event streams (default 512), and WatchersEach those of one visitor or from one address (default
	// 64); further ones get 503 or 429, with Retry-After.
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

// New returns a Server. It panics if the embedded templates do not parse, which the package's tests rule out.
func New(c Config) *Server {
	c = c.withDefaults()
	s := &Server{}
	s.guard = auth.NewGuard(c.Hosts, c.Log, s.fail)
	s.auth = auth.NewAuthenticator(auth.Config{
		Members: c.Members, Mode: c.Mode, Local: c.Local, Setup: c.Setup, Now: c.Now, Guard: s.guard, Refuse: s.refuse,
	})
	held := &record.Record{Store: c.Store, Hub: c.Publisher, Actor: c.Actor, Summaries: c.Summaries, Now: c.Now, Log: c.Log}
	desk := &record.Desk{Record: held}
	rooms := &record.Rooms{
		Record: held, Inviter: c.Inviter, Links: c.Links, Servers: c.Servers, Listener: c.Listener, States: c.States,
		Scheduler: c.Scheduler,
		Profiles:  c.Profiles, Processes: c.Processes, Now: c.Now,
	}
	s.api = api.New(api.Config{
		Record: held, Desk: desk, Rooms: rooms, Rules: c.Rules, Tuner: c.Tuner, Members: c.Members, Hub: c.Hub,
		Events: http.HandlerFunc(s.sessionEvents), Sounds: c.Sounds, Conditions: c.Conditions, Processes: c.Processes, How: "api",
		Version:  c.Version,
		Location: c.Location, Now: c.Now, Log: c.Log,
	})
	s.pages = pages.New(pages.Config{
		Record: held, Desk: desk, Rooms: rooms, Auth: s.auth, Members: c.Members, Hub: c.Hub, Rules: c.Rules,
		Tuner: c.Tuner, RuleFiles: c.RuleFiles, LeastHeard: c.LeastHeard, WAV: c.WAV,
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

// compression sends text as gzip or zstd to clients that accept it: a page of a long session shrinks to a tenth. Audio and archives
// are not compressed, and neither are event streams, which must not be delayed.
func compression() func(http.Handler) http.HandlerFunc {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(1024), gzhttp.CompressionLevel(8), gzhttp.ContentTypes([]string{
		"text/html", "text/css", "text/javascript", "text/plain", "text/csv", "text/markdown", "text/vtt", "application/json", "image/svg+xml",
	}))
	if err != nil {
		panic(err) // the options are constants
	}
	return wrap
}

// withDefaults fills in defaults.
func (c Config) withDefaults() Config {
	if c.Alarm == nil {
		c.Alarm = func() string { return "" }
	}
	if c.Publisher == nil {
		c.Publisher = c.Hub
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

// routes returns all routes of the server.
func (s *Server) routes() web.Routes {
	out := s.pages.Routes()
	maps.Copy(out, s.api.Routes())
	maps.Copy(out, s.streams.Routes())
	return out
}

// Routes returns the patterns of all routes, for tests that cover them.
func (s *Server) Routes() []string { return slices.Sorted(maps.Keys(s.routes())) }

// Commands returns the API for the commands of the machine's operator, served on a socket that nobody else can open; more are
// further operations, by pattern. base is the pages' address as people open them, without a trailing slash.
func (s *Server) Commands(operator, base string, more map[string]func(*http.Request) (any, error)) http.Handler {
	return s.api.For(auth.Visitor{Name: operator, All: models.AccessOwner}, "command", base, more)
}

// ServeHTTP handles one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

func (s *Server) sessionEvents(w http.ResponseWriter, r *http.Request) { s.streams.JSON(w, r) }

// fail responds to a request that failed: with data for programs, with a page for people.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if strings.HasPrefix(r.URL.Path, "/api/") {
		s.api.Fail(w, r, err)
		return
	}
	s.pages.Fail(w, r, err)
}

// refuse responds to a visitor who is not admitted.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, no *web.Refusal) {
	if auth.WantsData(r) {
		s.api.Fail(w, r, no)
		return
	}
	s.pages.Refuse(w, r, no)
}

// OwnHost adds the host name check to another handler of the same server, so that the lounge's rooms can't be reached by a foreign
// name either.
func (s *Server) OwnHost(next http.Handler) http.Handler { return s.guard.OwnHost(next) }

// OwnersOnly puts a handler of the same server behind the login: everybody but owners is refused.
func (s *Server) OwnersOnly(next http.Handler) http.Handler { return s.auth.OwnersOnly(next) }

// ViewersOnly puts a handler of the same server behind the login: people who may not see all rooms are refused. While the pages are
// private to this machine, programs on it need no login.
func (s *Server) ViewersOnly(next http.Handler) http.Handler { return s.auth.ViewersOnly(next) }
