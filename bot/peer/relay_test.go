package peer

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pion/webrtc/v3"

	"earshot/bot/internal/processtest"
	"earshot/bot/peer/guard"
	"earshot/models/waittest"
)

// turn runs coturn on this machine until the test ends and returns its port. more holds further arguments; if they include certificate and
// key files, the port uses TLS.
func turn(t *testing.T, more ...string) int {
	t.Helper()
	if testing.Short() {
		t.Skip("a server of its own")
	}
	path, err := exec.LookPath("turnserver")
	if err != nil {
		t.Skip("no coturn on this machine: scripts/deps.sh --tests installs it")
	}
	port, err := processtest.Port()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	args := []string{
		"-n", "-L", "127.0.0.1", "-E", "127.0.0.1", "--no-dtls", "--no-cli",
		"--lt-cred-mech", "-u", "bot:s3cret", "-r", "test", "--allow-loopback-peers", "--min-port", "42000", "--max-port", "42100",
		"--pidfile", dir + "/pid", "--userdb", dir + "/db", "--log-file", dir + "/log", "--simple-log",
	}
	if len(more) > 0 {
		args = append(args, append([]string{"--tls-listening-port", fmt.Sprint(port), "--listening-port", "0"}, more...)...)
	} else {
		args = append(args, "-p", fmt.Sprint(port), "--no-tls")
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	waittest.Until(t, "coturn answers", func() bool {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			_ = c.Close()
		}
		return err == nil && (len(more) > 0 || bindingAnswered(port))
	})
	return port
}

// bindingAnswered sends a single STUN request: coturn accepts TCP connections before it reads datagrams, and pion sends only one request as
// well.
func bindingAnswered(port int) bool {
	c, err := net.Dial("udp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return false
	}
	defer c.Close()
	request := append([]byte{0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42}, make([]byte, 12)...) // RFC 8489, section 5
	if _, err := c.Write(request); err != nil {
		return false
	}
	_ = c.SetReadDeadline(time.Now().Add(time.Second))
	n, err := c.Read(make([]byte, 1500))
	return err == nil && n >= len(request)
}

// TestRelayOnly: over a real TURN server, by UDP and by TCP, media connects and no address of this machine is revealed; with a wrong
// password, no path is found.
func TestRelayOnly(t *testing.T) {
	port := turn(t)
	for _, transport := range []string{"udp", "tcp"} {
		t.Run(transport, func(t *testing.T) {
			server := ICEServer{
				URLs: []string{fmt.Sprintf("turn:127.0.0.1:%d?transport=%s", port, transport)}, Username: "bot", Credential: "s3cret",
			}
			f, err := New(Config{RelayOnly: true, ICEServers: []ICEServer{server}})
			if err != nil {
				t.Fatal(err)
			}
			offer, err := connect(t, f)
			if err != nil {
				t.Error(err)
			}
			for _, r := range guard.Reasons() {
				if n := f.guard.Dropped(r); n > 0 && r != guard.Source { // anybody may send to an open port
					t.Errorf("of what a real TURN server sends, %d datagrams were dropped as %v", n, r)
				}
			}
			for _, line := range strings.Split(offer, "\r\n") {
				if strings.HasPrefix(line, "a=candidate:") && !strings.Contains(line, " typ relay") || strings.Contains(line, "raddr") &&
					!strings.Contains(line, "raddr 0.0.0.0") {
					t.Errorf("the offer tells %q", line)
				}
			}
		})
	}
	f, err := New(Config{
		RelayOnly:  true,
		ICEServers: []ICEServer{{URLs: []string{fmt.Sprintf("turn:127.0.0.1:%d", port)}, Username: "bot", Credential: "guess"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	c, err := f.Receiver(Handler{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if offer, err := c.Offer(t.Context()); err != nil || strings.Contains(offer, "a=candidate") {
		t.Errorf("with a wrong password: %v, %s", err, offer)
	}
}

// connect connects a receiver of f and a sender on the loopback interface, and returns the receiver's offer.
func connect(t *testing.T, f *Factory) (offer string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	in, err := f.Receiver(Handler{})
	if err != nil {
		return "", err
	}
	defer in.Close()
	track, err := webrtc.NewTrackLocalStaticRTP(OpusCodec(), "a", "b")
	if err != nil {
		return "", err
	}
	out, err := loopback(t, Config{}).Sender(track)
	if err != nil {
		return "", err
	}
	defer out.Close()
	if offer, err = in.Offer(ctx); err != nil {
		return offer, err
	}
	if !strings.Contains(offer, "a=candidate:") { // there is no need to wait until no path is found
		return offer, errors.New("the offer has no candidate")
	}
	answer, err := out.Accept(ctx, offer, true)
	if err != nil {
		return offer, err
	}
	if err := in.Answer(answer); err != nil {
		return offer, err
	}
	return offer, in.Connected(ctx, time.Minute)
}
