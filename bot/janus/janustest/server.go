// Package janustest runs a real Janus, the distribution's package, on this machine's loopback interface, for tests and for
// trying things out.
package janustest

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"earshot/bot/internal/processtest"
)

// ErrAbsent says that Janus, its plugins or a C compiler are not installed.
var ErrAbsent = errors.New("no Janus here: scripts/deps.sh --tests installs it")

// RoomSecret gives moderator rights in the rooms of a Server.
const RoomSecret = "s3cret"

// Options are what differs between servers.
type Options struct {
	// General is added to the "general" section of the configuration.
	General string
	// StringIDs has the server use strings as the ids of rooms and people.
	StringIDs bool
}

// Server is one Janus process with VideoRoom 1234, the private VideoRoom 77 with the PIN 1357, AudioBridge 5678 and TextRoom 1234. Its
// methods are for one goroutine.
type Server struct {
	// Port is that of its websocket.
	Port int
	dir  string
	run  *processtest.Process
}

const general = `general: {
  configs_folder = "%[1]s"
  plugins_folder = "%[2]s/plugins"
  transports_folder = "%[2]s/transports"
  events_folder = "%[2]s/events"
  loggers_folder = "%[2]s/loggers"
  debug_level = 3
  session_timeout = 60
  reclaim_session_timeout = 20
  %[3]s
}
nat: { ice_enforce_list = "lo" }
plugins: { disable = "libjanus_duktape.so,libjanus_echotest.so,libjanus_lua.so,libjanus_nosip.so,libjanus_recordplay.so,` +
	`libjanus_sip.so,libjanus_streaming.so,libjanus_videocall.so,libjanus_voicemail.so" }
transports: { disable = "libjanus_http.so,libjanus_mqtt.so,libjanus_nanomsg.so,libjanus_pfunix.so,libjanus_rabbitmq.so" }
media: { ipv6 = false }
`

const videoRooms = `general: { string_ids = %t }
room-1234: {
  description = "open", secret = "s3cret", publishers = 10
  audiolevel_event = true, audio_active_packets = 25, audio_level_average = 60
}
room-77: { description = "private", is_private = true, pin = "1357", publishers = 10 }
`

const audioBridges = `room-5678: {
  description = "mix", secret = "s3cret", sampling_rate = 48000
  audiolevel_event = true, audio_active_packets = 25, audio_level_average = 60
}
`

const textRooms = `room-1234: { description = "captions", secret = "s3cret" }
`

const websockets = `general: { json = "compact", ws = true, ws_port = %d, ws_ip = "127.0.0.1" }
`

// loopback is the source of a preloaded library that makes the loopback interface look like any other, which Janus would skip.
//
//go:embed loopback.c.txt
var loopback []byte

// Start writes a configuration into dir, which must exist, and starts a server on a free port. The caller must Kill it.
func Start(ctx context.Context, dir string, o Options) (*Server, error) {
	if _, err := exec.LookPath("janus"); err != nil {
		return nil, ErrAbsent
	}
	libs, err := filepath.Glob("/usr/lib/*/janus")
	if err != nil || len(libs) == 0 {
		return nil, ErrAbsent
	}
	s := &Server{dir: dir}
	if s.Port, err = processtest.Port(); err != nil {
		return nil, fmt.Errorf("janustest: %w", err)
	}
	files := map[string]string{
		"janus.jcfg":                      fmt.Sprintf(general, dir, libs[0], o.General),
		"janus.transport.websockets.jcfg": fmt.Sprintf(websockets, s.Port),
		"janus.plugin.videoroom.jcfg":     fmt.Sprintf(videoRooms, o.StringIDs),
		"janus.plugin.audiobridge.jcfg":   audioBridges,
		"janus.plugin.textroom.jcfg":      textRooms,
		"loopback.c":                      string(loopback),
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return nil, fmt.Errorf("janustest: %w", err)
		}
	}
	//nolint:gosec // the caller's own folder
	out, err := exec.CommandContext(
		ctx, "gcc", "-shared", "-fPIC", "-o", s.library(), filepath.Join(dir, "loopback.c"), "-ldl",
	).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%w (gcc: %w: %s)", ErrAbsent, err, out)
	}
	return s, s.Restart(ctx)
}

func (s *Server) library() string { return filepath.Join(s.dir, "loopback.so") }

// Restart starts the server again on the same port after Kill.
func (s *Server) Restart(ctx context.Context) (err error) {
	s.run, err = processtest.Start(
		ctx, s.Log(), []string{
			"LD_PRELOAD=" + s.library(),
		}, processtest.Accepts(s.Addr()), "janus", "-F", s.dir, "-C", filepath.Join(s.dir, "janus.jcfg"), "-o",
	)
	if err != nil {
		return fmt.Errorf("janustest: %w", err)
	}
	return nil
}

// Kill ends the process with SIGKILL and waits for it.
func (s *Server) Kill() { s.run.Kill() }

// Addr is where the server listens, as host:port.
func (s *Server) Addr() string { return fmt.Sprintf("127.0.0.1:%d", s.Port) }

// URL is an address on the server, like room/1234 or bridge/5678.
func (s *Server) URL(rest string) string { return "janus+ws://" + s.Addr() + "/" + rest }

// Log is the path of the server's log.
func (s *Server) Log() string { return filepath.Join(s.dir, "janus.log") }
