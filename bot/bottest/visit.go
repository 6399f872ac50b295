package bottest

import (
	"context"
	"testing"

	"earshot/bot"
	"earshot/bot/internal/roomtest"
	"earshot/models/waittest"
)

// Visit runs a connector until the test ends or it ends by itself, and waits until it has joined or ended.
func Visit(t *testing.T, c bot.Connector) (listener *roomtest.Listener, ended <-chan error) {
	t.Helper()
	listener = roomtest.NewListener()
	ctx, cancel := context.WithCancel(context.Background())
	result, over := make(chan error, 1), make(chan struct{})
	go func() {
		defer close(over)
		result <- c.Run(ctx, listener)
	}()
	t.Cleanup(func() { cancel(); <-over })
	waittest.Until(t, "the join", func() bool { return listener.Inside() || len(result) > 0 })
	return listener, result
}
