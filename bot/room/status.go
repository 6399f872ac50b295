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

// oneByOne keeps calls from different goroutines apart.
func oneByOne(watch func(Status)) func(Status) {
	var mu sync.Mutex
	return func(s Status) {
		mu.Lock()
		defer mu.Unlock()
		watch(s)
	}
}
