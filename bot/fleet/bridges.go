package fleet

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"earshot/bot/jitsi"
	"earshot/models"
)

// BridgesConfig configures how the bridges of a Jitsi server bring the bot into their meetings.
type BridgesConfig struct {
	Fleet *Fleet
	// Server says how to join the server's meetings; Token is what its bridges must present.
	Server jitsi.Config
	Token  string
	// Profile is the profile of the meetings.
	Profile string
	Log     *slog.Logger
}

// Bridges brings a fleet into the meetings of a Jitsi server. A nil *Bridges does nothing.
type Bridges struct {
	cfg      BridgesConfig
	endpoint *jitsi.Endpoint
}

// NewBridges validates the configuration. It connects to nothing.
func NewBridges(c BridgesConfig) (*Bridges, error) {
	b := &Bridges{cfg: c}
	var err error
	b.endpoint, err = jitsi.NewEndpoint(jitsi.EndpointConfig{Server: c.Server, Token: c.Token, Invited: b.invited})
	return b, err
}

// Probe logs in to the server as the bot would, and returns what it supports. Run need not be running.
func (b *Bridges) Probe(ctx context.Context) (jitsi.Found, error) { return b.cfg.Server.Probe(ctx) }

// Run accepts bridges until the context ends.
func (b *Bridges) Run(ctx context.Context) {
	if b != nil {
		b.endpoint.Run(ctx)
	}
}

// Handler returns the handler of the bridges' connections, which authenticate by token instead of a login. It returns nil if none are
// expected.
func (b *Bridges) Handler() http.Handler {
	if b == nil {
		return nil
	}
	return b.endpoint
}

// If the bot was sent out or left by itself, or if the meeting did not admit it, it stays away for this long, however often the bridge
// dials. What keeps it out, such as a password or a lobby, may be changed soon.
const (
	sentOutFor = 24 * time.Hour
	deniedFor  = 5 * time.Minute
)

// invited listens in a meeting until it is over. The bridge keeps dialling while the meeting lasts, so the bot returns after a failure and
// when transcription is turned on again.
func (b *Bridges) invited(ctx context.Context, i jitsi.Invitation) (refuse time.Duration) {
	r := JoinRequest{Address: i.Room.URL, Profile: b.cfg.Profile}
	reason, err := b.cfg.Fleet.visit(ctx, r, visited{i.Room, i.Connector, models.RoomBrought}, nil)
	if err != nil {
		if !errors.Is(err, ErrStopping) {
			b.cfg.Log.Warn("could not come to a meeting", "room", i.Room.ID, "err", err)
		}
		return 0
	}
	switch {
	case reason == "" || reason == models.EndRoomClosed || failed(reason):
		return 0
	case reason == models.EndDenied:
		return deniedFor
	}
	return sentOutFor
}
