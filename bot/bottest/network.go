package bottest

import (
	"log/slog"
	"net"
	"os"
	"testing"

	"earshot/bot/peer"
)

// Loopback is the configuration of a network that reaches this machine alone.
func Loopback() peer.Config {
	return peer.Config{Loopback: true, IPFilter: func(ip net.IP) bool { return ip.IsLoopback() }}
}

// Factory makes connections in the network of Loopback.
func Factory(t testing.TB) *peer.Factory {
	t.Helper()
	f, err := peer.New(Loopback())
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Log writes to standard error with -v, and nothing without.
func Log() *slog.Logger {
	if !testing.Verbose() {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(os.Stderr, nil))
}
