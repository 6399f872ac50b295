// Package room runs the bot in one live audio room: it joins and rejoins, tracks who is present, discloses the bot, and carries out
// actions and verifies their effect. Audio goes through package media:
//
//	connector --packets--> connection --tracks--> media.Pipeline --clips, gaps--> media.Sink
//
// A Room supervises; each of its connections is the bot.RoomHandler of one Connector.Run.
package room

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"earshot/bot"
	"earshot/bot/media"
	"earshot/models"
)

const (
	// drainTime is the default of Config.Drain.
	drainTime = 20 * time.Second
	// StopTime is how long Run may take by default to return after its context has ended: if the farewell, the connector and
	// the sink all block.
	StopTime = FarewellTime + letGo + drainTime + media.GiveUpTime
)

// Room is one session of the bot in one room.
type Room struct {
	stay   *stay
	ending chan models.EndReason // the reason passed to End
	erased sync.Once
}

// New validates the configuration. Nothing runs yet.
func New(c Config) (*Room, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	log := c.Log.With("session", c.Session.ID, "room", c.Room.ID)
	s := &stay{
		cfg: c, log: log, clock: newClock(c.Session.Started), people: newPresence(), disclosure: newDisclosure(), captions: newCaptions(),
		pauses: make(chan struct{}, 1),
	}
	r := &Room{stay: s, ending: make(chan models.EndReason, 1)}
	s.pipe = media.New(media.Config{
		Session: c.Session, Sink: c.Sink, Now: s.clock.now, Segment: c.Segment, NewVAD: c.NewVAD,
		Preview: c.Preview, PreviewEvery: c.PreviewEvery, Observer: c.Observer, Hold: c.Hold, Unheard: c.Unheard,
		Objected: c.Objected, Erased: func() { r.End(models.EndErased) }, Log: log,
	})
	if c.Paused {
		s.pipe.Pause(true)
	}
	moderator, _ := c.Connector.(bot.Moderator)
	s.act = &actor{moderator: moderator, can: s.rights.get, quiet: s.pipe.SilentFor}
	return r, nil
}

// Run stays in the room until the context ends, the room closes or it can no longer be reached. It flushes and stores everything before it
// returns. If the context ended, the reason is EndStopped, or that of an EndError that is its cause; if the room was never joined because
// of failures, it is that of the last failure. Reasons that are failures come with an error. Run may be called only once.
func (r *Room) Run(ctx context.Context) (models.EndReason, error) {
	store, stopStoring := context.WithCancel(context.WithoutCancel(ctx))
	defer stopStoring()
	stored := make(chan error, 1)
	s := r.stay
	go func() { stored <- s.pipe.Deliver(store) }()

	staying, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	if s.cfg.MaxTime > 0 {
		t := time.AfterFunc(s.cfg.MaxTime, func() { leave(bot.End(models.EndMaxTime, nil)) })
		defer t.Stop()
	}
	var ended sync.WaitGroup
	ended.Go(func() {
		select {
		case why := <-r.ending:
			leave(bot.End(why, nil))
		case <-staying.Done():
		}
	})
	reason, err := s.supervise(staying, leave)
	if staying.Err() != nil {
		s.farewell(staying, reason)
	}
	leave(nil)
	ended.Wait()
	s.pipe.Close()
	t := time.AfterFunc(s.cfg.Drain, stopStoring)
	defer t.Stop()
	err = errors.Join(err, <-stored)
	s.log.Info("left", "reason", string(reason), "ms", s.clock.now().Milliseconds())
	s.cfg.Watch(Status{State: StateEnded, Reason: reason, Err: err})
	return reason, err
}

// End makes the bot leave for a reason, as the end of Run's context would; if it is called before Run, the bot does not join. It tells the
// host of an erasure. It does not wait; the first reason counts. It may be called from any goroutine.
func (r *Room) End(why models.EndReason) {
	if why == models.EndErased {
		r.erased.Do(func() {
			r.stay.note("this session was erased while it was running: the bot leaves, and stores nothing said since")
		})
	}
	select {
	case r.ending <- why:
	default:
	}
}

// Pause pauses or resumes listening to the whole room; what was said before is kept. The bot announces it in the room's chat and shows it
// in its name, or tells the host that it can't. Pause blocks for some seconds while the message is delivered, and reports whether anything
// changed. It may be called from any goroutine, before and during Run.
func (r *Room) Pause(ctx context.Context, on bool) bool {
	s := r.stay
	if !s.pipe.Pause(on) {
		return false
	}
	s.log.Info("listening paused or resumed", "paused", on)
	ring(s.pauses)
	text := s.cfg.Notice.ResumedLine()
	if on {
		text = s.cfg.Notice.PausedLine()
	}
	s.say(ctx, "", text)
	return true
}

// Paused reports whether listening is paused.
func (r *Room) Paused() bool { return r.stay.pipe.Paused() }

// Object records whether a person objects to being recorded, in which case their packets are dropped undecoded from then on. It informs the
// person, in private if possible, blocks while that message is delivered, and reports whether anything changed. It may be called from any
// goroutine, before and during Run.
func (r *Room) Object(ctx context.Context, id string, objects bool) bool {
	return r.stay.object(ctx, id, objects)
}

// Act carries out an action in the room and returns the outcome. It blocks for some seconds, until the effect has been observed and
// persists, or nothing more can be tried. It may be called from any goroutine while Run is running, but not concurrently for the same
// person. The caller is responsible for ending an action of limited duration, and for keeping it in force until then.
func (r *Room) Act(ctx context.Context, a models.Action, o ActOptions) Result {
	out := r.stay.act.do(ctx, a, o)
	log := r.stay.log.With(
		"action", a.ID, "verb", string(a.Verb), "speaker", a.TargetID, "tries", out.Action.Attempts, "ms", out.Took.Milliseconds(),
	)
	if out.Done == "" {
		log.Warn("action failed", "err", out.Action.Error)
		return out
	}
	log.Info("action took effect", "done", string(out.Done), "how", out.How)
	if out.Done == models.VerbRemove || out.Done == models.VerbBan {
		r.stay.people.sentOut(a.TargetID)
	}
	return out
}

// Can returns the bot's permissions, and false while it is not in the room.
func (r *Room) Can() (bot.Capabilities, bool) { return r.stay.rights.get() }

// Inside reports whether the bot is in the room.
func (r *Room) Inside() bool {
	_, inside := r.stay.rights.get()
	return inside
}

// Verbs returns the verbs that can be carried out now. There are none while the bot is not in the room.
func (r *Room) Verbs() (out []models.Verb) {
	can, inside := r.stay.rights.get()
	for _, v := range []models.Verb{
		models.VerbNudge, models.VerbWarn, models.VerbMute, models.VerbUnmute, models.VerbToAudience, models.VerbToStage, models.VerbRemove,
		models.VerbBan, models.VerbUnban, models.VerbNewcomersListen,
	} {
		if inside && (can.Has(v, false) || can.Has(v, true)) {
			out = append(out, v)
		}
	}
	return out
}

// InForce reports whether a verb is in force against a speaker, according to the room's server.
func (r *Room) InForce(verb models.Verb, speakerID string) bool {
	m := r.stay.act.moderator
	if m == nil {
		return false
	}
	ok, _ := m.Effect(bot.Command{Verb: verb, Target: speakerID})
	return ok
}

// Elapsed returns the session time, by the clock that times the clips, which ignores changes to the wall clock.
func (r *Room) Elapsed() time.Duration { return r.stay.clock.now() }

// StoredUntil returns what media.Pipeline.StoredUntil returns. It may be called from any goroutine.
func (r *Room) StoredUntil() time.Duration { return r.stay.pipe.StoredUntil() }

// Note sends a note to the host, through Config.Watch.
func (r *Room) Note(text string) { r.stay.note(text) }

// People returns those present, sorted by id, or nobody while the bot is not in the room. It may be called from any goroutine.
func (r *Room) People() []Present {
	here := r.stay.people.all()
	out := make([]Present, 0, len(here))
	for id, came := range here {
		name, role := r.stay.pipe.Person(id)
		out = append(out, Present{ID: id, Name: name, Role: role, Came: came})
	}
	slices.SortFunc(out, func(a, b Present) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// Recent returns a speaker's audio between two session times: see media.Pipeline.Recent. It may be called from any goroutine, even after
// the session.
func (r *Room) Recent(speakerID, track string, fromMS, toMS int64) (opus []byte, from, to int64) {
	return r.stay.pipe.Recent(speakerID, track, fromMS, toMS)
}

// Stats returns the current figures. It may be called from any goroutine, before, during and after Run.
func (r *Room) Stats() media.Stats { return r.stay.pipe.Stats() }

// DeafTo returns what media.Pipeline.DeafTo returns. It may be called from any goroutine.
func (r *Room) DeafTo() []string { return r.stay.pipe.DeafTo() }
