package fleet

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"earshot/models"
	"earshot/models/store"
)

const (
	// HandOverTime is how long a stopping process waits for others to take over its rooms, and how long they wait for it.
	HandOverTime = 20 * time.Second
	// handOverPoll is the polling interval of both.
	handOverPoll = 200 * time.Millisecond
)

// succeed starts to take over a room from its owner.
func (f *Fleet) succeed(ctx context.Context, r JoinRequest, l models.RoomLease, asked time.Time) error {
	r.Identity = otherIdentity(l.Identity)
	room, connector, err := f.host.Connector(ctx, r)
	if err != nil {
		return err
	}
	m, err := f.enter(r, room)
	if err != nil {
		return err
	}
	f.log.Info("another process hands a room over", "room", l.ID, "overlaps", overlaps(r.Address))
	go func() {
		defer f.exit(m)
		if overlaps(r.Address) {
			m.succeeds(Lease{l, asked}, func(ctx context.Context) (Lease, error) { return f.listening(ctx, m) })
		} else if err := f.leases.wait(m.ctx, m); err != nil {
			f.log.Warn("a room was not handed over", "room", l.ID, "err", err)
			return
		}
		m.keep(connector)
	}()
	return nil
}

// listening records that the heir of a room is listening, and waits until it owns the room.
func (f *Fleet) listening(ctx context.Context, m *membership) (Lease, error) {
	err := f.leases.Leases.HeirIn(ctx, m.room.ID, f.leases.Node)
	if err != nil && !errors.Is(err, store.ErrFenced) { // this process may own it already
		return Lease{}, err
	}
	if err := f.leases.wait(ctx, m); err != nil {
		return Lease{}, err
	}
	return *m.inherited(), nil
}

// wait waits until this process, the heir of a room, owns it. It only reads: the fleet renews what it is heir of along with its leases, in
// a single request. When the context ends it checks once more, because the owner may already have left, and what was heard since then is
// nobody else's.
func (l *leases) wait(ctx context.Context, m *membership) error {
	ctx, cancel := context.WithTimeout(ctx, HandOverTime)
	defer cancel()
	for {
		err := l.pass(ctx, m)
		if !errors.Is(err, errNotYet) {
			return err
		}
		if !sleep(ctx, handOverPoll) {
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.requestTime())
			defer cancel()
			if err := l.pass(last, m); !errors.Is(err, errNotYet) {
				return err
			}
			return errors.Join(err, context.Cause(ctx))
		}
	}
}

// errNotYet means that a room still belongs to its owner, or that its owner can't be determined.
var errNotYet = errors.New("the room was not handed over")

// pass gives a membership the lease of its room if this process owns it by now. Concurrent calls share one read.
func (l *leases) pass(ctx context.Context, m *membership) error {
	asked := l.now()
	read, err, _ := l.looks.Do("rooms", func() (any, error) { return l.Leases.RoomLeases(ctx) })
	rows, _ := read.([]models.RoomLease)
	i := slices.IndexFunc(rows, func(r models.RoomLease) bool { return r.ID == m.room.ID })
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", errNotYet, err)
	case i >= 0 && rows[i].Node == l.Node:
		l.hold(rows[i], asked.Add(rows[i].Until.Sub(rows[i].Now)-l.Lasts), m) // it was renewed while this process was heir
		return nil
	case i < 0 || rows[i].Heir != l.Node:
		return fmt.Errorf("%w: the room went to somebody else", store.ErrFenced)
	case !rows[i].Until.After(rows[i].Now):
		return fmt.Errorf("%w: its owner is gone, and whoever claims the room gets it", store.ErrFenced)
	}
	return errNotYet
}
