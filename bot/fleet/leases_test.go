package fleet

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"earshot/models"
	"earshot/models/sqlite"
	"earshot/models/store"
)

// leaving is how long a process keeps a lease that it can't renew.
const leaving = LeaseTime * 4 / 5

// cuttable is a store that a process can be cut off from.
type cuttable struct {
	store.Leases
	cut atomic.Bool
}

// RenewRooms implements store.Leases.
func (c *cuttable) RenewRooms(
	ctx context.Context, node string, lasts time.Duration, stored map[string]int64,
) ([]models.RoomLease, error) {
	if c.cut.Load() {
		return nil, models.ErrUnavailable
	}
	return c.Leases.RenewRooms(ctx, node, lasts, stored)
}

// ReleaseRoom implements store.Leases.
func (c *cuttable) ReleaseRoom(ctx context.Context, l models.RoomLease, over bool) error {
	if c.cut.Load() {
		return models.ErrUnavailable
	}
	return c.Leases.ReleaseRoom(ctx, l, over)
}

// sharing runs a fleet on the stage that shares its rooms with others.
func (s stage) sharing(t *testing.T, with store.Leases, node string, wanted ...JoinRequest) (f *Fleet, left func()) {
	t.Helper()
	f = New(s, slog.New(slog.DiscardHandler))
	f.Share(Sharing{Leases: with, Node: node, Peers: func(ctx context.Context) ([]Peer, error) {
		if s.others == nil || !s.others(ctx) {
			return nil, nil
		}
		return []Peer{{Node: node}, {Node: "an other"}}, nil
	}})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- f.Run(ctx, wanted, nil) }()
	return f, func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// openLeases opens a store that the processes of a test share.
func openLeases(t *testing.T) store.Leases {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "earshot.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// owner returns the lease of the only room.
func owner(t *testing.T, s store.Leases) models.RoomLease {
	t.Helper()
	all, err := s.RoomLeases(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	return all[0]
}

// TestOneProcessHearsARoom: of two processes with the same configuration, one joins the room, and the other does when the first stops. An
// invitation to a room that another process hears is refused.
func TestOneProcessHearsARoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := openLeases(t)
		wanted := JoinRequest{Address: stageRoom, Standing: true}
		one, two := stage{make(chan SessionRequest, 9), nil, nil, nil}, stage{make(chan SessionRequest, 9), nil, nil, nil}
		_, oneLeft := one.sharing(t, db, "one", wanted)
		if r := <-one.joined; r.Lease == nil || !r.Lease.Heard.IsZero() {
			t.Errorf("a first visit goes on with something: %+v", r.Lease)
		}
		other, twoLeft := two.sharing(t, db, "two", wanted)
		time.Sleep(time.Minute)
		if len(two.joined) > 0 || other.Has(stageRoom) {
			t.Error("both hear the room")
		}
		if _, err := other.Join(t.Context(), JoinRequest{Address: stageRoom}); !errors.Is(err, ErrThere) || other.Has(stageRoom) {
			t.Errorf("invited into a room of another process: %v", err)
		}
		oneLeft()
		<-two.joined
		if l := owner(t, db); l.Node != "two" || l.Epoch != 2 {
			t.Errorf("%+v", l)
		}
		twoLeft()
		if l := owner(t, db); l.Node != "" {
			t.Errorf("after both stopped %+v hears the room", l)
		}
	})
}

// TestALeaseThatCannotBeRenewed: a process that is cut off from the store leaves its room before another one may come. It returns when it
// can, and resumes the session that it left.
func TestALeaseThatCannotBeRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := &cuttable{Leases: openLeases(t)}
		s := stage{make(chan SessionRequest, 9), nil, nil, nil}
		f, left := s.sharing(t, db, "one", JoinRequest{Address: stageRoom, Standing: true})
		<-s.joined
		time.Sleep(10 * time.Second)
		db.cut.Store(true)
		time.Sleep(leaving - renewEvery - 2*claimAgain)
		if got := f.LeaseStats(); got.Held != 1 || got.Age < leaving-2*renewEvery || got.Age > leaving {
			t.Errorf("%+v", got)
		}
		if !f.Has(stageRoom) {
			t.Error("it left at once")
		}
		time.Sleep(renewEvery + 4*claimAgain)
		if f.Has(stageRoom) {
			t.Error("it is there although another process may be")
		}
		if got, want := f.LeaseStats(), (LeaseStats{Taken: 1, Expired: 1}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
		db.cut.Store(false)
		left()
	})
}

// TestARoomOfADeadProcess: if a process dies, another one takes over the room that it was invited to within seconds and resumes its
// session. After the room is over, nobody wants it any more.
func TestARoomOfADeadProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := openLeases(t)
		room := models.WantedRoom{Room: models.Room{ID: stageRoom, URL: stageRoom, Profile: "strict"}, Origin: models.RoomInvited}
		if _, err := db.TakeRoom(t.Context(), room, "dead", 0); err != nil {
			t.Fatal(err)
		}
		s := stage{make(chan SessionRequest, 9), make(chan models.EndReason), nil, nil}
		f, left := s.sharing(t, db, "one")
		r := <-s.joined
		if r.Lease == nil || r.Lease.Heard.IsZero() || r.Lease.Epoch != 2 || r.Room.Profile != "strict" || !r.Invited {
			t.Errorf("%+v, lease %+v", r.Room, r.Lease)
		}
		s.ends <- models.EndRoomClosed
		synctest.Wait()
		if all, err := db.RoomLeases(t.Context()); err != nil || len(all) > 0 || f.Has(stageRoom) {
			t.Errorf("after it is over: %+v, %v", all, err)
		}
		left()
	})
}

// TestAnotherProcessTookTheRoom: a process that is suspended and resumed leaves a room that another one took meanwhile, and does not touch
// that one's lease.
func TestAnotherProcessTookTheRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := openLeases(t)
		s := stage{make(chan SessionRequest, 9), nil, nil, nil}
		f, left := s.sharing(t, db, "one")
		if _, err := f.Join(t.Context(), JoinRequest{Address: stageRoom}); err != nil {
			t.Fatal(err)
		}
		<-s.joined
		time.Sleep(500 * time.Millisecond) // between two renewals
		stolen := owner(t, db)
		if err := db.ReleaseRoom(t.Context(), stolen, false); err != nil {
			t.Fatal(err)
		}
		if _, err := db.TakeRoom(t.Context(), stolen.WantedRoom, "other", time.Hour); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * renewEvery)
		if f.Has(stageRoom) {
			t.Error("it stays in another one's room")
		}
		if got, want := f.LeaseStats(), (LeaseStats{Taken: 1, Lost: 1}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
		left()
		if l := owner(t, db); l.Node != "other" || l.Epoch != 2 {
			t.Errorf("%+v", l)
		}
	})
}

// TestARoomIsHandedOver: a process that stops while another is running leaves its room once the other is listening there. The other one
// continues from where the first stopped listening; in LiveKit it has a different identity meanwhile.
func TestARoomIsHandedOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := openLeases(t)
		yes := func(context.Context) bool { return true }
		wanted := JoinRequest{Address: stageRoom, Standing: true}
		one, two := stage{make(chan SessionRequest, 9), nil, yes, nil}, stage{make(chan SessionRequest, 9), nil, nil, nil}
		first, oneLeft := one.sharing(t, db, "one", wanted)
		<-one.joined
		_, twoLeft := two.sharing(t, db, "two", wanted)
		time.Sleep(10 * time.Second)
		oneLeft()
		if got, want := first.LeaseStats(), (LeaseStats{Taken: 1, HandedOver: 1}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
		r := <-two.joined
		if r.Lease == nil || r.Lease.CutMS != 4321 || r.Lease.Node != "two" || r.Lease.Epoch != 2 {
			t.Errorf("%+v", r.Lease)
		}
		if l := owner(t, db); l.Node != "two" || l.Identity != "earshot-2" {
			t.Errorf("%+v", l)
		}
		twoLeft()
	})
}

// TestDrain: a process that is drained hands over its room, accepts none and refuses invitations until draining is undone. While nobody
// takes the room, it goes on hearing it and offers it to whoever comes.
func TestDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := openLeases(t)
		wanted := JoinRequest{Address: stageRoom, Standing: true}
		one, two := stage{make(chan SessionRequest, 9), nil, nil, nil}, stage{make(chan SessionRequest, 9), nil, nil, nil}
		first, oneLeft := one.sharing(t, db, "one", wanted)
		<-one.joined
		first.Drain(true)
		time.Sleep(time.Minute)
		if l := owner(t, db); l.Node != "one" || l.Moving == 0 || !first.Has(stageRoom) {
			t.Errorf("while nobody takes it: %+v", l)
		}
		if _, err := first.Join(t.Context(), JoinRequest{Address: "lounge://a.example/y"}); !errors.Is(err, ErrDraining) || first.Takes() {
			t.Errorf("invited: %v", err)
		}
		_, twoLeft := two.sharing(t, db, "two", wanted)
		if r := <-two.joined; r.Lease == nil || r.Lease.CutMS != 4321 || r.Lease.Epoch != 2 {
			t.Errorf("%+v", r.Lease)
		}
		twoLeft()
		time.Sleep(time.Minute)
		if l := owner(t, db); l.Node != "" || first.Has(stageRoom) {
			t.Errorf("drained, it takes the room: %+v", l)
		}
		first.Drain(false)
		<-one.joined
		first.Drain(true)
		time.Sleep(3 * time.Second)
		first.Drain(false)
		time.Sleep(3 * time.Second)
		if l := owner(t, db); l.Node != "one" || l.Moving != 0 || l.Epoch != 3 || !first.Takes() {
			t.Errorf("told to keep its room: %+v", l)
		}
		oneLeft()
	})
}

// TestNobodyTakesTheRooms: if no other process takes its rooms, a stopping process still leaves them after some seconds.
func TestNobodyTakesTheRooms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := openLeases(t)
		s := stage{make(chan SessionRequest, 9), nil, func(context.Context) bool { return true }, nil}
		f, left := s.sharing(t, db, "one", JoinRequest{Address: stageRoom, Standing: true})
		<-s.joined
		began := time.Now()
		left()
		if took := time.Since(began); took > heirTime+time.Second || f.Has(stageRoom) {
			t.Errorf("it took %v", took)
		}
		if l := owner(t, db); l.Node != "" || !l.Heard.IsZero() {
			t.Errorf("%+v", l)
		}
	})
}

// TestARoomInWhichNobodyListensIsHandedOver at once: if the bot was sent out and is waiting to return, nothing needs to be waited for.
func TestARoomInWhichNobodyListensIsHandedOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := openLeases(t)
		yes := func(context.Context) bool { return true }
		wanted := JoinRequest{Address: stageRoom, Standing: true}
		one, two := stage{make(chan SessionRequest, 9), make(chan models.EndReason), yes, nil}, stage{make(chan SessionRequest, 9), nil, nil, nil}
		_, oneLeft := one.sharing(t, db, "one", wanted)
		<-one.joined
		one.ends <- models.EndLeft
		f, twoLeft := two.sharing(t, db, "two", wanted)
		time.Sleep(10 * time.Second)
		oneLeft()
		<-two.joined
		time.Sleep(3 * leaving)
		if l := owner(t, db); l.Node != "two" || !f.Has(stageRoom) {
			t.Errorf("%+v", l)
		}
		twoLeft()
		if l := owner(t, db); l.Node != "" {
			t.Errorf("after both stopped: %+v", l)
		}
	})
}

// counted counts lease renewals.
type counted struct {
	store.Leases
	renewals atomic.Int32
}

func (c *counted) RenewRooms(
	ctx context.Context, node string, lasts time.Duration, stored map[string]int64,
) ([]models.RoomLease, error) {
	c.renewals.Add(1)
	return c.Leases.RenewRooms(ctx, node, lasts, stored)
}

// TestAnHeirWaitsWithoutWriting: rooms waiting to be handed over must not each renew all leases, which delayed the renewals of their owner.
// A room that is handed over the moment its heir is stopped belongs to the heir.
func TestAnHeirWaitsWithoutWriting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := &counted{Leases: openLeases(t)}
		room := models.WantedRoom{Room: models.Room{ID: stageRoom, URL: stageRoom}, Origin: models.RoomInvited}
		owned, err1 := db.TakeRoom(t.Context(), room, "owner", time.Hour)
		_, err2 := db.MoveRooms(t.Context(), "owner")
		_, err3 := db.ClaimRooms(t.Context(), models.RoomClaim{Node: "heir", Lasts: time.Hour, Most: 1})
		if err := errors.Join(err1, err2, err3); err != nil {
			t.Fatal(err)
		}
		f := New(stage{}, slog.New(slog.DiscardHandler))
		f.Share(Sharing{Leases: db, Node: "heir"})
		m := newMembership(t.Context(), JoinRequest{}, room.Room, stage{}, f.log)
		if err := f.leases.wait(t.Context(), m); !errors.Is(err, errNotYet) || db.renewals.Load() > 0 {
			t.Errorf("%v, and %d renewals", err, db.renewals.Load())
		}
		if err := db.HandOver(t.Context(), owned, "", 1); err != nil {
			t.Fatal(err)
		}
		stopped, stop := context.WithCancel(t.Context())
		stop()
		if err := f.leases.wait(stopped, m); err != nil || f.LeaseStats().Held != 1 {
			t.Errorf("%v, %+v", err, f.LeaseStats())
		}
	})
}
