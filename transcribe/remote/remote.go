// Package remote transcribes with a server elsewhere that speaks OpenAI's audio API (POST /audio/transcriptions with
// verbose_json and word times), as whisper.cpp's server, speaches, faster-whisper's servers and vLLM do.
//
// A Server offers decode slots like those of child processes. While the server is away its slots are not ready, so that clips
// wait in the spool; a second of silence is sent until it is transcribed. A clip that fails while silence succeeds is at fault
// itself. What the server does not tell of its certainty is unknown and makes a line doubtful (transcribe.Result.Unrated).
//
// Sound is sent to the configured address only: no proxy is used, no redirect followed. Errors contain nothing of what the
// server answered.
package remote

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"earshot/models"
)

// DefaultSlots is how many clips are sent at once unless Config.Slots says otherwise. Servers queue or batch what is more.
const DefaultSlots = 4

// firstWait is the first delay before silence is sent again to a server that is away; the delays grow.
const firstWait = 500 * time.Millisecond

// Config configures a Server. URL and Model are required.
type Config struct {
	// URL is the base of the API, including the version: http://127.0.0.1:8000/v1.
	URL string
	// Model is the model's name in the API.
	Model string
	// Key is the bearer token; it may be empty.
	Key string
	// Slots is how many clips are sent at once; 0 means DefaultSlots.
	Slots int
	// Patient keeps Run trying for as long as the server is away. Otherwise Run returns an error after a while.
	Patient bool
	// Logger is told when the server goes away and comes back; nil discards that.
	Logger *slog.Logger
}

// Server is a transcription server. Run starts it. Its methods may be called from any goroutine.
type Server struct {
	cfg       Config
	at        models.Endpoint
	http      *http.Client
	firstWait time.Duration // a test's is shorter

	mu      sync.Mutex
	state   state
	changed chan struct{} // closed and replaced whenever state changes
	counts  counts
}

// state is whether the server transcribes. It begins as unknown, which counts as away.
type state struct {
	up    bool
	why   error // the reason for being away; nil before the first attempt
	since time.Time
	ended error // Run has returned
}

// New validates the configuration. It sends nothing.
func New(c Config) (*Server, error) {
	at, err := models.ParseEndpoint("decoder.url", c.URL, "http://127.0.0.1:8000/v1")
	if err != nil {
		return nil, err
	}
	if c.Model == "" {
		return nil, models.WithHint(errors.New("decoder.model is empty"), "name the model as the server calls it")
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Slots <= 0 {
		c.Slots = DefaultSlots
	}
	return &Server{
		cfg: c, at: at,
		http: &http.Client{
			Transport: &http.Transport{
				DialContext:         (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
				TLSHandshakeTimeout: 5 * time.Second, MaxResponseHeaderBytes: 32 << 10, DisableCompression: true,
				MaxIdleConnsPerHost: c.Slots, IdleConnTimeout: time.Minute,
			},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		firstWait: firstWait, changed: make(chan struct{}),
	}, nil
}

// Name returns the model and its server, as model@host.
func (s *Server) Name() string { return s.cfg.Model + "@" + s.at.Host }

// Host returns host:port of the server.
func (s *Server) Host() string { return s.at.Host }

// Leaves reports whether sound leaves this machine.
func (s *Server) Leaves() bool { return !s.at.Local }

// Notice is a sentence about what is sent where.
func (s *Server) Notice() string {
	if !s.at.Local {
		return "Transcription: the sound of what people say leaves this machine, to " + s.at.Host + "."
	}
	return "Transcription: sound is given to another program on this machine, at " + s.at.Host + "."
}

// Close closes idle connections.
func (s *Server) Close() error {
	s.http.CloseIdleConnections()
	return nil
}

// Stats are a Server's figures since it was made.
type Stats struct {
	// Up reports that the server transcribes; Why is the latest reason when it does not, and Since when that began.
	Up    bool
	Why   error
	Since time.Time
	// Asked counts the clips sent, Failures those without a usable answer.
	Asked, Failures uint64
	// Latency is how long the latest answer took, the upload included.
	Latency time.Duration
}

// counts are the figures that only grow, and the latest latency.
type counts struct {
	asked, failures uint64
	latency         time.Duration
}

// Stats returns the current figures.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Stats{
		Up: s.state.up, Why: s.state.why, Since: s.state.since,
		Asked: s.counts.asked, Failures: s.counts.failures, Latency: s.counts.latency,
	}
}
