package restrict

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"earshot/bot"
	"earshot/bot/room"
	"earshot/models"
)

const (
	missesCount = 2 // looks in a row without effect, before something counts as undone
	againAtMost = 2 // mutes that were undone are set again so often, before the right to speak is taken
	retryFirst  = 30 * time.Second
	retryLast   = 10 * time.Minute
)

// sight is what was last seen of a restriction.
type sight struct {
	here   bool // the person was in the room
	held   bool // it was in force
	fresh  bool // the person came, and since then it was not in force
	missed int
	again  int       // how often it was set again because it was undone
	fails  int       // how often it could not be ended or set again
	retry  time.Time // when that is tried again
}

// job is what is to be done about a restriction.
type job int

const (
	wait    job = iota
	confirm     // its effect was seen, which was not known
	refuse      // it never took effect
	lift        // its time is over
	again       // set it again
	climb       // it was undone again and again
	lost        // somebody took it back in the room itself
)

// look compares what should be in force with what is, and has done what follows.
func (k *Keeper) look(ctx context.Context, group *sync.WaitGroup, slots chan struct{}) {
	all, err := k.Store.Restrictions(ctx, k.RoomID)
	if err != nil {
		if ctx.Err() == nil {
			k.Log.Error("what is in force in a room cannot be read", "room", k.RoomID, "err", err)
		}
		return
	}
	people, now := k.Room.People(), time.Now()
	k.forget(all)
	for _, r := range all {
		if r.Verb == models.VerbNewcomersListen {
			k.lookAtNewcomers(ctx, group, slots, r, people, now)
			continue
		}
		j := k.judge(r, all, people, now)
		if j == wait {
			continue
		}
		k.spawn(group, slots, r.Person, func() error { return k.carryOut(ctx, r, j) })
	}
}

// spawn does something about a person, unless something is being done about them already: then the next look finds it.
func (k *Keeper) spawn(group *sync.WaitGroup, slots chan struct{}, person string, do func() error) {
	release, ok := k.tryTake(person)
	if !ok {
		return
	}
	select {
	case slots <- struct{}{}:
	default:
		release()
		return
	}
	group.Go(func() {
		defer func() { <-slots; release() }()
		if err := do(); err != nil {
			k.Log.Error("what is in force in a room is not as it should be", "room", k.RoomID, "speaker", person, "err", err)
		}
	})
}

func (k *Keeper) lookAtNewcomers(
	ctx context.Context, group *sync.WaitGroup, slots chan struct{}, r models.Restriction, people []room.Present, now time.Time,
) {
	if !r.Until.IsZero() && !now.Before(r.Until) {
		if err := k.Store.EndRestriction(ctx, k.RoomID, r.Person, r.Verb); err != nil {
			k.Log.Error("newcomers may speak again, and that is not written down", "room", k.RoomID, "err", err)
		}
		return
	}
	for _, a := range k.newcomers(ctx, r, people, now) {
		k.spawn(group, slots, a.TargetID, func() error {
			err := k.Actions.Put(ctx, models.Record{Session: a.Session, Actions: []models.Action{a}})
			if err == nil {
				_, err = k.do(ctx, a)
			}
			return err
		})
	}
}

// forget lets go of what was seen of restrictions that are over.
func (k *Keeper) forget(all []models.Restriction) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for p := range k.sights {
		if !slices.ContainsFunc(all, func(r models.Restriction) bool { return p == place{r.Person, r.Verb} }) {
			delete(k.sights, p)
		}
	}
}

// judge looks at one restriction.
func (k *Keeper) judge(r models.Restriction, all []models.Restriction, people []room.Present, now time.Time) job {
	here := slices.ContainsFunc(people, func(p room.Present) bool { return p.ID == r.Person })
	holds := k.Room.InForce(r.Verb, r.Person)
	can, _ := k.Room.Can()
	lower := r.Verb == models.VerbMute && slices.ContainsFunc(all, func(x models.Restriction) bool {
		return x.Person == r.Person && x.Verb == models.VerbToAudience
	})
	k.mu.Lock()
	defer k.mu.Unlock()
	s := k.sights[place{r.Person, r.Verb}]
	if s == nil {
		s = &sight{}
		k.sights[place{r.Person, r.Verb}] = s
	}
	if now.Before(s.retry) {
		return wait
	}
	if !r.Until.IsZero() && !now.Before(r.Until) {
		if r.Verb == models.VerbMute && !here { // an end that nobody could see; they are not kept from anything
			s.here = false
			return wait
		}
		return lift
	}
	return s.see(r, here, holds, lower, can)
}

// see takes in a look, and says what follows.
func (s *sight) see(r models.Restriction, here, holds, lower bool, can bot.Capabilities) job {
	if here && !s.here {
		s.fresh = true
	}
	s.here = here
	switch {
	case lower || r.Verb == models.VerbMute && !here: // nobody can tell
		return wait
	case holds:
		s.held, s.fresh, s.missed = true, false, 0
		if r.Seen.IsZero() {
			return confirm
		}
		return wait
	case !here && !s.held: // nobody can tell
		return wait
	}
	if s.missed++; s.missed < missesCount {
		return wait
	}
	s.missed = 0
	switch {
	case r.Seen.IsZero():
		return refuse
	case here && s.fresh:
		return again
	case r.Verb != models.VerbMute || !can.SelfUnmute:
		return lost
	}
	if s.again++; s.again > againAtMost && can.ToAudience {
		return climb
	}
	return again
}

// carryOut does what follows from a look; the caller has the person's turn.
func (k *Keeper) carryOut(ctx context.Context, r models.Restriction, j job) error {
	now, err := k.find(ctx, r.Person, r.Verb) // it may have changed while the turn was somebody else's
	switch {
	case ctx.Err() != nil:
		return nil //nolint:nilerr // the stay ends, and whoever looks after the next one takes it up again
	case err != nil:
		return err
	case now == nil || *now != r:
		return nil
	}
	switch j {
	case lift:
		_, err = k.lift(ctx, r)
	case again:
		err = k.setAgain(ctx, r)
	case climb:
		err = k.takeStage(ctx, r)
	case confirm:
		err = k.confirmed(ctx, r)
	case refuse:
		err = k.refused(ctx, r)
	case lost:
		k.Room.Note(k.name(r) + ": " + string(r.Verb) + " was taken back in the room itself")
		err = k.over(ctx, r.Person, r.Verb, "")
	case wait:
	}
	if ctx.Err() != nil {
		return nil //nolint:nilerr // the stay ends, and whoever looks after the next one takes it up again
	}
	return err
}

// put puts off what could not be done; done: it could.
func (k *Keeper) put(r models.Restriction, done bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := k.sights[place{r.Person, r.Verb}]
	if s == nil {
		return
	}
	if done {
		s.fails, s.retry = 0, time.Time{}
		return
	}
	s.retry = time.Now().Add(min(retryLast, retryFirst<<min(s.fails, 8)))
	s.fails++
}

// confirmed notes that something is in force of which nobody knew.
func (k *Keeper) confirmed(ctx context.Context, r models.Restriction) error {
	r.Seen = time.Now().UTC()
	if err := k.holds(ctx, r, nil); err != nil {
		return err
	}
	a, err := k.Actions.Action(ctx, r.Action)
	if err == nil && a.State != models.ActionSeen {
		a.State, a.Seen, a.Error = models.ActionSeen, r.Seen, ""
		err = k.store(ctx, a)
	}
	if errors.Is(err, models.ErrNotFound) {
		return nil
	}
	return err
}

// refused notes that something never took effect.
func (k *Keeper) refused(ctx context.Context, r models.Restriction) error {
	a, err := k.Actions.Action(ctx, r.Action)
	if err == nil && a.State == models.ActionSent {
		a.State, a.Error = models.ActionFailed, "it was not known whether it took effect, and it has not"
		err = k.store(ctx, a)
	}
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		return err
	}
	return k.over(ctx, r.Person, r.Verb, "")
}
