package live

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"earshot/models"
)

// retryPlans is when what is planned is looked at again that could not be begun: the bot may be back in the room, the store
// may answer.
const retryPlans = time.Second

// executor carries out what is planned in one room, during one stay: for each person one thing after the other, so that one
// who hangs holds no other. An action is stored as sent before it is tried, so that no crash makes it happen twice.
type executor struct {
	*env
	room  Room
	actor Actor

	wake  chan struct{}
	group sync.WaitGroup

	mu      sync.Mutex
	planned []models.Action // in the order in which they were planned
	busy    map[string]bool // by person
}

func newExecutor(v *env, room Room, actor Actor) *executor {
	return &executor{env: v, room: room, actor: actor, wake: make(chan struct{}, 1), busy: map[string]bool{}}
}

// take takes over what is planned. It may be called from any goroutine, and with what was taken over already.
func (x *executor) take(actions []models.Action) {
	x.mu.Lock()
	for _, a := range actions {
		known := slices.ContainsFunc(x.planned, func(b models.Action) bool { return b.ID == a.ID })
		if a.State == models.ActionPlanned && !known {
			x.planned = append(x.planned, a)
		}
	}
	x.mu.Unlock()
	x.ring()
}

func (x *executor) ring() {
	select {
	case x.wake <- struct{}{}:
	default: // awake already
	}
}

// run carries out what an earlier stay in the room left, and what comes, until the context ends. It returns after all that it
// began. What it did not begin stays planned.
func (x *executor) run(ctx context.Context, session, room string) {
	defer x.group.Wait()
	x.lapsePlans(ctx, time.Now().Add(-planFresh))
	loaded := x.load(ctx, session, room)
	for {
		var again <-chan time.Time
		if x.begin(ctx) || !loaded {
			again = time.After(retryPlans)
		}
		select {
		case <-x.wake:
		case <-again:
			loaded = loaded || x.load(ctx, session, room)
		case <-ctx.Done():
			return
		}
	}
}

// load reads what was planned in the room before this stay.
func (x *executor) load(ctx context.Context, session, room string) bool {
	stored, err := x.store.PlannedActions(ctx, room, time.Now().Add(-planFresh))
	if err = x.readable(session, err); err != nil {
		if ctx.Err() == nil {
			x.log.Error("planned actions cannot be read; trying again", "session", session, "err", err)
		}
		return false
	}
	x.take(stored)
	return true
}

// begin begins what can be begun, and reports whether anything is under way or left.
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

// perform does what was planned, or notes that it is too late for it. What could not be done or stored is soon tried again.
func (x *executor) perform(ctx context.Context, a models.Action, late bool) {
	err := x.carryOut(ctx, a, late)
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.busy, a.TargetID)
	if err == nil {
		x.ring() // there may be more about the same person
		return
	}
	x.planned = slices.Insert(x.planned, 0, a)
	if ctx.Err() == nil {
		x.log.Error("action not stored", "session", a.Session, "action", a.ID, "err", err)
	}
}

// carryOut carries out what was planned, unless it was taken up or called off meanwhile, or is too old.
func (x *executor) carryOut(ctx context.Context, planned models.Action, late bool) error {
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

// do carries out one action, stores how far it came, and shows it.
func (x *executor) do(ctx context.Context, a models.Action) (models.Action, error) {
	if outside(a.Verb) {
		return x.doOutside(ctx, a)
	}
	return x.actor.Do(ctx, a)
}
