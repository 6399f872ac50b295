package bottest

import (
	"errors"
	"os"
	"testing"
)

// Process is a room server of its own.
type Process interface {
	Kill()
	// Log is the path of what it writes.
	Log() string
}

// Serve has a room server run until the test ends, or skips the test: in short mode, and where start says that the server is absent.
// When the test has failed, the end of the server's log is shown.
func Serve[P Process](t *testing.T, absent error, start func() (P, error)) P {
	t.Helper()
	if testing.Short() {
		t.Skip("a server of its own")
	}
	s, err := start()
	if errors.Is(err, absent) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Kill()
		if t.Failed() {
			b, _ := os.ReadFile(s.Log())
			t.Logf("%s", b[max(0, len(b)-6000):])
		}
	})
	return s
}
