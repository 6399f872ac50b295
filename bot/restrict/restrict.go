// Package restrict manages the restrictions in force against people in a room: mutes, moves to the audience and bans, for a time or
// until lifted. A restriction is stored before it is imposed, and so is any harsher one imposed instead. It ends when its time is
// over: in this session, or in the next one if the bot has left meanwhile. A later restriction extends an earlier one, whose end
// never cuts it short.
//
// The room's own moderators take precedence: what they lift in the room itself while the bot is there is not imposed again.
package restrict

import (
	"context"
	"sync"
	"time"

	"earshot/bot"
	"earshot/models"
)

// Manager manages the restrictions of a room during one session. Its methods may be called from any goroutine.
type Manager struct {
	*executor

	memory *memory
	turns  *turns
	stop   context.CancelFunc // ends parting
	acts   sync.WaitGroup     // of calls of Do

	mu      sync.Mutex
	closing bool // the bot is about to leave
}

// New returns the manager of a session. Run must run while the bot is in the room.
func New(c Config) *Manager {
	m := &memory{Store: c.Store, known: map[place]models.Restriction{}}
	c.Store = m
	parting, stop := context.WithCancel(context.Background())
	return &Manager{
		executor: &executor{ledger: &ledger{c}, observations: &observations{room: c.Room, of: map[place]*observation{}}, parting: parting},
		memory:   m, turns: &turns{of: map[string]*turn{}}, stop: stop,
	}
}

// Run enforces and ends restrictions until the context ends. If the cause is ErrForGood, it then lifts those of limited time, as far
// as is possible within some seconds while the bot is still in the room. It records what remains in force, and returns after all
// its goroutines.
func (m *Manager) Run(ctx context.Context) error {
	t := time.NewTicker(lookEvery)
	defer t.Stop()
	var group sync.WaitGroup
	slots := make(chan struct{}, looksAtOnce)
	back := false
	for {
		if _, inside := m.Room.Can(); inside {
			if !back {
				back = m.comeBack(ctx) == nil
			}
			m.look(ctx, &group, slots)
		} else {
			m.observations.away()
		}
		select {
		case <-t.C:
		case <-ctx.Done():
			group.Wait()
			return m.leave(ctx)
		}
	}
}

// Do carries out a stored action in the person's turn, stores its outcome and reports it to Config.Told. It returns the action with
// its outcome, or the error of storing it. The restriction is enforced from then on. A harsher verb that had to be used becomes an
// action of its own.
func (m *Manager) Do(ctx context.Context, a models.Action) (models.Action, error) {
	release, err := m.turns.take(ctx, a.TargetID)
	if err != nil {
		return a, err
	}
	defer release()
	if !m.begins() {
		return m.tooLate(ctx, a)
	}
	defer m.acts.Done()
	return m.do(ctx, a)
}

// begins reports whether actions may still begin; if so, the caller must call acts.Done.
func (m *Manager) begins() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.closing {
		m.acts.Add(1)
	}
	return !m.closing
}

// tooLate records that an action is not carried out because the bot is about to leave. A planned one remains planned.
func (m *Manager) tooLate(ctx context.Context, a models.Action) (models.Action, error) {
	if a.State == models.ActionPlanned {
		return a, bot.ErrNotJoined
	}
	a.State, a.Error = models.ActionFailed, bot.ErrNotJoined.Error()
	keep, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	return a, m.store(keep, a)
}
