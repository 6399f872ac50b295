package programtest

import (
	"net"
	"path/filepath"

	"earshot/models/waittest"
)

// socketTB is what NotifySocket needs of a *testing.T.
type socketTB interface {
	waittest.TB
	TempDir() string
	Cleanup(func())
}

// NotifySocket is what systemd listens on; what is said to it comes out of the channel.
func NotifySocket(t socketTB) (path string, states <-chan string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatalf("%v", err)
	}
	out, ended := make(chan string, 1000), make(chan struct{})
	go func() {
		defer close(ended)
		buf := make([]byte, 4096)
		for {
			n, err := conn.Read(buf)
			if err != nil {
				return
			}
			out <- string(buf[:n])
		}
	}()
	t.Cleanup(func() {
		_ = conn.Close()
		<-ended
	})
	return path, out
}
