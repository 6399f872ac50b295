// Package localserver runs a LiveKit server on this machine's loopback interface, for tests and for trying things out.
// The server is a program of its own: scripts/rooms.sh builds it once.
package localserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// Version is the server's, as scripts/rooms.sh builds it.
const Version = "v1.13.5"

// The key and the secret that the server accepts.
const (
	Key    = "earshot-key"
	Secret = "a-secret-for-tests-only-0123456789abcdef"
)

// ErrAbsent says that the server's program is not there.
var ErrAbsent = errors.New("no LiveKit server here: scripts/rooms.sh builds it")

// Server is one server process. Its methods are for one goroutine.
type Server struct {
	// Port is where its signalling and its RoomService listen.
	Port int
	dir  string
	cmd  *exec.Cmd
	done chan struct{}
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
			return "", fmt.Errorf("localserver: %w", err)
		}
	}
	return "", ErrAbsent
}

// Start writes a configuration into dir, which must be there, and starts a server on free ports. extra is YAML that is
// added to the configuration, or empty. The caller must Kill it.
func Start(ctx context.Context, dir, extra string) (*Server, error) {
	s := &Server{dir: dir}
	udp, err := freeUDP()
	if err == nil {
		s.Port, err = freeTCP()
	}
	if err != nil {
		return nil, err
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
keys:
  %s: %s
logging: {level: info, json: false}
%s`, s.Port, udp, Key, Secret, extra)
	if err := os.WriteFile(filepath.Join(dir, "livekit.yaml"), []byte(config), 0o600); err != nil {
		return nil, fmt.Errorf("localserver: %w", err)
	}
	return s, s.Restart(ctx)
}

// Restart starts the server again, on the same ports, after Kill.
func (s *Server) Restart(ctx context.Context) error {
	program, err := Find()
	if err != nil {
		return err
	}
	log, err := os.OpenFile(filepath.Join(s.dir, "livekit.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("localserver: %w", err)
	}
	defer log.Close()
	s.cmd = exec.Command(program, "--config", filepath.Join(s.dir, "livekit.yaml")) //nolint:gosec,noctx // the caller's own program, ended by Kill
	s.cmd.Stdout, s.cmd.Stderr = log, log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := s.cmd.Start(); err != nil {
		return fmt.Errorf("localserver: %w", err)
	}
	s.done = make(chan struct{})
	go func() {
		_ = s.cmd.Wait()
		close(s.done)
	}()
	return s.up(ctx)
}

// up waits until the server answers.
func (s *Server) up(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/", s.Port), nil)
		if err != nil {
			return fmt.Errorf("localserver: %w", err)
		}
		if resp, err := client.Do(req); err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-s.done:
			return fmt.Errorf("localserver: the server ended at once; see %s", filepath.Join(s.dir, "livekit.log"))
		case <-ctx.Done():
			s.Kill()
			return errors.New("localserver: the server does not answer")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// URL is the address of a room.
func (s *Server) URL(room string) string {
	return fmt.Sprintf("livekit://127.0.0.1:%d/%s", s.Port, room)
}

// Rekey changes the secret of the key; it holds from the next start on.
func (s *Server) Rekey(secret string) error {
	name := filepath.Join(s.dir, "livekit.yaml")
	config, err := os.ReadFile(name)
	if err == nil {
		err = os.WriteFile(name, bytes.ReplaceAll(config, []byte(Secret), []byte(secret)), 0o600)
	}
	if err != nil {
		return fmt.Errorf("localserver: %w", err)
	}
	return nil
}

// Kill ends the process at once (SIGKILL) and waits for its end.
func (s *Server) Kill() {
	if s.cmd != nil && s.cmd.Process != nil {
		_ = s.cmd.Process.Kill()
		<-s.done
	}
}

func freeTCP() (int, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0") //nolint:noctx // at once
	if err != nil {
		return 0, fmt.Errorf("localserver: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func freeUDP() (int, error) {
	l, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return 0, fmt.Errorf("localserver: %w", err)
	}
	defer l.Close()
	return l.LocalAddr().(*net.UDPAddr).Port, nil
}

// Log is the path of what the server writes.
func (s *Server) Log() string { return filepath.Join(s.dir, "livekit.log") }

// Addr is where the server listens, as host:port.
func (s *Server) Addr() string { return fmt.Sprintf("127.0.0.1:%d", s.Port) }
