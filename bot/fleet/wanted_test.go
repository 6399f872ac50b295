package fleet

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot/schedule"
)

// TestARoomWantedLater: of two processes that come to want a room while they run, one hears it at its time, and the other does when the
// first stops. A session goes on when the room is no longer wanted, until its time is over.
func TestARoomWantedLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := openLeases(t)
		one, two := stage{make(chan SessionRequest, 9), nil, nil, nil}, stage{make(chan SessionRequest, 9), nil, nil, nil}
		f, oneLeft := one.sharing(t, db, "one")
		g, twoLeft := two.sharing(t, db, "two")
		synctest.Wait()
		always := table{true}
		times := []*schedule.Schedule{schedule.New(schedule.Config{Table: always}), schedule.New(schedule.Config{Table: always})}
		for i, x := range []*Fleet{f, g} {
			r := JoinRequest{Address: stageRoom, Standing: true, Schedule: times[i]}
			if err := x.Want(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			if err := x.Want(t.Context(), r); !errors.Is(err, ErrThere) {
				t.Errorf("wanted twice: %v", err)
			}
		}
		time.Sleep(time.Minute)
		if len(one.joined)+len(two.joined) != 1 {
			t.Errorf("%d and %d heard it", len(one.joined), len(two.joined))
		}
		here, there, left, rest, its := f, g, oneLeft, twoLeft, times[1]
		if len(two.joined) == 1 {
			here, there, left, rest, its = g, f, twoLeft, oneLeft, times[0]
		}
		left()
		time.Sleep(time.Minute)
		if len(one.joined)+len(two.joined) != 2 || here.Has(stageRoom) || !there.Has(stageRoom) {
			t.Error("nobody took over")
		}
		if there.Unwant(stageRoom) {
			t.Error("a session in progress was forgotten")
		}
		its.SetTable(table{false})
		time.Sleep(time.Minute)
		if !there.Unwant(stageRoom) {
			t.Error("a session goes on after its time")
		}
		time.Sleep(time.Minute)
		if there.Has(stageRoom) {
			t.Error("it waits for a time that is no longer there")
		}
		rest()
	})
}

// table is always, or never.
type table struct{ open bool }

func (t table) Open(at time.Time) (time.Time, bool) { return at.Add(time.Hour), t.open }
func (t table) Next(time.Time) time.Time            { return time.Time{} }
