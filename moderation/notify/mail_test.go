package notify

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"earshot/models"
)

// post is a mail server that speaks as much SMTP as a client needs, and misbehaves on demand.
type post struct {
	tls    *tls.Config // nil: offers no STARTTLS
	at     string      // command at which it fails
	how    string      // its answer then; "hang": none, "cut": closes
	mu     sync.Mutex
	heard  []string
	closed sync.WaitGroup
}

// accept serves one connection.
func (p *post) accept(conn net.Conn) {
	p.closed.Add(1)
	defer p.closed.Done()
	defer conn.Close()
	r, secure := bufio.NewReader(conn), false
	say := func(s string) { _, _ = conn.Write([]byte(s + "\r\n")) }
	if p.at == "" && p.how == "hang" {
		_, _ = r.ReadString('\n')
		return
	}
	say("220 here")
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSpace(line)
		word, _, _ := strings.Cut(strings.ToUpper(line), " ")
		p.note(line)
		if word == p.at && p.how != "" {
			if p.how == "cut" {
				return
			}
			say(p.how)
			continue
		}
		switch word {
		case "EHLO":
			if p.tls != nil && !secure {
				say("250-here\r\n250 STARTTLS")
			} else {
				say("250-here\r\n250 AUTH PLAIN")
			}
		case "STARTTLS":
			say("220 go on")
			t := tls.Server(conn, p.tls)
			conn, r, secure = t, bufio.NewReader(t), true
		case "DATA":
			say("354 go on")
			for {
				line, err := r.ReadString('\n')
				if err != nil || line == ".\r\n" {
					break
				}
				p.note(strings.TrimRight(line, "\r\n"))
			}
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		case "AUTH":
			say("235 come in")
		default:
			say("250 fine")
		}
	}
}

func (p *post) note(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heard = append(p.heard, line)
}

func (p *post) all() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.heard, "\n")
}

// mailTarget is a target whose server is p.
func mailTarget() Target {
	return Target{
		Name: "morning", Kind: KindMail, URL: "smtp://kim@example.com:587", Secret: "s3cret", From: "earshot@example.org",
		To: []string{"hosts@example.org"}, At: "08:00",
	}
}

func mailer(t *testing.T, p *post, target Target) *Notifier {
	t.Helper()
	server := httptest.NewUnstartedServer(nil) // for its certificate, which is good for example.com
	server.StartTLS()
	p.tls = server.TLS
	n := New(Config{
		Targets: []Target{
			target,
		},
		Log: slog.New(slog.DiscardHandler), Link: "https://earshot.example", dial: func(Target) dialFunc {
			return func(context.Context, string, string) (net.Conn, error) {
				client, there := net.Pipe()
				go p.accept(there)
				return client, nil
			}
		},
	})
	n.roots = server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs //nolint:forcetypeassert // httptest says so
	server.Close()
	t.Cleanup(p.closed.Wait)
	return n
}

func TestMailIsDelivered(t *testing.T) {
	p := &post{}
	n := mailer(t, p, mailTarget())
	if err := n.Test(t.Context(), "morning"); err != nil {
		t.Fatal(err)
	}
	got := p.all()
	for _, want := range []string{
		"STARTTLS", "AUTH PLAIN ", "MAIL FROM:<earshot@example.org>", "RCPT TO:<hosts@example.org>", "Subject: Earshot can reach you",
		"Auto-Submitted: auto-generated",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "s3cret") {
		t.Error("the password went out bare")
	}
}

// TestMailServerMisbehaves: every failure is told in words that hold no address and no secret.
func TestMailServerMisbehaves(t *testing.T) {
	for _, tt := range []struct {
		name, at, how, want string
		bare                bool
	}{
		{"no TLS", "", "", "it offers no TLS", true},
		{"wrong password", "AUTH", "535 kim@example.com is wrong", "it answered 535", false},
		{"refused receiver", "RCPT", "550 hosts@example.org", "it answered 550", false},
		{"full", "DATA", "452 full", "it answered 452", false},
		{"cut", "MAIL", "cut", "the connection failed", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := &post{at: tt.at, how: tt.how}
			n := mailer(t, p, mailTarget())
			if tt.bare {
				p.tls = nil
			}
			err := n.Test(t.Context(), "morning")
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "example") ||
				strings.Contains(err.Error(), "s3cret") {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestMailGoesToNoForbiddenAddress, as webhooks don't.
func TestMailGoesToNoForbiddenAddress(t *testing.T) {
	for _, host := range []string{"127.0.0.1", "[::1]", "169.254.169.254", "10.0.0.1", "[::ffff:127.0.0.1]"} {
		target := mailTarget()
		target.URL = "smtp://" + host + ":25"
		n := New(Config{Targets: []Target{target}, Log: slog.New(slog.DiscardHandler)})
		if err := n.Test(t.Context(), "morning"); !errors.Is(err, errForbidden) {
			t.Errorf("%s: %v", host, err)
		}
	}
}

// book is a DigestRecord in memory.
type book struct {
	mu    sync.Mutex
	until time.Time
	rooms []models.RoomDigest
}

func (b *book) Digest(context.Context, time.Time, time.Time) ([]models.RoomDigest, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.rooms, nil
}

func (b *book) quiet() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rooms = nil
}

func (b *book) DigestUntil(context.Context, string) (time.Time, error) { return b.until, nil }
func (b *book) SetDigestUntil(_ context.Context, _ string, until time.Time) error {
	b.until = until
	return nil
}

// TestDigestOnceADay, at its time, with nothing on quiet days, and with all of it when the server was away.
func TestDigestOnceADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sent atomic.Int32
		var down atomic.Bool
		b := &book{rooms: []models.RoomDigest{{Room: "r", Name: "Open mic\r\nBcc: x", Sessions: 2, Lines: 40, High: 1, Low: 2, Open: 3}}}
		p := &post{}
		n := New(Config{Targets: []Target{mailTarget()}, Digests: b, Link: "https://earshot.example", Log: slog.New(slog.DiscardHandler)})
		n.dial = func(Target) dialFunc {
			return func(context.Context, string, string) (net.Conn, error) {
				if down.Load() {
					return nil, errors.New("away")
				}
				sent.Add(1)
				client, there := net.Pipe()
				go p.accept(there)
				return client, nil
			}
		}
		n.Targets[0].Private, n.Targets[0].URL = true, "smtp://localhost:25"
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- n.Run(ctx) }() // Saturday, 1 January 2000, at midnight UTC
		days := func(n int) { time.Sleep(time.Duration(n)*24*time.Hour + time.Minute) }
		days(2)
		if sent.Load() != 2 {
			t.Errorf("%d mails in two days", sent.Load())
		}
		down.Store(true)
		days(2)
		down.Store(false)
		days(1)
		b.quiet()
		days(3)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		p.closed.Wait()
		if sent.Load() != 4 { // one late for two days, one in time
			t.Errorf("%d mails", sent.Load())
		}
		got := p.all()
		for _, want := range []string{"Subject: Earshot: 3 flags, 3 open", "Open mic  Bcc: x: 2 sessions, 40 lines", "3 flags: 1 high, 0 " +
			"medium, 2 low; 3 open", "https://earshot.example/queue"} {
			if !strings.Contains(got, want) {
				t.Errorf("no %q in\n%s", want, got)
			}
		}
	})
}
