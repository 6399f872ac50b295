//go:build !race

package clustertest

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"
)

// link is a cable between this machine and another one that is a network namespace.
type link struct {
	name string // of the namespace
	here string // of the interface on this machine
	addr string // of the other machine
}

// links counts them, for their addresses.
var links atomic.Int32

// newLink lays a cable; an error means that this user may not, or has no iproute2.
func newLink(t *testing.T) (*link, error) {
	t.Helper()
	n := int(links.Add(1))
	net := fmt.Sprintf("198.18.%d.", os.Getpid()%250) // of RFC 2544: for measurements, never routed
	l := &link{
		name: fmt.Sprintf("earshot%d-%d", os.Getpid(), n), here: fmt.Sprintf("es%d-%d", os.Getpid(), n), addr: fmt.Sprint(net, 4*n+2),
	}
	t.Cleanup(func() { _ = l.ip("netns", "del", l.name) }) // and the cable with it
	there := []string{"-n", l.name}
	for _, args := range [][]string{
		{"netns", "add", l.name},
		{"link", "add", l.here, "type", "veth", "peer", "name", "there", "netns", l.name},
		{"addr", "add", fmt.Sprint(net, 4*n+1, "/30"), "dev", l.here},
		{"link", "set", l.here, "up"},
		append(there, "addr", "add", l.addr+"/30", "dev", "there"),
		append(there, "link", "set", "there", "up"),
	} {
		if err := l.ip(args...); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func (l *link) ip(args ...string) error {
	out, err := exec.Command("ip", args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("ip %s: %w: %s", strings.Join(args, " "), err, out)
	}
	return nil
}

// set pulls the plug at the other machine, or puts it back.
func (l *link) set(t *testing.T, state string) {
	t.Helper()
	if err := l.ip("-n", l.name, "link", "set", "there", state); err != nil {
		t.Fatal(err)
	}
}

// listen opens a port on the other machine.
func (l *link) listen() (net.Listener, error) {
	// The thread goes back to this machine rather than ending: what it has started, such as the database's server, ends with it (Pdeathsig).
	runtime.LockOSThread()
	back, err := enter("/proc/thread-self/ns/net", "/run/netns/"+l.name)
	if err != nil {
		runtime.UnlockOSThread()
		return nil, err
	}
	on, err := net.Listen("tcp", l.addr+":0")
	if errBack := back(); errBack != nil { // the thread stays locked: nothing else may run there
		return nil, errors.Join(err, errBack)
	}
	runtime.UnlockOSThread()
	return on, err
}

// enter brings this thread from one network namespace to another; back returns it.
func enter(from, to string) (back func() error, err error) {
	f, err := os.Open(from)
	if err != nil {
		return nil, err
	}
	t, err := os.Open(to)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if err := errors.Join(unix.Setns(int(t.Fd()), unix.CLONE_NEWNET), t.Close()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() error { return errors.Join(unix.Setns(int(f.Fd()), unix.CLONE_NEWNET), f.Close()) }, nil
}
