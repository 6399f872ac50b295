package peer

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"earshot/models"
)

// TestUnreachableServersAreTold: whatever responds at a server's port, or does not, is explained in plain words, with what to do.
func TestUnreachableServersAreTold(t *testing.T) {
	t.Parallel()
	usual := "look whether it runs"
	self, old := httptest.NewUnstartedServer(nil), agedServer(t)
	self.Config.ErrorLog = quiet
	self.StartTLS()
	t.Cleanup(self.Close)
	trusted := x509.NewCertPool()
	trusted.AddCert(self.Certificate())
	for name, x := range map[string]struct {
		url, text, hint string
	}{
		"nobody there":         {"http://" + vacant(t), "connection refused", usual},
		"no such host":         {"http://nowhere.invalid/", "", "the "},
		"no authority":         {self.URL, "signed by nobody", "SSL_CERT_FILE"},
		"another server's":     {strings.Replace(self.URL, "127.0.0.1", "127.0.0.2", 1), "another server's", "server's name"},
		"an old certificate":   {old, "too old, or not valid yet", "renew"},
		"no TLS":               {"https://" + saying(t, "HTTP/1.0 200 OK\r\n\r\n"), "does not speak TLS", "+ws://"},
		"no HTTP":              {"http://" + saying(t, "SSH-2.0-OpenSSH_9.2\r\n\r\n"), "does not speak HTTP", "another program"},
		"hangs up":             {"http://" + saying(t, ""), "hangs up", "another program"},
		"says nothing":         {"http://" + mute(t), "says nothing", "says nothing"},
		"says nothing to TLS":  {"https://" + mute(t), "says nothing", "says nothing"},
		"no secret of a query": {"http://" + vacant(t) + "/x?token=hush", "connection refused", usual},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config, within := &tls.Config{RootCAs: x509.NewCertPool()}, time.Minute
			if x.text == "says nothing" {
				within = 200 * time.Millisecond
			}
			if name == "another server's" {
				config.RootCAs = trusted
			}
			transport := &http.Transport{
				TLSClientConfig: config, DisableKeepAlives: true, ResponseHeaderTimeout: within, TLSHandshakeTimeout: within,
				DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
					return (&net.Dialer{}).DialContext(ctx, network, strings.Replace(address, "127.0.0.2", "127.0.0.1", 1))
				},
			}
			t.Cleanup(transport.CloseIdleConnections)
			resp, err := (&http.Client{Transport: transport}).Get(x.url)
			if err == nil {
				_ = resp.Body.Close()
				t.Fatal("it was reached")
			}
			err = Unreachable(err, usual)
			if !strings.Contains(err.Error(), x.text) || !strings.Contains(models.Hint(err), x.hint) || strings.Contains(err.Error(), "hush") {
				t.Errorf("%v; hint %q; want %q, %q", err, models.Hint(err), x.text, x.hint)
			}
		})
	}
	if err := Unreachable(ErrOutOfReach, usual); models.Hint(err) != hintReach {
		t.Errorf("what is out of reach is told %q", models.Hint(err))
	}
	if err := Unreachable(context.Canceled, usual); models.Hint(err) != "" {
		t.Errorf("who gives up is told %q", models.Hint(err))
	}
}

// quiet discards the server's log, in which a client that rejects a certificate would appear.
var quiet = log.New(io.Discard, "", 0)

// listening accepts connections until the test ends, and calls do with each.
func listening(t *testing.T, do func(net.Conn)) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = c.Close() })
			do(c)
		}
	}()
	return l.Addr().String()
}

// saying responds with text to the first line, whatever it is, and hangs up.
func saying(t *testing.T, text string) string {
	return listening(t, func(c net.Conn) {
		_ = c.SetReadDeadline(time.Now().Add(time.Minute))
		_, _ = bufio.NewReader(c).Peek(1)
		_, _ = c.Write([]byte(text))
		_ = c.(*net.TCPConn).CloseWrite()
	})
}

func mute(t *testing.T) string { return listening(t, func(net.Conn) {}) }

// vacant returns an address at which nothing listens, nor will while the test runs: its port is taken by a socket that never does.
func vacant(t *testing.T) string {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(fd) })
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	at, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("127.0.0.1:%d", at.(*syscall.SockaddrInet4).Port)
}

// agedServer runs a server whose certificate has expired.
func agedServer(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: time.Now().Add(-time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(nil)
	s.Config.ErrorLog = quiet
	s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL
}
