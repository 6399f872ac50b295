package web

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"earshot/cmd/earshot/internal/programtest"
)

// A service that does not answer must not be told alive.
func TestWatchdogIsSilentForTheDeaf(t *testing.T) {
	reports, states := programtest.NotifySocket(t)
	t.Setenv("NOTIFY_SOCKET", reports)
	ctx, cancel := context.WithCancel(t.Context())
	asked := 0
	Manager{Log: slog.New(slog.DiscardHandler)}.watchdog(ctx, time.Millisecond, func(context.Context) error {
		if asked++; asked == 3 {
			cancel()
		}
		return errors.New("deaf")
	})
	select {
	case said := <-states:
		t.Errorf("told %q", said)
	default:
	}
}
