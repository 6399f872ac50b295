package postgres

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// giveUpMS is for how long sent data may stay unacknowledged, in ms, before the connection counts as lost.
const giveUpMS = 10_000

// giveUp has the kernel end a connection whose other side is gone, so that no call waits for it.
func giveUp(network, _ string, c syscall.RawConn) error {
	if network == "unix" {
		return nil
	}
	var failed error
	err := c.Control(func(fd uintptr) {
		failed = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, giveUpMS)
	})
	if err != nil {
		return err
	}
	return failed
}
