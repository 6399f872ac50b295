package mumble_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"earshot/bot"
	"earshot/bot/internal/roomtest"
	"earshot/bot/mumble"
	"earshot/bot/mumble/wire"
	"earshot/models"
)

// impostor is a server that takes one connection and plays with it.
func impostor(t *testing.T, play func(io.ReadWriter) error) (url string) {
	t.Helper()
	web := httptest.NewUnstartedServer(nil)
	web.StartTLS() // for its certificate
	t.Cleanup(web.Close)
	l, err := tls.Listen("tcp", "127.0.0.1:0", web.TLS)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		_ = play(c)
	}()
	t.Cleanup(func() { _ = l.Close(); <-ended })
	return "mumble://" + l.Addr().String()
}

// says says what it is told, whatever it is asked.
func says(what func(io.Writer) error) func(io.ReadWriter) error {
	return func(c io.ReadWriter) error {
		go func() { _, _ = io.Copy(io.Discard, c) }()
		return what(c)
	}
}

// frame is a frame that announces a length.
func frame(kind wire.Type, length int) []byte {
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint16(nil, uint16(kind)), uint32(length))
}

// TestHostileServers: whatever a server sends, the bot ends the connection with a reason, and keeps no more of it than it needs.
func TestHostileServers(t *testing.T) {
	for name, x := range map[string]struct {
		say   func(io.Writer) error
		want  models.EndReason
		retry bool
		words string
	}{
		"no Mumble": {func(w io.Writer) error {
			_, err := io.WriteString(w, "HTTP/1.1 400 Bad Request\r\n\r\n")
			return err
		}, models.EndDenied, false, "not a Mumble server"},
		"megabytes": {func(w io.Writer) error {
			picture := append(frame(wire.TypeUserState, 0x7fffff), make([]byte, 0x7fffff)...)
			for range 12 {
				if _, err := w.Write(picture); err != nil {
					return err
				}
			}
			return nil
		}, models.EndFailedServer, true, "closed the connection"},
		"a frame too large after the join": {func(w io.Writer) error {
			_, err := w.Write(append(wire.Append(nil, wire.TypeServerSync, []byte{8, 1}), frame(wire.TypeVoice, 0x800000)...))
			return err
		}, models.EndFailedServer, true, "larger than Mumble allows"},
		"channels without end": {func(w io.Writer) error {
			for id := uint32(0); ; id++ {
				if _, err := w.Write(wire.Append(nil, wire.TypeChannelState, wire.ChannelState{ID: &id}.Append())); err != nil {
					return err
				}
			}
		}, models.EndFailedServer, true, "impossible number"},
		"nonsense": {func(w io.Writer) error {
			var b []byte
			for kind := wire.Type(0); kind < 30; kind++ {
				b = wire.Append(b, kind, bytes.Repeat([]byte{0xff}, 50))
			}
			b = wire.Append(b, wire.TypePing, wire.Ping{Timestamp: 1 << 60}.Append()) // an answer to nothing
			_, err := w.Write(b)
			return err
		}, models.EndFailedServer, true, "closed the connection"},
		"a rejection": {func(w io.Writer) error {
			_, err := w.Write(wire.Append(nil, wire.TypeReject, append([]byte{8, 4, 18, 6}, "secret"...)))
			return err
		}, models.EndFailedAuth, false, "password"},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			err := connector(t, mumble.Config{URL: impostor(t, says(x.say))}).Run(t.Context(), roomtest.NewListener())
			runtime.GC() // what is kept counts, not when it was cleared up
			runtime.ReadMemStats(&after)
			var end *bot.EndError
			if !errors.As(err, &end) || end.Reason != x.want || end.Retry != x.retry || !strings.Contains(err.Error(), x.words) {
				t.Errorf("it ended with %v", err)
			}
			if got := (after.HeapAlloc - min(after.HeapAlloc, before.HeapAlloc)) >> 20; got > 40 {
				t.Errorf("%d MB more", got)
			}
		})
	}
}

// TestNoTLS: a port where something else answers is told so.
func TestNoTLS(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if c, err := l.Accept(); err == nil {
			_, _ = io.WriteString(c, "220 mail.example ready\r\n")
			_, _ = io.Copy(io.Discard, c)
			_ = c.Close()
		}
	}()
	defer func() { _ = l.Close(); <-ended }()
	err = connector(t, mumble.Config{URL: "mumble://" + l.Addr().String()}).Run(context.Background(), roomtest.NewListener())
	var end *bot.EndError
	if !errors.As(err, &end) || end.Retry || !strings.Contains(models.Hint(err), "64738") {
		t.Errorf("it ended with %v, hint %q", err, models.Hint(err))
	}
}
