package live

import (
	"context"
	"errors"
	"sync"
	"time"

	"earshot/bot/restrict"
	"earshot/bot/room"
	"earshot/models"
)

// planFresh is for how long an action that was planned and never sent is still to be done: a crash between the verdict and
// the deed delays it, and an old one is not sprung on people. It counts from the words, where words led to it.
const planFresh = 2 * time.Minute

// Attend carries out what is planned in a room, keeps what is in force there, and lets its asks lapse, until the context ends.
// An action is stored as sent before it is tried, so that no crash makes it happen twice. It returns after all that it began.
func (d *Desk) Attend(ctx context.Context, id string, room *room.Room) error {
	j, err := d.judged(ctx, id)
	if err != nil {
		return err
	}
	v := &visit{room: room, keeper: restrict.New(restrict.Config{
		Store: d.store, Actions: d.store, Room: room, RoomID: j.session.Room, Told: d.acted, Log: d.log,
	})}
	d.enter(j, v)
	kept := make(chan error, 1)
	go func() { kept <- v.keeper.Run(ctx) }()
	plans := plans{busy: map[string]bool{}}
	for {
		if err := d.store.Stored(ctx, id); errors.Is(err, models.ErrNotFound) {
			room.Erased()
		}
		d.lapse(ctx, j)
		d.tick(ctx, j)
		d.complete(ctx, j, false)
		if _, inside := room.Can(); inside {
			d.carryOut(ctx, j, v, &plans)
		}
		select {
		case <-j.wake:
		case <-time.After(d.nextLook(j)):
		case <-ctx.Done():
			plans.group.Wait()
			d.left(ctx, j)
			return <-kept
		}
	}
}

// left notes that the bot is not in the room any more, keeps what it still holds of what was asked for, and lets the asks
// lapse that nobody can answer now.
func (d *Desk) left(ctx context.Context, j *judged) {
	d.enter(j, nil)
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	d.complete(keep, j, true)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.over = true
	if j.judge != nil {
		j.judge.End()
		d.expire(keep, j)
	}
}

// nextLook is when the next ask lapses, or a second: the time of a mute may be over, or the bot back in the room.
func (d *Desk) nextLook(j *judged) time.Duration {
	j.mu.Lock()
	defer j.mu.Unlock()
	wait := time.Second
	if j.judge != nil {
		if t := j.judge.NextExpiry(); !t.IsZero() {
			wait = min(wait, max(time.Until(t), 10*time.Millisecond))
		}
	}
	if t, ok := j.due(); ok {
		wait = min(wait, max(time.Until(t), 10*time.Millisecond))
	}
	return wait
}

// lapse ends the asks that nobody answered in time.
func (d *Desk) lapse(ctx context.Context, j *judged) {
	j.mu.Lock()
	defer j.mu.Unlock()
	d.expire(ctx, j)
}

// plans is what is being done in a room: one thing at a time about one person, so that one who hangs holds no other.
type plans struct {
	group sync.WaitGroup
	mu    sync.Mutex
	busy  map[string]bool // by person
}

// begin reports whether nothing is being done about somebody, and that something is from now on.
func (p *plans) begin(person string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.busy[person] {
		return false
	}
	p.busy[person] = true
	return true
}

func (p *plans) end(person string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.busy, person)
}

// carryOut begins what is planned in the room, for each person in the order in which it was planned.
func (d *Desk) carryOut(ctx context.Context, j *judged, v *visit, plans *plans) {
	now := time.Now()
	d.lapsePlans(ctx, now.Add(-planFresh))
	planned, err := d.store.PlannedActions(ctx, j.session.Room, now.Add(-planFresh))
	if err = d.readable(j.session.ID, err); err != nil {
		if ctx.Err() == nil {
			d.log.Error("planned actions cannot be read", "session", j.session.ID, "err", err)
		}
		return
	}
	for _, a := range planned {
		if a.Created.After(now) || !plans.begin(a.TargetID) {
			continue
		}
		plans.group.Go(func() {
			err := d.begin(ctx, v, a)
			plans.end(a.TargetID)
			switch {
			case err == nil:
				j.poke() // there may be more about the same person
			case ctx.Err() == nil:
				d.log.Error("action not stored", "session", a.Session, "action", a.ID, "err", err)
			}
		})
	}
}
