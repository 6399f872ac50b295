package restrict

import (
	"context"
	"sync"
	"time"

	"earshot/bot/room"
	"earshot/models"
)

// look compares the restrictions that should be in force with those that are, and starts the resulting jobs.
func (k *Keeper) look(ctx context.Context, group *sync.WaitGroup, slots chan struct{}) {
	all, err := k.Store.Restrictions(ctx, k.RoomID)
	if err != nil {
		if ctx.Err() == nil {
			k.Log.Error("what is in force in a room cannot be read", "room", k.RoomID, "err", err)
		}
		return
	}
	people, now := k.Room.People(), time.Now()
	k.observations.forget(all)
	for _, r := range all {
		if r.Verb == models.VerbNewcomersListen {
			k.lookAtNewcomers(ctx, group, slots, r, people, now)
			continue
		}
		j := k.observations.judge(r, all, people, now)
		if j == wait {
			continue
		}
		k.spawn(group, slots, r.Person, func() error { return k.carryOut(ctx, r, j) })
	}
}

// spawn runs a job in the background, unless another one for the person is running, or too many: the next look then repeats it.
func (k *Keeper) spawn(group *sync.WaitGroup, slots chan struct{}, person string, do func() error) {
	release, ok := k.turns.tryTake(person)
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
			k.Log.Error("newcomers may speak again, and that is not recorded", "room", k.RoomID, "err", err)
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
