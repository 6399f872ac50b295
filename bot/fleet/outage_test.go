package fleet

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"earshot/models"
	"earshot/models/store"
)

// TestAShortOutage: a store that does not answer for two and a half seconds, whenever that begins, drives nobody out of a room.
func TestAShortOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := &cuttable{Leases: openLeases(t)}
		s := stage{make(chan SessionRequest, 9), nil, nil, nil}
		f, left := s.sharing(t, db, "one", JoinRequest{Address: stageRoom, Standing: true})
		<-s.joined
		for range 10 {
			time.Sleep(10*renewEvery + renewEvery/10)
			db.cut.Store(true)
			time.Sleep(renewEvery * 5 / 2)
			db.cut.Store(false)
		}
		time.Sleep(leaving)
		if got := f.LeaseStats(); got.Expired > 0 || got.Held != 1 || got.Age > renewEvery {
			t.Errorf("%+v", got)
		}
		left()
	})
}

// unhurried notices how long the store is given at least to renew leases.
type unhurried struct {
	store.Leases
	mu    sync.Mutex
	least time.Duration
}

// RenewRooms implements store.Leases.
func (u *unhurried) RenewRooms(
	ctx context.Context, node string, lasts time.Duration, stored map[string]int64,
) ([]models.RoomLease, error) {
	if end, ok := ctx.Deadline(); ok {
		u.mu.Lock()
		u.least = min(u.least, time.Until(end))
		u.mu.Unlock()
	}
	return u.Leases.RenewRooms(ctx, node, lasts, stored)
}

// TestAnHeirThatNeverComes: when the time for handing rooms over is up, a renewal under way is not cut short: that would count as trouble
// with the store.
func TestAnHeirThatNeverComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &unhurried{Leases: openLeases(t), least: time.Hour}
		s := stage{make(chan SessionRequest, 9), nil, nil, nil}
		f := New(s, slog.New(slog.DiscardHandler))
		f.Share(Sharing{Leases: u, Node: "one", Peers: func(context.Context) ([]Peer, error) { return []Peer{{"two", 2, true}}, nil }})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- f.Run(ctx, []JoinRequest{{Address: stageRoom, Standing: true}}, nil) }()
		<-s.joined
		handedOver := make(chan error, 1)
		go func() { handedOver <- f.HandOver(ctx) }()
		time.Sleep(renewEvery)
		heir, err := u.ClaimRooms(ctx, models.RoomClaim{Node: "two", Lasts: time.Hour, Most: 1, Configured: []string{stageRoom}})
		if err != nil || len(heir) != 1 {
			t.Errorf("%+v, %v", heir, err)
		}
		began := time.Now()
		if err := <-handedOver; err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took < HandOverTime-2*renewEvery {
			t.Errorf("waited %v", took)
		}
		if want := f.leases.requestTime(); u.least < want {
			t.Errorf("a renewal had %v, want %v", u.least, want)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// slow is a stage on which leaving a room takes until the test says so.
type slow struct {
	stage
	gone chan struct{}
}

// Listen implements Host.
func (s slow) Listen(ctx context.Context, r SessionRequest) (models.Session, error) {
	out, err := s.stage.Listen(ctx, r)
	<-s.gone
	return out, err
}

// TestALeaseThatWasGivenUp: a room whose lease could not be renewed goes to another process as soon as the store answers, although the
// first process is still leaving it and could renew its lease again. That one does not take it back meanwhile.
func TestALeaseThatWasGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := openLeases(t)
		wanted := JoinRequest{Address: stageRoom, Standing: true}
		one := slow{stage{make(chan SessionRequest, 9), nil, nil, nil}, make(chan struct{})}
		cut := &cuttable{Leases: db}
		f := New(one, slog.New(slog.DiscardHandler))
		f.Share(Sharing{Leases: cut, Node: "one"})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- f.Run(ctx, []JoinRequest{wanted}, nil) }()
		<-one.joined
		two := stage{make(chan SessionRequest, 9), nil, nil, nil}
		_, twoLeft := two.sharing(t, db, "two", wanted)
		cut.cut.Store(true)
		time.Sleep(leaving + renewEvery)
		cut.cut.Store(false)
		answers := time.Now()
		<-two.joined
		if took := time.Since(answers); took > 2*renewEvery+claimAgain {
			t.Errorf("the other process has it after %v", took)
		}
		if l := owner(t, db); l.Node != "two" || l.Epoch != 2 || !f.Has(stageRoom) {
			t.Errorf("%+v, and the first process has left: %v", l, !f.Has(stageRoom))
		}
		close(one.gone)
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		twoLeft()
	})
}

// away is a store that does not answer for a while: neither renewals nor, for longer, claims.
type away struct {
	cuttable
	claims atomic.Bool
}

// RoomsToClaim implements store.Leases.
func (a *away) RoomsToClaim(ctx context.Context, c models.RoomClaim) (bool, error) {
	if a.claims.Load() {
		return false, models.ErrUnavailable
	}
	return a.Leases.RoomsToClaim(ctx, c)
}

// TestHeardUntilItWasGivenUp: a lease that was given up while the store did not answer is not renewed when it does. Whoever takes the room
// would otherwise believe that it had been heard until then, and what was said meanwhile would be missing without a gap.
func TestHeardUntilItWasGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := &away{cuttable: cuttable{Leases: openLeases(t)}}
		s := stage{make(chan SessionRequest, 9), nil, nil, nil}
		_, left := s.sharing(t, db, "one", JoinRequest{Address: stageRoom, Standing: true})
		<-s.joined
		time.Sleep(time.Minute + renewEvery/2)
		db.cut.Store(true)
		db.claims.Store(true)
		heard := owner(t, db).Heard
		time.Sleep(20 * time.Second)
		db.cut.Store(false)
		time.Sleep(renewEvery)
		db.claims.Store(false)
		if l := (<-s.joined).Lease; l == nil || l.Epoch != 2 || !l.Heard.Equal(heard) {
			t.Errorf("the room was heard until %v: %+v", heard, l)
		}
		left()
	})
}

// telling is a stage on which everything is stored until a time.
type telling struct {
	stage
	until time.Duration
}

// Listen implements Host.
func (s telling) Listen(ctx context.Context, r SessionRequest) (models.Session, error) {
	r.Stored(func() time.Duration { return s.until })
	return s.stage.Listen(ctx, r)
}

// TestStoredUntilIsTold: whoever takes a room learns until when everything that was heard there is stored, but not what a session said that
// is over.
func TestStoredUntilIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := &cuttable{Leases: openLeases(t)}
		s := telling{stage{make(chan SessionRequest, 9), make(chan models.EndReason), nil, nil}, 4321 * time.Millisecond}
		f := New(s, slog.New(slog.DiscardHandler))
		f.Share(Sharing{Leases: db, Node: "one"})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- f.Run(ctx, []JoinRequest{{Address: stageRoom, Standing: true}}, nil) }()
		<-s.joined
		time.Sleep(time.Minute + renewEvery/2)
		db.cut.Store(true)
		time.Sleep(2 * leaving)
		db.cut.Store(false)
		if l := (<-s.joined).Lease; l == nil || l.Epoch != 2 || l.CutMS != 4321 {
			t.Errorf("%+v", l)
		}
		s.ends <- models.EndRoomClosed
		synctest.Wait()
		if got := f.leases.stored(); len(got) > 0 {
			t.Errorf("after the session: %v", got)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// outage is a stage on which the first sessions can't begin, because the database does not answer.
type outage struct {
	stage
	left *int // sessions
}

// Listen implements Host.
func (o outage) Listen(ctx context.Context, r SessionRequest) (models.Session, error) {
	if *o.left > 0 {
		*o.left--
		return models.Session{ID: "s"}, models.ErrUnavailable
	}
	return o.stage.Listen(ctx, r)
}

// A session that can't begin because the database does not answer is tried again soon, and still resumes what was left.
func TestListensAfterAnOutage(t *testing.T) {
	for _, standing := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			fails := 2
			o := outage{stage{make(chan SessionRequest, 1), make(chan models.EndReason), nil, nil}, &fails}
			r := JoinRequest{Address: stageRoom, Standing: standing}
			ctx, leave := context.WithCancel(t.Context())
			m := newMembership(ctx, r, models.Room{ID: stageRoom}, o, slog.New(slog.DiscardHandler))
			m.inherit(Lease{models.RoomLease{Epoch: 7}, time.Now()})
			began, ended := time.Now(), make(chan struct{})
			go func() { defer close(ended); m.keep(nil) }()
			got := <-o.joined
			if took := time.Since(began); took < 3*retryMin || took > 4*retryMin || got.Lease == nil || got.Lease.Epoch != 7 {
				t.Errorf("it listens after %v, with the lease %+v", took, got.Lease)
			}
			leave()
			<-ended
		})
	}
	synctest.Test(t, func(t *testing.T) { // nobody holds a room for somebody who invited the bot meanwhile
		fails := 2
		o := outage{stage{make(chan SessionRequest, 1), make(chan models.EndReason), nil, nil}, &fails}
		newMembership(t.Context(), JoinRequest{Address: stageRoom}, models.Room{ID: stageRoom}, o, slog.New(slog.DiscardHandler)).keep(nil)
		if fails != 1 {
			t.Errorf("%d failures left, want 1", fails)
		}
	})
}

// faltering is a stage whose first session can't begin because the database does not answer.
type faltering struct {
	stage
	failed *atomic.Bool
}

// Listen implements Host.
func (s faltering) Listen(ctx context.Context, r SessionRequest) (models.Session, error) {
	if s.failed.CompareAndSwap(false, true) {
		return models.Session{}, models.ErrUnavailable
	}
	return s.stage.Listen(ctx, r)
}

// TestAnHeirTriesAgain: a process that could not begin to listen in a room that it is to take over, because the database did not answer,
// takes it over once it does. It begins no session of its own beside that of the owner.
func TestAnHeirTriesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := openLeases(t)
		wanted := JoinRequest{Address: stageRoom, Standing: true}
		one := stage{make(chan SessionRequest, 9), nil, nil, nil}
		first, oneLeft := one.sharing(t, db, "one", wanted)
		<-one.joined
		two := faltering{stage{make(chan SessionRequest, 9), nil, nil, nil}, new(atomic.Bool)}
		f := New(two, slog.New(slog.DiscardHandler))
		f.Share(Sharing{Leases: db, Node: "two"})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- f.Run(ctx, []JoinRequest{wanted}, nil) }()
		first.Drain(true)
		if r := <-two.joined; !two.failed.Load() || r.Lease == nil || r.Lease.CutMS != 4321 || r.Lease.Epoch != 2 {
			t.Errorf("after a failure (%v): %+v", two.failed.Load(), r.Lease)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		oneLeft()
	})
}

// TestAnHeirOfADeadProcess: an heir whose room's owner dies meanwhile claims the room like any other process, as soon as the lease has
// expired by the store's clock.
func TestAnHeirOfADeadProcess(t *testing.T) {
	db := openLeases(t)
	owned := models.WantedRoom{Room: models.Room{ID: stageRoom, URL: stageRoom}, Origin: models.RoomConfigured}
	if _, err := db.TakeRoom(t.Context(), owned, "dead", time.Second); err != nil {
		t.Fatal(err)
	}
	if _, err := db.MoveRooms(t.Context(), "dead"); err != nil {
		t.Fatal(err)
	}
	two := stage{make(chan SessionRequest, 9), nil, nil, nil}
	began := time.Now()
	_, twoLeft := two.sharing(t, db, "two", JoinRequest{Address: stageRoom, Standing: true})
	r := <-two.joined
	if took := time.Since(began); took > HandOverTime/2 || r.Lease == nil || r.Lease.Epoch != 2 {
		t.Errorf("after %v: %+v", took, r.Lease)
	}
	twoLeft()
}
