package restrict

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"earshot/models"
)

// ErrForGood is the cause of the end of Run's context when the bot leaves a room and won't return by itself soon.
var ErrForGood = errors.New("the bot leaves the room for good")

const (
	// partWithin bounds lifting restrictions before the bot leaves.
	partWithin = 4 * time.Second
	// namedAtMost bounds the people named to the host.
	namedAtMost = 20
)

// leave lifts what nobody would lift later, and records what remains in force. ctx is Run's, which has ended.
func (m *Manager) leave(ctx context.Context) error {
	m.mu.Lock()
	m.closing = true
	m.mu.Unlock()
	m.stop()
	m.acts.Wait()
	parting, cancel := context.WithTimeout(context.WithoutCancel(ctx), partWithin)
	defer cancel()
	err := m.liftAll(parting, errors.Is(context.Cause(ctx), ErrForGood))
	return errors.Join(err, m.leaveBehind(ctx))
}

// liftAll lifts what nobody would lift later, concurrently, and tells the host what it could not lift.
func (m *Manager) liftAll(ctx context.Context, forGood bool) error {
	due, err := m.due(ctx, forGood)
	if err != nil {
		return err
	}
	var group sync.WaitGroup
	slots := make(chan struct{}, looksAtOnce)
	left := make(chan models.Restriction, len(due))
	for _, r := range due {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			ended, err := m.liftNow(ctx, r)
			if err != nil {
				m.Log.Error("what is in force in a room is not as it should be", "room", m.RoomID, "speaker", r.Person, "err", err)
			}
			if !ended {
				m.Log.Warn("left behind in a room", "room", m.RoomID, "speaker", r.Person, "verb", string(r.Verb))
				left <- r
			}
		})
	}
	group.Wait()
	close(left)
	m.tellLeft(left)
	return nil
}

// due returns the restrictions to lift before the bot leaves: those erased from the store, which nobody would know of any more, and
// with forGood all others of limited time.
func (m *Manager) due(ctx context.Context, forGood bool) (out []models.Restriction, err error) {
	stored, err := m.Store.Restrictions(ctx, m.RoomID)
	if err != nil {
		return nil, err
	}
	for _, r := range m.memory.lost(stored) {
		_, err := m.Actions.Action(ctx, r.Action)
		if errors.Is(err, models.ErrNotFound) && r.Verb.Undo() != "" {
			out = append(out, r)
		}
	}
	if forGood {
		out = append(out, stored...)
	}
	return slices.DeleteFunc(out, func(r models.Restriction) bool { return r.Until.IsZero() }), nil
}

// liftNow calls lift in the person's turn.
func (m *Manager) liftNow(ctx context.Context, r models.Restriction) (ended bool, err error) {
	if r.Verb == models.VerbNewcomersListen { // each newcomer has a restriction of their own
		err := m.Store.EndRestriction(ctx, m.RoomID, r.Person, r.Verb)
		return err == nil, err
	}
	release, err := m.turns.take(ctx, r.Person)
	if err != nil {
		return false, nil // out of time
	}
	defer release()
	return m.lift(ctx, r)
}

// tellLeft tells the host what remains in force.
func (m *Manager) tellLeft(left <-chan models.Restriction) {
	var all []string
	for r := range left {
		all = append(all, fmt.Sprintf("%s (%s)", m.name(r), r.Verb))
	}
	if len(all) == 0 {
		return
	}
	slices.Sort(all)
	more := ""
	if n := len(all) - namedAtMost; n > 0 {
		all, more = all[:namedAtMost], fmt.Sprintf(" and %d more", n)
	}
	m.Room.Note(
		"the bot leaves, and could not end the restrictions on " + strings.Join(all, ", ") + more + ": end them in the room itself",
	)
}
