// Package room is in a live audio room: it joins and joins again, says who the bot is, knows who is there, takes each
// speaker's packets through decoding and cutting to clips that are handed to a store, and sees to it that actions take effect.
//
//	connector --RTP--> bot.RoomHandler --bounded channel per track--> bot/audio --clips, gaps--> bounded hand-over --> Sink (disk)
//
// RTP never waits: what cannot be taken in time is dropped, counted and stored as a gap that the reviewer sees.
package room

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"earshot/bot"
	"earshot/bot/audio"
	"earshot/models"
)

// State is what a Room is doing.
type State string

// The states of a Room.
const (
	StateJoining   State = "joining"
	StateListening State = "listening"
	StateWaiting   State = "waiting" // for the next attempt to join
	StateEnded     State = "ended"
)

// Status is a Room's state with what belongs to it.
type Status struct {
	State State
	// Can is what the bot may do, while listening.
	Can bot.Capabilities
	// Err is why the Room waits or ended; may be nil at the end.
	Err error
	// Retry is how long it waits.
	Retry time.Duration
	// Reason is why it ended.
	Reason models.EndReason
	// Note is something that the host should know, while listening; a Status with a Note is no change of state.
	Note string
}

// Config says what a Room joins and where what it hears goes.
type Config struct {
	Room models.Room
	// Session needs ID, Started and Epoch. Started bears a monotonic reading when the session begins now: then the session's
	// clock is that of the process, and setting the wall clock does not move it.
	Session   models.Session
	Connector bot.Connector
	Sink      Sink
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
	Observer Observer
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

const (
	// joinWithin is the deadline of one attempt to join.
	joinWithin = 15 * time.Second
	// steady is how long a connection must have lasted to count as good.
	steady = 30 * time.Second
)

// Room is one stay of the bot in one room.
type Room struct {
	cfg   Config
	log   *slog.Logger
	out   *outbox
	pipe  *pipeline
	cutAt time.Duration // since when nothing is heard; 0: listening or never joined
	began time.Time
	base  time.Duration // session time at began
	act   *actor
	// pauses rings when listening is paused or resumed.
	pauses chan struct{}
	ending chan models.EndReason // why the stay is to end, once that was asked for
	erased sync.Once
	parted bool // the farewell was said; of Run

	mu      sync.Mutex
	rights  bot.Capabilities
	inside  bool
	here    map[string]time.Duration // who is in the room, and when they came; 0: they were there before the bot
	deaf    map[string]bool          // whom it does not hear although they are shown as talking
	removed map[string]bool          // whom the bot sent out, until they come back

	// Of the visit that runs, under its lock; they outlive it.
	announced bool
	greeted   map[string]bool // who was told of the bot
	waiting   map[string]bool // whom that could not be told yet
	unheard   map[string]int  // rejoins for somebody who is not heard
	there     map[string]bool
}

// New checks the configuration. Nothing runs yet.
func New(c Config) (*Room, error) {
	if c.Connector == nil || c.Sink == nil || c.Session.ID == "" {
		return nil, errors.New("bot: a room needs a connector, a sink and a session")
	}
	if c.Segment != (audio.SegmentConfig{}) {
		if err := c.Segment.Validate(); err != nil {
			return nil, fmt.Errorf("bot: %w", err)
		}
	}
	orElse := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	orElse(&c.FirstJoin, 10*time.Second)
	orElse(&c.GiveUp, 10*time.Minute)
	orElse(&c.PreviewEvery, 1500*time.Millisecond)
	orElse(&c.Drain, drainTime)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Watch == nil {
		c.Watch = func(Status) {}
	} else {
		c.Watch = oneByOne(c.Watch)
	}
	log := c.Log.With("session", c.Session.ID, "room", c.Room.ID)
	r := &Room{
		cfg: c, log: log, out: newOutbox(c.Sink, log), began: time.Now(),
		greeted: map[string]bool{}, waiting: map[string]bool{}, unheard: map[string]int{}, there: map[string]bool{},
		here: map[string]time.Duration{}, pauses: make(chan struct{}, 1), ending: make(chan models.EndReason, 1),
	}
	r.out.observer, r.out.session = c.Observer, c.Session.ID
	r.out.erased = r.Erased
	if !c.Session.Started.IsZero() {
		r.base = max(0, r.began.Sub(c.Session.Started))
	}
	r.pipe = &pipeline{
		session: c.Session, segment: c.Segment, newVAD: c.NewVAD, preview: c.Preview, previewEvery: c.PreviewEvery,
		out: r.out, now: r.now, log: log,
		feeds: map[string]*feed{}, live: map[*feed]bool{}, next: map[string]int{}, people: map[string]models.Speaker{},
		voices: map[string]*voice{}, recents: map[string]*recent{}, observed: c.Observer != nil, hold: c.Hold,
		objected: c.Objected, asked: map[string]bool{}, objects: map[string]time.Duration{},
	}
	if c.Paused {
		r.pipe.pause(true)
	}
	moderator, _ := c.Connector.(bot.Moderator)
	r.act = &actor{moderator: moderator, can: r.can, quiet: r.pipe.quiet}
	return r, nil
}

// now is the monotonic time from the session's start. A wall clock that jumps does not move it.
func (r *Room) now() time.Duration { return r.base + time.Since(r.began) }

// Run is in the room until the context ends, the room is over or it cannot be reached any more. What was heard is
// flushed and stored before it returns. Cancelling the context gives EndStopped, or the reason of an EndError that is
// its cause; one that was never in the room, because of failures, ends with the last of these. An error is returned with the
// reasons that are failures. It may be called once.
func (r *Room) Run(ctx context.Context) (models.EndReason, error) {
	store, stopStoring := context.WithCancel(context.WithoutCancel(ctx))
	defer stopStoring()
	stored := make(chan error, 1)
	go func() { stored <- r.out.deliver(store) }()

	stay, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if r.cfg.MaxTime > 0 {
		t := time.AfterFunc(r.cfg.MaxTime, func() { cancel(bot.End(models.EndMaxTime, nil)) })
		defer t.Stop()
	}
	var ended sync.WaitGroup
	ended.Go(func() {
		select {
		case why := <-r.ending:
			cancel(bot.End(why, nil))
		case <-stay.Done():
		}
	})
	reason, err := r.supervise(stay, cancel)
	if stay.Err() != nil {
		r.farewell(stay, reason)
	}
	cancel(nil)
	ended.Wait()
	r.pipe.group.Wait()
	r.endCut()
	r.pipe.endShut()
	r.out.close()
	t := time.AfterFunc(r.cfg.Drain, stopStoring)
	defer t.Stop()
	err = errors.Join(err, <-stored)
	r.log.Info("left", "reason", string(reason), "ms", r.now().Milliseconds())
	r.cfg.Watch(Status{State: StateEnded, Reason: reason, Err: err})
	return reason, err
}

// End has the bot leave for a reason, as the end of Run's context does; what was heard is stored first. Before Run it keeps the
// bot out. It may be called from any goroutine, and does not wait; the first reason counts.
func (r *Room) End(why models.EndReason) {
	select {
	case r.ending <- why:
	default:
	}
}

// Erased ends a stay whose session somebody erased, and tells the host. It may be called from any goroutine, and again.
func (r *Room) Erased() {
	r.erased.Do(func() {
		can, _ := r.can()
		r.note(can, "this session was erased while it went on: the bot leaves, and keeps nothing of what was said since")
		r.End(models.EndErased)
	})
}

// supervise joins, and joins again, until there is a reason to end.
func (r *Room) supervise(ctx context.Context, cancel context.CancelCauseFunc) (models.EndReason, error) {
	down, patience := r.now(), r.cfg.FirstJoin
	reason, last, in := models.EndFailedServer, error(nil), false
	stopped := func() (models.EndReason, error) {
		why, err := stopped(ctx)
		if why == models.EndStopped && !in && last != nil {
			return reason, last
		}
		return why, err
	}
	for {
		if pause := r.cfg.Breaker.ask(); pause > 0 {
			if r.now()-down >= patience {
				return reason, errors.Join(last, errBroken)
			}
			r.cfg.Watch(Status{State: StateWaiting, Err: errors.Join(last, errBroken), Retry: pause})
			if !sleep(ctx, pause) {
				return stopped()
			}
			continue
		}
		r.cfg.Watch(Status{State: StateJoining})
		began := r.now()
		joined, err := r.attempt(ctx, cancel)
		in = in || joined
		if ctx.Err() != nil {
			return stopped()
		}
		var again bool
		last = err
		reason, again = classify(err)
		if !joined {
			r.cfg.Breaker.tell(!inTrouble(reason))
		}
		if joined {
			if reason != models.EndFailedICE || r.pipe.packets.Load() > 0 { // else the door is open and nothing was ever heard
				patience = r.cfg.GiveUp
			}
			if r.now()-began >= steady { // else the pauses go on growing
				down = r.now()
			}
		}
		outage := r.now() - down
		if !again || outage >= patience {
			return reason, err
		}
		pause := min(backoff(outage, rand.Float64()), patience-outage) //nolint:gosec // jitter
		r.log.Warn("not in the room, trying again", "ms", pause.Milliseconds(), "err", err)
		r.cfg.Watch(Status{State: StateWaiting, Err: err, Retry: pause})
		if !sleep(ctx, pause) {
			return stopped()
		}
	}
}

// stopped finds the reason in a context that ended.
func stopped(ctx context.Context) (models.EndReason, error) {
	var e *bot.EndError
	if errors.As(context.Cause(ctx), &e) {
		return e.Reason, e.Err
	}
	return models.EndStopped, nil
}

// classify finds the reason of a connector's error and whether to try again. An unknown error is the server's failure.
func classify(err error) (models.EndReason, bool) {
	var e *bot.EndError
	if errors.As(err, &e) {
		return e.Reason, e.Retry
	}
	return models.EndFailedServer, true
}

var errNoAnswer = errors.New("no answer within 15 s")

// attempt connects once and reports whether the room was joined.
func (r *Room) attempt(stay context.Context, end context.CancelCauseFunc) (joined bool, err error) {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(stay)) // the connection outlasts the stay by a farewell
	defer cancel(nil)
	deadline := time.AfterFunc(joinWithin, func() { cancel(bot.Retry(models.EndFailedServer, errNoAnswer)) })
	defer deadline.Stop()
	v := newVisit(r, deadline, end)
	err = v.run(stay, ctx, cancel, r.cfg.Connector)
	joined = v.leave()
	if joined && stay.Err() == nil {
		r.beginCut(v.since)
	}
	if err == nil {
		err = bot.Retry(models.EndFailedServer, errors.New("the connection ended"))
	}
	return joined, err
}
