package room

import (
	"sync"
	"time"

	"earshot/bot"
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

// Status is a Room's state with details.
type Status struct {
	State State
	// Can holds the bot's permissions while it is listening.
	Can bot.Capabilities
	// Err is why the Room is waiting or has ended; at the end it may be nil.
	Err error
	// Retry is the delay before the next attempt.
	Retry time.Duration
	// Reason is why it ended.
	Reason models.EndReason
	// Quiet, if set, says whether the only source of a room sends anything to transcribe; its Note, if any, tells the same in words. Such a
	// Status is not a change of state.
	Quiet *models.Quiet
	// Note is a message for the host; a Status with a Note is not a change of state.
	Note string
}

// oneByOne serialises calls.
func oneByOne(watch func(Status)) func(Status) {
	var mu sync.Mutex
	return func(s Status) {
		mu.Lock()
		defer mu.Unlock()
		watch(s)
	}
}
