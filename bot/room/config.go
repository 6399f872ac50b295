package room

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"earshot/bot"
	"earshot/bot/audio"
	"earshot/bot/media"
	"earshot/models"
)

// Config configures a Room.
type Config struct {
	Room models.Room
	// Session needs ID, Started and Epoch. If the session begins now, Started should have a monotonic clock reading, so that changes to the
	// wall clock do not affect the session's clock.
	Session   models.Session
	Connector bot.Connector
	Sink      media.Sink
	// Segment controls how speech is cut; the zero value means the default.
	Segment audio.SegmentConfig
	// NewVAD returns the voice detector of a track; nil means the energy detector. A detector that is an io.Closer is closed
	// with its track.
	NewVAD func() audio.VAD
	// Preview, if set, receives copies of segments that are still being spoken, with the key of the clip that they will become,
	// at most every PreviewEvery (default 1.5 s) per track. It owns the copy and must not block. Previews are not stored.
	Preview      func(models.Clip)
	PreviewEvery time.Duration
	// Observer, if set, receives observations of audio and room events.
	Observer media.Observer
	// Hold is how much of each track's latest audio is held in memory for Recent; 0 means none.
	Hold time.Duration
	// FirstJoin is how long to try the first join; default 10 s.
	FirstJoin time.Duration
	// GiveUp is how long to try to rejoin a room; default 10 min.
	GiveUp time.Duration
	// Alone is how long the bot stays in an empty room; 0 means no limit.
	Alone time.Duration
	// Silence is how long it stays in a room where nobody is heard; 0 means no limit.
	Silence time.Duration
	// OneSource says that the room is a live stream or a device: the host is told if it sends only silence.
	OneSource bool
	// Objected, if set, reports whether a speaker objected earlier to being recorded. It is called once per speaker and must
	// not block.
	Objected func(speakerID string) bool
	// Unheard is since when a resumed session has not been heard: see media.Config.
	Unheard time.Duration
	// Paused starts the session paused.
	Paused bool
	// MaxTime limits the length of the session; 0 means no limit.
	MaxTime time.Duration
	// Drain limits how long storing may take at the end; default 20 s.
	Drain time.Duration
	// Notice is the bot's disclosure in the room's chat. If its Name is empty, there is none.
	Notice bot.Notice
	// Needs are the verbs that the rules use: after joining, the host is told which of them the bot lacks permission for.
	Needs []models.Verb
	// Captions shows lines in the room: see Room.Caption.
	Captions bool
	// Breaker, if set, is shared by the rooms of one server.
	Breaker *Breaker
	// Farewell, if set, is called once before the bot leaves, with the reason, for final actions in the room: the bot stays, no longer
	// listening, until it returns. Its context ends after 5 s or with the connection; it has already ended if the bot is not in the room.
	// Farewell is not called if the room itself ended the session.
	Farewell func(ctx context.Context, why models.EndReason)
	// Watch, if set, receives every Status, sequentially, on goroutines of Run; it must not block.
	Watch func(Status)
	Log   *slog.Logger
}

// withDefaults validates a configuration and fills in defaults.
func (c Config) withDefaults() (Config, error) {
	if c.Connector == nil || c.Sink == nil || c.Session.ID == "" {
		return c, errors.New("room: connector, sink and session are required")
	}
	if c.Segment != (audio.SegmentConfig{}) {
		if err := c.Segment.Validate(); err != nil {
			return c, fmt.Errorf("room: %w", err)
		}
	}
	orElse := func(d *time.Duration, v time.Duration) { *d = cmp.Or(max(0, *d), v) }
	orElse(&c.FirstJoin, 10*time.Second)
	orElse(&c.GiveUp, 10*time.Minute)
	orElse(&c.PreviewEvery, 1500*time.Millisecond)
	orElse(&c.Drain, drainTime)
	c.Log = cmp.Or(c.Log, slog.New(slog.DiscardHandler))
	if c.Watch == nil {
		c.Watch = func(Status) {}
	}
	c.Watch = oneByOne(c.Watch)
	return c, nil
}
