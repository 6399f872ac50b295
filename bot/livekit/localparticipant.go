package livekit

import (
	"context"
	"sync"
	"time"

	lk "github.com/livekit/protocol/livekit"

	"earshot/bot"
)

// localParticipant is what the server says about the bot itself. Its methods may be called from any goroutine.
type localParticipant struct {
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

func newLocalParticipant() *localParticipant { return &localParticipant{shown: make(chan struct{})} }

// shownWithin is a little longer than the server takes to announce a participant who does not publish: it does so every three seconds.
const shownWithin = 3500 * time.Millisecond

// awaitShown waits until others know that the bot is there: an earlier message would appear to them without a name.
func (l *localParticipant) awaitShown(ctx context.Context) {
	t := time.NewTimer(shownWithin)
	defer t.Stop()
	select {
	case <-l.shown:
	case <-t.C: // a line without a name is better than none
	case <-ctx.Done():
	}
}

// isShown records that others know about the bot. The server's delayed update lists the bot to itself as it does to others; the
// immediate one leaves it out.
func (l *localParticipant) isShown() { l.shownOnce.Do(func() { close(l.shown) }) }

// enters applies what the join response says.
func (l *localParticipant) enters(me *lk.ParticipantInfo) {
	l.permitted(me)
	l.mu.Lock()
	l.given = me.GetName()
	l.mu.Unlock()
	l.take(me)
	if me.GetPermission().GetHidden() { // nobody will ever be told
		l.isShown()
	}
}

// take applies an update about the bot, except its rights; an update older than the last is ignored.
func (l *localParticipant) take(me *lk.ParticipantInfo) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if me.GetVersion() < l.version {
		return
	}
	l.version, l.name = me.GetVersion(), me.GetName()
	l.renames = me.GetPermission().GetCanUpdateMetadata()
}

// permitted applies the right to send messages, and reports whether it changed.
func (l *localParticipant) permitted(me *lk.ParticipantInfo) (changed bool) {
	may := me.GetPermission() == nil || me.GetPermission().GetCanPublishData()
	l.mu.Lock()
	defer l.mu.Unlock()
	changed = l.speaks != may
	l.speaks = may
	return changed
}

func (l *localParticipant) setModerates(may bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.moderates = may
}

// rights are whether the bot may send messages, and whether it may moderate.
func (l *localParticipant) rights() (speaks, moderates bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.speaks, l.moderates
}

// naming is the name that the bot was given, and whether it may change the one that is shown.
func (l *localParticipant) naming() (given string, renames bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.given, l.renames
}

// goesBy reports whether the server shows a name.
func (l *localParticipant) goesBy(name string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.name == name
}

// capabilities are what the bot may do now.
func (l *localParticipant) capabilities() bot.Capabilities {
	speaks, moderates := l.rights()
	if moderates {
		return Abilities()
	}
	return bot.Capabilities{Message: speaks, PrivateMessage: speaks}
}
