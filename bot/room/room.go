// Package room is in one live audio room: it joins and joins again, knows who is there, says who the bot is, and sees to it that
// actions take effect. What is said goes through package media:
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
	// drainTime is how long a Room stores what was heard, by default.
	drainTime = 20 * time.Second
	// StopTime is how long Run takes at most, by default, to return when its context has ended: nobody comes back from the
	// farewell, the connector does not let go, and the sink takes nothing.
	StopTime = FarewellTime + letGo + drainTime + media.GiveUpTime
)

// Room is one stay of the bot in one room.
type Room struct {
	stay   *stay
	ending chan models.EndReason // why the stay is to end, once that was asked for
	erased sync.Once
}

// New checks the configuration. Nothing runs yet.
func New(c Config) (*Room, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	log := c.Log.With("session", c.Session.ID, "room", c.Room.ID)
	s := &stay{
		cfg: c, log: log, clock: newClock(c.Session.Started), people: newPresence(), disclosure: newDisclosure(), pauses: make(chan struct{}, 1),
	}
	r := &Room{stay: s, ending: make(chan models.EndReason, 1)}
	s.pipe = media.New(media.Config{
		Session: c.Session, Sink: c.Sink, Now: s.clock.now, Segment: c.Segment, NewVAD: c.NewVAD,
		Preview: c.Preview, PreviewEvery: c.PreviewEvery, Observer: c.Observer, Hold: c.Hold,
		Objected: c.Objected, Erased: r.Erased, Log: log,
	})
	if c.Paused {
		s.pipe.Pause(true)
	}
	moderator, _ := c.Connector.(bot.Moderator)
	s.act = &actor{moderator: moderator, can: s.rights.get, quiet: s.pipe.SilentFor}
	return r, nil
}

// Run is in the room until the context ends, the room is over or it cannot be reached any more. What was heard is
// flushed and stored before it returns. Cancelling the context gives EndStopped, or the reason of an EndError that is
// its cause; one that was never in the room, because of failures, ends with the last of these. An error is returned with the
// reasons that are failures. It may be called once.
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
		r.stay.note("this session was erased while it went on: the bot leaves, and keeps nothing of what was said since")
		r.End(models.EndErased)
	})
}

// Pause stops or resumes listening for the whole room; what was said before is kept. People in the room are told in its
// chat, and the bot's name shows the pause, or the host is told that it can't. It may be called from any goroutine, before and
// during Run, and blocks while the line is delivered: some seconds. It reports whether that changed anything.
func (r *Room) Pause(ctx context.Context, on bool) bool {
	s := r.stay
	if !s.pipe.Pause(on) {
		return false
	}
	s.log.Info("listening paused or resumed", "paused", on)
	select {
	case s.pauses <- struct{}{}:
	default:
	}
	text := s.cfg.Notice.ResumedLine()
	if on {
		text = s.cfg.Notice.PausedLine()
	}
	s.say(ctx, "", text)
	return true
}

// Paused reports whether a host has paused listening.
func (r *Room) Paused() bool { return r.stay.pipe.Paused() }

// Object has somebody not written down from now on, or, without objects, again. Their track is dropped before it is
// decoded. They are told, in private where that is possible. It may be called from any goroutine, before and during
// Run, and blocks while the line is delivered. It reports whether that changed anything.
func (r *Room) Object(ctx context.Context, id string, objects bool) bool {
	return r.stay.object(ctx, id, objects)
}

// Act carries an action out in the room and reports what came of it. It blocks until the effect was seen and stays, or
// nothing more can be tried: some seconds. It may be called from any goroutine while Run runs; for one person one after
// the other. Nothing is remembered of it: whoever calls it sees to it that what is for some time ends, and is kept until
// then.
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

// Can tells what the bot may do now; false while it is not in the room.
func (r *Room) Can() (bot.Capabilities, bool) { return r.stay.rights.get() }

// Inside reports whether the bot is in the room now.
func (r *Room) Inside() bool {
	_, inside := r.stay.rights.get()
	return inside
}

// Verbs lists what can be done in the room now; nothing while the bot is not in it.
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

// InForce reports whether a verb is in force against somebody now, by what the room's server has told so far.
func (r *Room) InForce(verb models.Verb, speakerID string) bool {
	m := r.stay.act.moderator
	if m == nil {
		return false
	}
	ok, _ := m.Effect(bot.Command{Verb: verb, Target: speakerID})
	return ok
}

// Elapsed is the time since the session's start by the clock that clips are timed with: the wall clock may have been set,
// or the machine asleep.
func (r *Room) Elapsed() time.Duration { return r.stay.clock.now() }

// Note tells the host something, with Config.Watch.
func (r *Room) Note(text string) { r.stay.note(text) }

// People lists who is in the room, by id; nobody while the bot is not in it. It may be called from any goroutine.
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

// Recent is the sound of somebody between two times of the session, as Pipeline.Recent says. Any goroutine may call it, also
// after the Room has ended.
func (r *Room) Recent(speakerID, track string, fromMS, toMS int64) (opus []byte, from, to int64) {
	return r.stay.pipe.Recent(speakerID, track, fromMS, toMS)
}

// Stats may be called from any goroutine, before, during and after Run.
func (r *Room) Stats() media.Stats { return r.stay.pipe.Stats() }

// DeafTo names those who are shown as talking and of whom nothing was heard for more than ten seconds, in order. Any
// goroutine may call it.
func (r *Room) DeafTo() []string { return r.stay.pipe.DeafTo() }
