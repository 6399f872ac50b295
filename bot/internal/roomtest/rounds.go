package roomtest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync/atomic"
	"time"

	"earshot/bot"
	"earshot/models"
)

const (
	warmUp = 10
	// flat is what the heap may differ by.
	flat = 2 << 20
	// few is how many goroutines may differ: those of the talker and of the server come and go.
	few = 5
)

// Rounds joins and leaves n times, hearing somebody each time, and demands that nothing is left behind.
func Rounds(connect func() (bot.Connector, error), n int, log *slog.Logger) error {
	for range warmUp {
		if err := round(connect); err != nil {
			return err
		}
	}
	goroutines, heap := usage()
	for i := range n {
		if err := round(connect); err != nil {
			return fmt.Errorf("round %d: %w", i+1, err)
		}
	}
	// pion gives a STUN server that does not answer five seconds: what waits for one ends by itself.
	after, grown := usage()
	for began := time.Now(); (after > goroutines+few || grown > heap+flat) && time.Since(began) < Patience; after, grown = usage() {
		<-time.After(100 * time.Millisecond)
	}
	log.Info(
		"rounds", "n", n, "goroutines", fmt.Sprintf("%d -> %d", goroutines, after), "heap_kb",
		fmt.Sprintf("%d -> %d", heap>>10, grown>>10),
	)
	if after > goroutines+few {
		return fmt.Errorf("roomtest: %d goroutines after %d rounds, %d before", after, n, goroutines)
	}
	if grown > heap+flat {
		return fmt.Errorf("roomtest: %d kB after %d rounds, %d before", grown>>10, n, heap>>10)
	}
	return nil
}

func usage() (goroutines int, heap uint64) {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return runtime.NumGoroutine(), m.HeapAlloc
}

// round joins, hears somebody and leaves.
func round(connect func() (bot.Connector, error)) error {
	c, err := connect()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(context.Background(), Patience, errors.New("roomtest: nothing is heard"))
	defer cancel()
	enough := errors.New("enough")
	ctx, leave := context.WithCancelCause(ctx)
	if err := c.Run(ctx, &counter{full: func() { leave(enough) }}); !errors.Is(err, enough) {
		return fmt.Errorf("roomtest: %w", errOr(err))
	}
	return nil
}

// counter is handler that have heard enough after some packets.
type counter struct {
	full func()
	n    atomic.Int64
}

func (*counter) Joined(bot.Capabilities)             {}
func (*counter) Speaker(models.Speaker)              {}
func (*counter) Left(string)                         {}
func (*counter) Talking(string, bool)                {}
func (*counter) End()                                {}
func (e *counter) Track(bot.TrackInfo) bot.TrackSink { return e }
func (e *counter) Packet(raw []byte, _ uint8) {
	if len(raw) > 20 && e.n.Add(1) == 5 {
		e.full()
	}
}
