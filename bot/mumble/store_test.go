package mumble

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"earshot/bot"
	"earshot/models"
)

// TestIdentity: a room's certificate is made once, another's is another one, and nobody else may read the key.
func TestIdentity(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mumble")
	s := NewStore(dir)
	prints := map[string]bool{}
	for _, room := range []string{"a/x", "a/x", "a/y"} {
		cert, err := s.identity(room, "Earshot")
		if err != nil {
			t.Fatal(err)
		}
		prints[string(cert.Certificate[0])] = true
	}
	if len(prints) != 2 {
		t.Errorf("%d certificates for two rooms", len(prints))
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 2 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, f := range files {
		if info, err := os.Stat(f); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", f, info.Mode(), err)
		}
		if err := os.WriteFile(f, []byte("broken"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.identity("a/x", "Earshot"); err == nil || !strings.Contains(models.Hint(err), "backup") {
		t.Errorf("a broken file: %v", err)
	}
}

// shows is what a server shows in its handshake: a certificate that it signed itself.
func shows(t *testing.T) tls.ConnectionState {
	t.Helper()
	pem, err := newIdentity("server")
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(pem, pem)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	return tls.ConnectionState{PeerCertificates: []*x509.Certificate{cert}}
}

// TestKnown: the first certificate of a server is kept, another one is refused with what to do, and that helps.
func TestKnown(t *testing.T) {
	s := NewStore(t.TempDir())
	one, other := shows(t), shows(t)
	for range 2 {
		if err := s.known("h:1", "h", one); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.known("h:2", "h", other); err != nil {
		t.Errorf("another server: %v", err)
	}
	err := s.known("h:1", "h", other)
	var end *bot.EndError
	if !errors.As(err, &end) || end.Retry || end.Reason != models.EndFailedAuth {
		t.Fatalf("another certificate: %v", err)
	}
	_, file, _ := strings.Cut(models.Hint(err), "remove ")
	if err := os.Remove(file); err != nil {
		t.Fatalf("the hint names no file: %v", err)
	}
	if err := s.known("h:1", "h", other); err != nil {
		t.Errorf("after removing it: %v", err)
	}
	if err := os.WriteFile(file, []byte(byAuthority+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.known("h:1", "h", other); err == nil || !strings.Contains(err.Error(), "authority") {
		t.Errorf("a server that an authority vouched for: %v", err)
	}
	if err := s.known("h:3", "h", tls.ConnectionState{}); err == nil {
		t.Error("no certificate at all was taken")
	}
}

// TestPause: who connects often waits before the server shuts them out; each server counts by itself.
func TestPause(t *testing.T) {
	s, now := NewStore(t.TempDir()), time.Now()
	for i := range mostConnects {
		if wait := s.pause("a", now); wait != 0 {
			t.Fatalf("connection %d waits for %v", i, wait)
		}
		s.connected("a", now)
		now = now.Add(time.Second)
	}
	if wait := s.pause("a", now); wait != connectsCount-mostConnects*time.Second {
		t.Errorf("it waits for %v", wait)
	}
	if wait := s.pause("b", now); wait != 0 {
		t.Errorf("at another server it waits for %v", wait)
	}
	if wait := s.pause("a", now.Add(connectsCount)); wait != 0 {
		t.Errorf("after two minutes it waits for %v", wait)
	}
}
