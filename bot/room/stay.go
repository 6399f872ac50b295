package room

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"earshot/bot"
	"earshot/bot/media"
	"earshot/models"
)

// stay is the state of a Room across connections. Its parts are safe for concurrent use; its methods may be called from any goroutine.
type stay struct {
	cfg        Config
	log        *slog.Logger
	clock      clock
	pipe       *media.Pipeline
	act        *actor
	rights     rights
	people     *presence
	disclosure *disclosure
	captions   *captions
	quiet      quiet
	pauses     chan struct{} // signals that listening was paused or resumed
	parted     bool          // Farewell has been called; owned by Run's goroutine
}

// clock is the monotonic time since a session's start, regardless of jumps of the wall clock.
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

// rights holds the bot's current permissions.
type rights struct {
	mu     sync.Mutex
	can    bot.Capabilities
	inside bool
}

// get returns the permissions, and false while the bot is not in the room.
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

// note sends a note to the host.
func (s *stay) note(text string) {
	can, _ := s.rights.get()
	s.cfg.Watch(Status{State: StateListening, Can: can, Note: text})
}

// consent adds an entry to the consent ledger.
func (s *stay) consent(id string, what models.ConsentWhat, how string) {
	s.pipe.Consent(models.Consent{Room: s.cfg.Room.ID, SpeakerID: id, What: what, How: how})
}

// say sends a chat message to one person, or to the room if to is "" or private messages are impossible.
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

// object implements Room.Object.
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

// tellMissing tells the host which of the rules' verbs the bot lacks permission for, which affect more people than the one they are aimed
// at, and if nobody can see the bot.
func (s *stay) tellMissing(can bot.Capabilities) {
	if can.Ban && can.BanByAddress && slices.Contains(s.cfg.Needs, models.VerbBan) {
		s.note("a ban here is by address: it shuts out everybody behind it, not only the person")
	}
	if can.Unseen && can.Message {
		s.note("nobody in the room sees that the bot listens, except those who have subtitles on: tell the people yourself")
	}
	list := can.Missing(s.cfg.Needs)
	if list == "" {
		return
	}
	s.log.Warn("rights are missing", "verbs", list)
	s.note("the rules may ask for " + list + ", and the bot has no right to do this here: it will only tell you")
}
