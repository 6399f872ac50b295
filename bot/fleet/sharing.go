package fleet

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"earshot/models"
	"earshot/models/ticks"
)

// Share makes the fleet share rooms with other processes. It may be called only once, before Run.
func (f *Fleet) Share(s Sharing) {
	if s.now == nil {
		s.now = time.Now
	}
	if s.Lasts <= 0 {
		s.Lasts = LeaseTime
	}
	f.leases = &leases{Sharing: s, held: map[string]*holding{}, unheld: map[string]time.Time{}, givenUp: map[string]models.RoomLease{}}
}

// beginShared starts to look for rooms that no process hears, wanted or not, until the context ends.
func (f *Fleet) beginShared(ctx context.Context, wanted []JoinRequest, background *sync.WaitGroup) error {
	for _, r := range wanted {
		room, _, err := f.host.Connector(ctx, r)
		if err == nil {
			err = f.wanted.add(r, room)
		}
		if err != nil {
			return models.BadInput(err)
		}
	}
	if err := f.wanted.announce(ctx, f.leases); err != nil {
		return err
	}
	background.Go(func() { f.claim(ctx) })
	if f.leases.Rebalance {
		background.Go(func() { f.rebalance(ctx) })
	}
	return nil
}

// keep renews the leases until the context ends.
func (f *Fleet) keep(ctx context.Context) {
	for range ticks.AtOnceAndEvery(ctx, renewEvery) {
		for renewed := f.renew(ctx); (!renewed || f.leases.movable(false) > 0) && sleep(ctx, handOverPoll); {
			renewed = f.renew(ctx)
		}
	}
}

// renew offers the leases to others if they are to be handed over, renews all of them, and ends the memberships whose leases went to
// others. It returns false if the store did not answer.
func (f *Fleet) renew(ctx context.Context) bool {
	l := f.leases
	asked := l.now()
	ctx, cancel := context.WithTimeout(ctx, l.requestTime())
	defer cancel()
	offered := l.offer(ctx)
	var rows []models.RoomLease
	err := l.freeGivenUp(ctx)
	if err == nil {
		rows, err = l.Leases.RenewRooms(ctx, l.Node, l.Lasts, l.stored())
	}
	if err == nil && offered != nil {
		f.log.Warn("cannot tell other processes whether to take the rooms; trying again", "err", offered)
	}
	if err != nil {
		if context.Cause(ctx) != context.Canceled && l.fails(true) { //nolint:errorlint // of the caller, not of the store
			f.log.Warn("cannot renew the leases of rooms; trying again", "err", err)
		}
		return false
	}
	l.fails(false)
	epochs := map[string]int{}
	for _, r := range rows {
		if r.Node == l.Node {
			epochs[r.ID] = r.Epoch
			l.part(r)
			f.own(ctx, r, asked)
			f.asked(ctx, r)
		}
	}
	l.lose(&l.counts.Lost, func(room string, h *holding) bool {
		if epochs[room] == h.lease.Epoch {
			h.renewed = asked
			return false
		}
		return h.since.Before(asked) // one taken since need not be in the answer
	}, func(room string) { f.log.Warn("another process hears this room now: leaving it", "room", room) })
	return true
}

// asked carries out what a host asked for on the page of another process. The request is withdrawn first, so that one that fails is not
// retried forever.
func (f *Fleet) asked(ctx context.Context, r models.RoomLease) {
	if r.Asked == models.RoomAsksNothing {
		return
	}
	if err := f.leases.Leases.AskRoom(ctx, r.ID, models.RoomAsksNothing); err != nil {
		f.log.Warn("what a host asked on another process's page waits", "room", r.ID, "err", err)
		return
	}
	switch r.Asked {
	case models.RoomAsksLeave:
		_, _ = f.Leave(r.ID) // it may have left by itself
	case models.RoomAsksCome:
		f.Summon(r.ID)
	}
}

// Ask sends a request to the process that hears a room, if that is another one. It returns ErrNotThere if there is none.
func (f *Fleet) Ask(ctx context.Context, room string, ask models.RoomAsk) error {
	if f.leases == nil {
		return fmt.Errorf("%s: %w", room, ErrNotThere)
	}
	err := f.leases.Leases.AskRoom(ctx, room, ask)
	if errors.Is(err, models.ErrNotFound) {
		return fmt.Errorf("%s: %w", room, ErrNotThere)
	}
	return err
}

// own gives a membership a lease that was handed over while it was waiting for its time, and gives up a lease that nobody here wants. One
// that has just been given up is released before the next renewal: its membership may still be ending.
func (f *Fleet) own(ctx context.Context, r models.RoomLease, asked time.Time) {
	l := f.leases
	m := f.in(r.ID)
	l.mu.Lock()
	held := l.held[r.ID] != nil
	since, unheld := l.unheld[r.ID]
	givenUp := !held && l.givenUp[r.ID].Epoch == r.Epoch
	switch {
	case held || m != nil:
		delete(l.unheld, r.ID)
	case !unheld:
		l.unheld[r.ID] = asked
	}
	l.mu.Unlock()
	switch {
	case givenUp:
	case !held && m != nil && m.successor() != nil:
		l.hold(r, asked, m)
	case !held && m == nil && unheld && asked.Sub(since) >= l.letGoAfter():
		_ = l.Leases.ReleaseRoom(ctx, r, false) // or the next time
	}
}

// expire ends the memberships whose leases could not be renewed in time.
func (f *Fleet) expire(ctx context.Context) {
	for range ticks.Every(ctx, claimAgain) {
		l := f.leases
		l.lose(&l.counts.Expired, func(room string, h *holding) bool {
			expired := l.now().Sub(h.renewed) >= l.letGoAfter()
			if expired {
				l.givenUp[room] = h.lease
			}
			return expired
		}, func(room string) {
			f.log.Error("leaving a room: its lease could not be renewed, and another process may take it", "room", room)
		})
	}
}

// claim takes rooms that nobody hears until the context ends.
func (f *Fleet) claim(ctx context.Context) {
	slow := f.leases.now() // when a room beyond the share could last be claimed
	failed := false
	for ctx.Err() == nil {
		pause := renewEvery
		beyond := f.leases.now().Sub(slow) >= claimFull
		if beyond {
			slow = f.leases.now()
		}
		n, err := f.claimDue(ctx, f.wanted.requests(), beyond)
		switch {
		case err != nil:
			if !failed && ctx.Err() == nil {
				f.log.Warn("cannot look for rooms that nobody hears; trying again", "err", err)
			}
			pause = handOverPoll
		case n > 0:
			pause = claimAgain
		}
		failed = err != nil
		if !sleep(ctx, pause) {
			return
		}
		if err := f.wanted.announce(ctx, f.leases); err != nil && ctx.Err() == nil {
			f.log.Warn("cannot say which rooms are wanted", "err", err)
		}
	}
}

// claimDue claims rooms if there are any to claim, and returns how many, or how many it is joining if those are enough for now. If the
// process has its share, it claims one if beyond is set.
func (f *Fleet) claimDue(ctx context.Context, wanted map[string]JoinRequest, beyond bool) (int, error) {
	l := f.leases
	if l.isClosed() {
		return 0, nil
	}
	joining := l.joining()
	if joining >= claimAtOnce {
		return joining, nil
	}
	c := models.RoomClaim{
		Node: l.Node, Lasts: l.Lasts, Fewer: true, Configured: slices.Collect(maps.Keys(wanted)), Except: f.ids(),
	}
	call, cancel := context.WithTimeout(ctx, l.requestTime())
	defer cancel()
	if some, err := l.Leases.RoomsToClaim(call, c); err != nil || !some {
		return 0, err
	}
	most := l.quota(ctx)
	if most == 0 && !beyond {
		return 0, nil
	}
	c.Most, c.Fewer = min(max(most, 1), claimAtOnce-joining), most > 0
	return f.claimRooms(ctx, wanted, c)
}

// claimRooms claims rooms and goes to them. It returns how many.
func (f *Fleet) claimRooms(ctx context.Context, wanted map[string]JoinRequest, c models.RoomClaim) (int, error) {
	call, cancel := context.WithTimeout(ctx, f.leases.requestTime())
	defer cancel()
	asked := f.leases.now()
	got, err := f.leases.Leases.ClaimRooms(call, c)
	for _, l := range got {
		r, standing := wanted[l.ID]
		if !standing {
			r = JoinRequest{Address: l.URL, Name: l.Name, Profile: l.Profile}
		}
		r.Identity = l.Identity
		come := f.claimed
		if l.Node != f.leases.Node {
			come = f.succeed
		}
		if err := come(ctx, r, l, asked); err != nil {
			f.log.Warn("cannot go to a room that nobody hears", "room", l.ID, "err", err)
		}
	}
	return len(got), err
}

// claimed starts a membership for a request whose room was claimed.
func (f *Fleet) claimed(ctx context.Context, r JoinRequest, l models.RoomLease, asked time.Time) error {
	room, connector, err := f.host.Connector(ctx, r)
	var m *membership
	if err == nil {
		m, err = f.enter(r, room)
	}
	if err != nil {
		return errors.Join(err, f.leases.Leases.ReleaseRoom(ctx, l, !r.Standing))
	}
	f.log.Info("this process hears the room now", "room", l.ID, "epoch", l.Epoch, "resumes", !l.Heard.IsZero())
	f.leases.hold(l, asked, m)
	go func() {
		defer f.exit(m)
		m.keep(connector)
	}()
	return nil
}

// Visit runs one session in a room in a process that does not run the fleet. That process owns the room meanwhile.
func (f *Fleet) Visit(ctx context.Context, r SessionRequest) (models.Session, error) {
	if f.leases == nil {
		return f.host.Listen(ctx, r)
	}
	m := newMembership(ctx, JoinRequest{Address: r.Room.URL, Profile: r.Room.Profile}, r.Room, f.host, f.log)
	defer m.leave(nil)
	if err := f.leases.take(ctx, wantedRoom(m.request, r.Room, models.RoomBrought), m); err != nil {
		return models.Session{}, err
	}
	defer f.leases.release(r.Room.ID)
	holding, letGo := context.WithCancel(context.WithoutCancel(ctx))
	var background sync.WaitGroup
	defer background.Wait()
	defer letGo()
	background.Go(func() { f.keep(holding) })
	background.Go(func() { f.expire(holding) })
	r.Lease = m.inherited()
	return f.host.Listen(m.ctx, r)
}

// LeaseStats returns the lease statistics. It may be called from any goroutine.
func (f *Fleet) LeaseStats() LeaseStats {
	l := f.leases
	if l == nil {
		return LeaseStats{}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	out := l.counts
	out.Held = len(l.held)
	for _, h := range l.held {
		out.Age = max(out.Age, l.now().Sub(h.renewed))
	}
	return out
}
