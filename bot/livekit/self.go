package livekit

import (
	"context"
	"sync"
	"time"

	lk "github.com/livekit/protocol/livekit"

	"earshot/bot"
)

// self is what the server says about the bot itself. Its methods may be called from any goroutine.
type self struct {
	mu        sync.Mutex
	speaks    bool   // may send messages
	moderates bool   // the RoomService obeys the bot here
	given     string // its name, as in the token
	name      string // its name, as the server shows it
	renames   bool   // may change its own name
	version   uint32 // of the server's latest update

	shown     chan struct{} // closed when others know that the bot is there
	shownOnce sync.Once
}

func newSelf() *self { return &self{shown: make(chan struct{})} }

// shownWithin is a little longer than the server takes to announce a participant who does not publish: it does so every three seconds.
const shownWithin = 3500 * time.Millisecond

// awaitShown waits until others know that the bot is there: an earlier message would appear to them without a name.
func (s *self) awaitShown(ctx context.Context) {
	t := time.NewTimer(shownWithin)
	defer t.Stop()
	select {
	case <-s.shown:
	case <-t.C: // a line without a name is better than none
	case <-ctx.Done():
	}
}

// isShown records that others know about the bot. The server's delayed update lists the bot to itself as it does to others; the
// immediate one leaves it out.
func (s *self) isShown() { s.shownOnce.Do(func() { close(s.shown) }) }

// enters applies what the join response says.
func (s *self) enters(me *lk.ParticipantInfo) {
	s.permitted(me)
	s.mu.Lock()
	s.given = me.GetName()
	s.mu.Unlock()
	s.take(me)
	if me.GetPermission().GetHidden() { // nobody will ever be told
		s.isShown()
	}
}

// take applies an update about the bot, except its rights; an update older than the last is ignored.
func (s *self) take(me *lk.ParticipantInfo) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if me.GetVersion() < s.version {
		return
	}
	s.version, s.name = me.GetVersion(), me.GetName()
	s.renames = me.GetPermission().GetCanUpdateMetadata()
}

// permitted applies the right to send messages, and reports whether it changed.
func (s *self) permitted(me *lk.ParticipantInfo) (changed bool) {
	may := me.GetPermission() == nil || me.GetPermission().GetCanPublishData()
	s.mu.Lock()
	defer s.mu.Unlock()
	changed = s.speaks != may
	s.speaks = may
	return changed
}

func (s *self) setModerates(may bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.moderates = may
}

// rights are whether the bot may send messages, and whether it may moderate.
func (s *self) rights() (speaks, moderates bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.speaks, s.moderates
}

// naming is the name that the bot was given, and whether it may change the one that is shown.
func (s *self) naming() (given string, renames bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.given, s.renames
}

// goesBy reports whether the server shows a name.
func (s *self) goesBy(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.name == name
}

// capabilities are what the bot may do now.
func (s *self) capabilities() bot.Capabilities {
	speaks, moderates := s.rights()
	if moderates {
		return Abilities()
	}
	return bot.Capabilities{Message: speaks, PrivateMessage: speaks}
}
