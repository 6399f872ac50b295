package room

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"earshot/bot"
	"earshot/bot/media"
	"earshot/models"
)

// stay is what lasts from a Room's first connection to its last. Its parts guard themselves; its methods may be called from
// any goroutine.
type stay struct {
	cfg        Config
	log        *slog.Logger
	clock      clock
	pipe       *media.Pipeline
	act        *actor
	rights     rights
	people     *presence
	disclosure *disclosure
	pauses     chan struct{} // rings when listening is paused or resumed
	parted     bool          // the farewell was said; of Run's goroutine
}

// clock is the monotonic time from a session's start. A wall clock that jumps does not move it.
type clock struct {
	began time.Time
	base  time.Duration // session time at began
}

func newClock(started time.Time) clock {
	c := clock{began: time.Now()}
	if !started.IsZero() {
		c.base = max(0, c.began.Sub(started))
	}
	return c
}

func (c clock) now() time.Duration { return c.base + time.Since(c.began) }

// rights are what the bot may do now.
type rights struct {
	mu     sync.Mutex
	can    bot.Capabilities
	inside bool
}

// get is what the bot may do; false while it is not in the room.
func (r *rights) get() (bot.Capabilities, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.can, r.inside
}

func (r *rights) set(c bot.Capabilities, inside bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.can, r.inside = c, inside
}

// note tells the host something.
func (s *stay) note(text string) {
	can, _ := s.rights.get()
	s.cfg.Watch(Status{State: StateListening, Can: can, Note: text})
}

// consent has somebody's word stored.
func (s *stay) consent(id string, what models.ConsentWhat, how string) {
	s.pipe.Consent(models.Consent{Room: s.cfg.Room.ID, SpeakerID: id, What: what, How: how})
}

// say writes a line into the room's chat, to one person or, with "" or where nobody can be written to in private, to all.
func (s *stay) say(ctx context.Context, to, text string) {
	can, inside := s.rights.get()
	if !inside || s.act.moderator == nil || !can.Message && !can.PrivateMessage {
		return
	}
	a := models.Action{Verb: models.VerbMessage, Text: text}
	if to != "" {
		a.Verb, a.TargetID, a.TargetName = models.VerbNudge, to, s.pipe.Name(to)
	}
	if out := s.act.do(ctx, a, ActOptions{}); out.Action.State != models.ActionSeen && ctx.Err() == nil {
		s.log.Warn("a line was not delivered", "err", out.Action.Error)
	}
}

// object has somebody not written down from now on, or again, and tells them. It reports whether that changed anything.
func (s *stay) object(ctx context.Context, id string, objects bool) bool {
	if !s.pipe.Object(id, objects) {
		return false
	}
	s.log.Info("somebody objects, or no longer", "speaker", id, "objects", objects)
	text := s.cfg.Notice.OptedInLine()
	if objects {
		text = s.cfg.Notice.OptedOutLine()
	}
	s.say(ctx, id, text)
	return true
}

// tellMissing tells the host, before the first word, what the rules may want and the bot may not do.
func (s *stay) tellMissing(can bot.Capabilities) {
	list := can.Missing(s.cfg.Needs)
	if list == "" {
		return
	}
	s.log.Warn("rights are missing", "verbs", list)
	s.note("the rules may ask for " + list + ", and the bot has no right to do this here: it will only tell you")
}
