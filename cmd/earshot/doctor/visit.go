package doctor

import (
	"context"
	"errors"
	"time"

	"earshot/bot"
	"earshot/models"
)

// visitTime bounds a visit to a room.
const visitTime = 20 * time.Second

// visitor stays in a room just long enough to learn its rights.
type visitor struct {
	joined chan bot.Capabilities
}

// Joined implements bot.RoomHandler.
func (v visitor) Joined(can bot.Capabilities) {
	select {
	case v.joined <- can:
	default: // a repeated call
	}
}

// Speaker, Left and Talking implement bot.RoomHandler; a visitor ignores who is present.
func (visitor) Speaker(models.Speaker) {}

// Left implements bot.RoomHandler.
func (visitor) Left(string) {}

// Talking implements bot.RoomHandler.
func (visitor) Talking(string, bool) {}

// Track implements bot.RoomHandler; a visitor discards audio.
func (visitor) Track(bot.TrackInfo) bot.TrackSink { return discard{} }

type discard struct{}

// Packet implements bot.TrackSink.
func (discard) Packet([]byte, uint8) {}

// End implements bot.TrackSink.
func (discard) End() {}

// errNeverIn means that the connection was established but the server never admitted the bot.
var errNeverIn = errors.New("the server did not let the bot in")

// visit joins a room, learns the bot's rights, and leaves.
func visit(ctx context.Context, c bot.Connector) (bot.Capabilities, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, visitTime, errNeverIn)
	defer cancel()
	v := visitor{make(chan bot.Capabilities, 1)}
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx, v) }()
	select {
	case can := <-v.joined:
		cancel()
		<-ended //nolint:errcheck // it was ended here
		return can, nil
	case err := <-ended:
		if err == nil {
			err = errNeverIn
		}
		return bot.Capabilities{}, err
	}
}
