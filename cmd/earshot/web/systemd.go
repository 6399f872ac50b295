package web

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/coreos/go-systemd/v22/activation"
	"github.com/coreos/go-systemd/v22/daemon"
	"golang.org/x/sys/unix"

	"earshot/models"
	"earshot/models/ticks"
)

// ListenOrInherit gives the socket that systemd has opened for this process (sd_listen_fds(3)), so that nobody who calls
// while the service restarts is turned away; without one it opens the address itself.
func ListenOrInherit(ctx context.Context, address string) (net.Listener, error) {
	given, err := activation.Listeners()
	if err != nil {
		return nil, fmt.Errorf("the sockets that were handed over: %w", err)
	}
	if len(given) == 0 {
		return Listen(ctx, address)
	}
	if l, ok := given[0].(*net.TCPListener); ok && len(given) == 1 {
		return l, nil
	}
	for _, l := range given {
		if l != nil {
			_ = l.Close()
		}
	}
	return nil, models.BadInput(models.WithHint(fmt.Errorf("%s handed over; one TCP socket is needed", models.Count(len(given), "socket")),
		"a socket unit for Earshot has one ListenStream=HOST:PORT"))
}

// Manager tells systemd how the service is (sd_notify(3)). Where there is none to tell, it is silent.
type Manager struct{ Log *slog.Logger }

func (m Manager) tell(state string) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		m.Log.Warn("systemd could not be notified", "err", err)
	}
}

// Run says when the service is ready, that it is alive, and that it stops: when ctx ends.
func (m Manager) Run(ctx context.Context, ready, alive func(context.Context) error) error {
	every, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		m.Log.Warn("systemd's watchdog", "err", err)
	}
	if err := ready(ctx); err == nil {
		m.tell(daemon.SdNotifyReady + "\nSTATUS=Listening.")
	}
	if every > 0 {
		m.watchdog(ctx, every/2, alive)
	}
	<-ctx.Done()
	m.tell(daemon.SdNotifyStopping + "\nSTATUS=Leaving the rooms, and transcribing what was heard.")
	return nil
}

// watchdog is silent when the service does not answer any more, so that systemd starts it anew.
func (m Manager) watchdog(ctx context.Context, every time.Duration, alive func(context.Context) error) {
	for range ticks.AtOnceAndEvery(ctx, every) {
		asked, cancel := context.WithTimeout(ctx, every)
		err := alive(asked)
		cancel()
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			m.Log.Error("the service does not answer itself; systemd will start it again", "err", err)
		default:
			m.tell(daemon.SdNotifyWatchdog)
		}
	}
}

// reloading tells that settings are read again; ready follows. systemd wants to know when that was.
func (m Manager) reloading(read func()) {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		m.Log.Warn("the monotonic clock", "err", err)
	}
	m.tell(fmt.Sprintf("%s\nMONOTONIC_USEC=%d", daemon.SdNotifyReloading, now.Nano()/1000))
	read()
	m.tell(daemon.SdNotifyReady)
}

// OnHangup calls read at each SIGHUP until the context ends. Without it the signal would end the program.
func (m Manager) OnHangup(ctx context.Context, read func()) {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangup:
			m.reloading(read)
		}
	}
}
