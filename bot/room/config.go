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

// Config says what a Room joins and where what it hears goes.
type Config struct {
	Room models.Room
	// Session needs ID, Started and Epoch. Started bears a monotonic reading when the session begins now: then the session's
	// clock is that of the process, and setting the wall clock does not move it.
	Session   models.Session
	Connector bot.Connector
	Sink      media.Sink
	// Segment says how speech is cut; zero takes the default.
	Segment audio.SegmentConfig
	// NewVAD makes the voice detector of a track; nil: the energy detector. A detector that is an io.Closer is closed
	// with its track.
	NewVAD func() audio.VAD
	// Preview, when set, gets copies of stretches that are still being spoken, with the key of the clip that they will
	// become, at most every PreviewEvery (default 1.5 s) of each track. It owns the copy and must not block. What it gets
	// is stored nowhere.
	Preview      func(models.Clip)
	PreviewEvery time.Duration
	// Observer, when set, is told what is noticed otherwise than by words.
	Observer media.Observer
	// Hold is how much of each track's latest sound is held in memory for Recent; 0: none.
	Hold time.Duration
	// FirstJoin is how long the first join is tried; default 10 s.
	FirstJoin time.Duration
	// GiveUp is how long a room that was lost is tried again; default 10 min.
	GiveUp time.Duration
	// Alone is how long the bot stays in a room without people; 0: for ever.
	Alone time.Duration
	// Silence is how long it stays in a room where nobody is heard; 0: for ever.
	Silence time.Duration
	// Objected says whether somebody objected earlier to being written down; nil: nobody did. It must not block. It is
	// asked once for each person.
	Objected func(speakerID string) bool
	// Paused begins with a pause.
	Paused bool
	// MaxTime is the longest stay; 0: no limit.
	MaxTime time.Duration
	// Drain is how long storing may take at the end; default 20 s.
	Drain time.Duration
	// Notice is what the bot says of itself in the room's chat. Without a Name nothing is said.
	Notice bot.Notice
	// Needs are the verbs that the rules may ask for: the host is told at the join which of them the bot may not do.
	Needs []models.Verb
	// Breaker, when set, is shared by the rooms of one server, so that a server in trouble is not asked by all of them.
	Breaker *Breaker
	// Farewell, when set, is called once when the stay is to end, with the reason, so that last things can be done in the room:
	// the bot stays, no longer listening, until it returns. Its context ends after 5 s, or with the connection, and is over from
	// the beginning when the bot is not in the room; then it must return. It is not called where the room itself ended the stay.
	Farewell func(ctx context.Context, why models.EndReason)
	// Watch, when set, is told each state, one after the other, from the goroutines of Run; it must not block.
	Watch func(Status)
	Log   *slog.Logger
}

// withDefaults checks a configuration, and fills in what it leaves open.
func (c Config) withDefaults() (Config, error) {
	if c.Connector == nil || c.Sink == nil || c.Session.ID == "" {
		return c, errors.New("room: a stay needs a connector, a sink and a session")
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
