// Package restrict keeps what is in force against people in a room: mutes, moves to the audience and bans, each for its time.
// It is the one place that knows of them. What takes effect is written down before it is tried, whatever takes its place
// is written down too, and it ends when its time is over: in this stay, or in the next one if the bot left meanwhile. What
// comes later extends what holds, and the end of something earlier never cuts it short.
//
// The room's own moderators come first: what one of them takes back in the room itself is not set again.
package restrict

import (
	"context"
	"sync"
	"time"

	"earshot/bot"
	"earshot/models"
)

// Keeper keeps what is in force in a room during one stay. Its methods may be called from any goroutine.
type Keeper struct {
	*executor

	memory *memory
	turns  *turns
	stop   context.CancelFunc // ends what is being done
	acts   sync.WaitGroup     // what Do does

	mu      sync.Mutex
	closing bool // the bot is about to leave
}

// New makes the keeper of a stay. Run must run while the bot is there.
func New(c Config) *Keeper {
	m := &memory{Store: c.Store, known: map[place]models.Restriction{}}
	c.Store = m
	parting, stop := context.WithCancel(context.Background())
	return &Keeper{
		executor: &executor{ledger: &ledger{c}, sights: &sights{room: c.Room, of: map[place]*sight{}}, parting: parting},
		memory:   m, turns: &turns{of: map[string]*turn{}}, stop: stop,
	}
}

// Run sees to it that what should be in force is, and ends in time, until the context ends. Where its cause is ErrForGood, what
// is in force for a time is taken back then, as far as that goes within some seconds while the bot is still there. It notes what
// the bot leaves behind, and returns after all its goroutines.
func (k *Keeper) Run(ctx context.Context) error {
	t := time.NewTicker(lookEvery)
	defer t.Stop()
	var group sync.WaitGroup
	slots := make(chan struct{}, looksAtOnce)
	back := false
	for {
		if _, inside := k.Room.Can(); inside {
			if !back {
				back = k.comeBack(ctx) == nil
			}
			k.look(ctx, &group, slots)
		}
		select {
		case <-t.C:
		case <-ctx.Done():
			group.Wait()
			return k.leave(ctx)
		}
	}
}

// Do carries out an action that is stored, after all else that is being done about the same person, and stores and tells how
// far it came. It returns it as it is then, or the error with which it could not be written down. What is restricted is
// looked after from then on; when something harsher had to be done, it is an action of its own.
func (k *Keeper) Do(ctx context.Context, a models.Action) (models.Action, error) {
	release, err := k.turns.take(ctx, a.TargetID)
	if err != nil {
		return a, err
	}
	defer release()
	if !k.begins() {
		return k.tooLate(ctx, a)
	}
	defer k.acts.Done()
	return k.do(ctx, a)
}

// begins reports whether something may still be done; then acts.Done must follow.
func (k *Keeper) begins() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.closing {
		k.acts.Add(1)
	}
	return !k.closing
}

// tooLate notes that something is not done because the bot is about to leave. What is planned stays so, for the next stay.
func (k *Keeper) tooLate(ctx context.Context, a models.Action) (models.Action, error) {
	if a.State == models.ActionPlanned {
		return a, bot.ErrNotJoined
	}
	a.State, a.Error = models.ActionFailed, bot.ErrNotJoined.Error()
	keep, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	return a, k.store(keep, a)
}
