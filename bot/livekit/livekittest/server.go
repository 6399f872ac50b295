// Package livekittest runs a LiveKit server on this machine's loopback interface, for tests and for trying things out.
// The server is a program of its own: scripts/rooms.sh builds it once.
package livekittest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"

	"earshot/bot/internal/processtest"
)

// Version is the server's, as scripts/rooms.sh builds it.
const Version = "v1.13.5"

// The key and the secret that the server accepts.
const (
	Key    = "earshot-key"
	Secret = "a-secret-for-tests-only-0123456789abcdef"
)

// ErrAbsent says that the server is not installed.
var ErrAbsent = errors.New("no LiveKit server here: scripts/rooms.sh builds it")

// Server is one server process. Its methods are for one goroutine.
type Server struct {
	// Port is where its signalling and its RoomService listen.
	Port int
	dir  string
	run  *processtest.Process
}

// Find returns the path of the server's program: EARSHOT_LIVEKIT_SERVER, or what scripts/rooms.sh built in the folder of
// this source tree.
func Find() (string, error) {
	if p := os.Getenv("EARSHOT_LIVEKIT_SERVER"); p != "" {
		return p, nil
	}
	dir, err := os.Getwd()
	for ; err == nil && filepath.Dir(dir) != dir; dir = filepath.Dir(dir) {
		p := filepath.Join(dir, "build", "tools", "livekit-server-"+Version)
		if _, err := os.Stat(p); err == nil {
			return p, nil
		} else if !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("livekittest: %w", err)
		}
	}
	return "", ErrAbsent
}

// Start writes a configuration into dir, which must exist, and starts a server on free ports. extra is YAML that is
// added to the configuration, or empty. The caller must Kill it.
func Start(ctx context.Context, dir, extra string) (*Server, error) {
	s := &Server{dir: dir}
	udp, err := processtest.Port()
	if err == nil {
		s.Port, err = processtest.Port()
	}
	if err != nil {
		return nil, fmt.Errorf("livekittest: %w", err)
	}
	config := fmt.Sprintf(`port: %d
bind_addresses: [127.0.0.1]
rtc:
  udp_port: %d
  tcp_port: 0
  node_ip: 127.0.0.1
  use_external_ip: false
  enable_loopback_candidate: true
  interfaces: {includes: [lo]}
  stun_servers: ["127.0.0.1:1"]
room:
  enable_remote_unmute: true
  empty_timeout: 3600 # a test may take longer than the usual 20 s from one speaker's leaving to the next one's coming
  departure_timeout: 3600
keys:
  %s: %s
logging: {level: info, json: false}
%s`, s.Port, udp, Key, Secret, extra)
	if err := os.WriteFile(filepath.Join(dir, "livekit.yaml"), []byte(config), 0o600); err != nil {
		return nil, fmt.Errorf("livekittest: %w", err)
	}
	return s, s.Restart(ctx)
}

// Restart starts the server again, on the same ports, after Kill.
func (s *Server) Restart(ctx context.Context) error {
	program, err := Find()
	if err != nil {
		return err
	}
	if s.run, err = processtest.Start(ctx, s.Log(), nil, s.up, program, "--config", filepath.Join(s.dir, "livekit.yaml")); err != nil {
		return fmt.Errorf("livekittest: %w", err)
	}
	return nil
}

var errNotUp = errors.New("the server is not up")

// up asks the server whether it answers.
func (s *Server) up(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.Addr()+"/", nil)
	if err != nil {
		return fmt.Errorf("livekittest: %w", err)
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return fmt.Errorf("livekittest: %w", err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return errNotUp
	}
	return nil
}

// URL is the address of a room.
func (s *Server) URL(room string) string {
	return fmt.Sprintf("livekit://127.0.0.1:%d/%s", s.Port, room)
}

// Rekey changes the key's secret, from the next start on.
func (s *Server) Rekey(secret string) error {
	name := filepath.Join(s.dir, "livekit.yaml")
	config, err := os.ReadFile(name)
	if err == nil {
		err = os.WriteFile(name, bytes.ReplaceAll(config, []byte(Secret), []byte(secret)), 0o600)
	}
	if err != nil {
		return fmt.Errorf("livekittest: %w", err)
	}
	return nil
}

// Kill ends the process with SIGKILL and waits for it.
func (s *Server) Kill() { s.run.Kill() }

// Log is the path of the server's log.
func (s *Server) Log() string { return filepath.Join(s.dir, "livekit.log") }

// Addr is where the server listens, as host:port.
func (s *Server) Addr() string { return fmt.Sprintf("127.0.0.1:%d", s.Port) }
