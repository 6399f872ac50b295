package live

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"earshot/models"
)

const (
	// retryPlans is the delay before planned actions that could not be begun are tried again.
	retryPlans = time.Second
	// lookForPlans is how often actions are looked for that hosts have planned on the pages of other processes.
	lookForPlans = time.Second
)

// executor carries out the planned actions of a room during one stay, sequentially for each person and concurrently otherwise. An
// action is stored as sent before it is attempted, so that no crash repeats it.
type executor struct {
	*env
	room  Room
	actor Actor

	wake  chan struct{}
	group sync.WaitGroup

	mu      sync.Mutex
	planned []models.Action // in order
	busy    map[string]bool // by person
}

func newExecutor(v *env, room Room, actor Actor) *executor {
	return &executor{env: v, room: room, actor: actor, wake: make(chan struct{}, 1), busy: map[string]bool{}}
}

// take queues planned actions, ignoring those queued already. It may be called from any goroutine.
func (x *executor) take(actions []models.Action) {
	x.mu.Lock()
	for _, a := range actions {
		known := slices.ContainsFunc(x.planned, func(b models.Action) bool { return b.ID == a.ID })
		if a.State == models.ActionPlanned && !known {
			x.planned = append(x.planned, a)
		}
	}
	x.mu.Unlock()
	ring(x.wake)
}

// run carries out the actions left by an earlier stay, and new ones, until the context ends. It returns after all that it began;
// the others remain planned.
func (x *executor) run(ctx context.Context, session, room string) {
	defer x.group.Wait()
	x.lapsePlans(ctx, time.Now().Add(-planFresh))
	loaded := x.load(ctx, session, room)
	look, stop := x.looks()
	defer stop()
	for {
		var again <-chan time.Time
		if x.begin(ctx) || !loaded {
			again = time.After(retryPlans)
		}
		select {
		case <-x.wake:
		case <-again:
			loaded = loaded || x.load(ctx, session, room)
		case <-look:
			loaded = x.load(ctx, session, room)
		case <-ctx.Done():
			return
		}
	}
}

// looks ticks whenever other processes, if there are any, may have planned something.
func (x *executor) looks() (ticks <-chan time.Time, stop func()) {
	if x.alone == nil {
		return nil, func() {}
	}
	t := time.NewTicker(lookForPlans)
	return t.C, t.Stop
}

// load queues the room's planned actions from before this stay, in front of those that have been handed over meanwhile.
func (x *executor) load(ctx context.Context, session, room string) bool {
	stored, err := x.store.PlannedActions(ctx, room, time.Now().Add(-planFresh))
	if err = x.readable(session, err); err != nil {
		if ctx.Err() == nil {
			x.log.Error("planned actions cannot be read; trying again", "session", session, "err", err)
		}
		return false
	}
	x.mu.Lock()
	handed := x.planned
	x.planned = nil
	x.mu.Unlock()
	x.take(stored)
	x.take(handed)
	return true
}

// begin starts the actions that can be started, and reports whether any are running or queued.
func (x *executor) begin(ctx context.Context) bool {
	now, inside := time.Now(), x.room.Inside()
	x.mu.Lock()
	defer x.mu.Unlock()
	var wait []models.Action
	for _, a := range x.planned {
		late := now.Sub(a.Created) > planFresh
		if x.busy[a.TargetID] || !inside && !late || a.Created.After(now) {
			wait = append(wait, a)
			continue
		}
		x.busy[a.TargetID] = true
		x.group.Go(func() { x.perform(ctx, a, late) })
	}
	x.planned = wait
	return len(x.planned)+len(x.busy) > 0
}

// perform carries out an action, or queues it again if it could not be stored.
func (x *executor) perform(ctx context.Context, a models.Action, late bool) {
	err := x.carryOut(ctx, a, late)
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.busy, a.TargetID)
	if err == nil {
		ring(x.wake) // there may be another action for the person
		return
	}
	x.planned = slices.Insert(x.planned, 0, a)
	if ctx.Err() == nil && !errors.Is(err, errBusy) {
		x.log.Error("action not stored", "session", a.Session, "action", a.ID, "err", err)
	}
}

// errBusy means that another process is carrying out an action.
var errBusy = errors.New("another process is carrying it out")

// carryOut is carryOutAlone where no other process is doing the same.
func (x *executor) carryOut(ctx context.Context, planned models.Action, late bool) (err error) {
	if x.alone == nil {
		return x.carryOutAlone(ctx, planned, late)
	}
	if !x.alone(ctx, "action:"+planned.ID, func(ctx context.Context) { err = x.carryOutAlone(ctx, planned, late) }) {
		return errBusy // it is looked at again
	}
	return err
}

// carryOutAlone carries out a planned action, unless it has been begun or cancelled meanwhile; if it is too old it lapses.
func (x *executor) carryOutAlone(ctx context.Context, planned models.Action, late bool) error {
	a, err := x.store.Action(ctx, planned.ID)
	if errors.Is(err, models.ErrNotFound) { // erased meanwhile
		return nil
	}
	if err != nil || a.State != models.ActionPlanned {
		return err
	}
	if late || x.saidLongAgo(ctx, a) {
		return x.lapsePlan(ctx, a)
	}
	_, err = x.do(ctx, a)
	return err
}

// do carries out an action, and stores and publishes its outcome.
func (x *executor) do(ctx context.Context, a models.Action) (models.Action, error) {
	if outside(a.Verb) {
		return x.doOutside(ctx, a)
	}
	return x.actor.Do(ctx, a)
}
