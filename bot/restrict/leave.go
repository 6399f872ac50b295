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
func (k *Keeper) leave(ctx context.Context) error {
	k.mu.Lock()
	k.closing = true
	k.mu.Unlock()
	k.stop()
	k.acts.Wait()
	parting, cancel := context.WithTimeout(context.WithoutCancel(ctx), partWithin)
	defer cancel()
	err := k.liftAll(parting, errors.Is(context.Cause(ctx), ErrForGood))
	return errors.Join(err, k.leaveBehind(ctx))
}

// liftAll lifts what nobody would lift later, concurrently, and tells the host what it could not lift.
func (k *Keeper) liftAll(ctx context.Context, forGood bool) error {
	due, err := k.due(ctx, forGood)
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
			ended, err := k.liftNow(ctx, r)
			if err != nil {
				k.Log.Error("what is in force in a room is not as it should be", "room", k.RoomID, "speaker", r.Person, "err", err)
			}
			if !ended {
				k.Log.Warn("left behind in a room", "room", k.RoomID, "speaker", r.Person, "verb", string(r.Verb))
				left <- r
			}
		})
	}
	group.Wait()
	close(left)
	k.tellLeft(left)
	return nil
}

// due returns the restrictions to lift before the bot leaves: those erased from the store, which nobody would know of any more, and
// with forGood all others of limited time.
func (k *Keeper) due(ctx context.Context, forGood bool) (out []models.Restriction, err error) {
	stored, err := k.Store.Restrictions(ctx, k.RoomID)
	if err != nil {
		return nil, err
	}
	for _, r := range k.memory.lost(stored) {
		_, err := k.Actions.Action(ctx, r.Action)
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
func (k *Keeper) liftNow(ctx context.Context, r models.Restriction) (ended bool, err error) {
	if r.Verb == models.VerbNewcomersListen { // each newcomer has a restriction of their own
		err := k.Store.EndRestriction(ctx, k.RoomID, r.Person, r.Verb)
		return err == nil, err
	}
	release, err := k.turns.take(ctx, r.Person)
	if err != nil {
		return false, nil // out of time
	}
	defer release()
	return k.lift(ctx, r)
}

// tellLeft tells the host what remains in force.
func (k *Keeper) tellLeft(left <-chan models.Restriction) {
	var all []string
	for r := range left {
		all = append(all, fmt.Sprintf("%s (%s)", k.name(r), r.Verb))
	}
	if len(all) == 0 {
		return
	}
	slices.Sort(all)
	more := ""
	if n := len(all) - namedAtMost; n > 0 {
		all, more = all[:namedAtMost], fmt.Sprintf(" and %d more", n)
	}
	k.Room.Note(
		"the bot leaves, and could not end the restrictions on " + strings.Join(all, ", ") + more + ": end them in the room itself",
	)
}
