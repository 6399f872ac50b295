package storetest

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/store"
	"earshot/models/waittest"
)

const (
	// leaseLasts is longer than the tests, whatever the machine does meanwhile; leaseShort is over at once.
	leaseLasts = time.Hour
	leaseShort = time.Millisecond
)

// room is a wanted room.
func room(id string, origin models.RoomOrigin) models.WantedRoom {
	return models.WantedRoom{
		Room: models.Room{ID: id, Name: "The " + id, URL: "lounge://127.0.0.1:1/" + id, Profile: "strict"}, Origin: origin,
	}
}

// claim claims at most 10 rooms for a node with these rooms in its configuration.
func claim(t *testing.T, s suite, node string, lasts time.Duration, configured ...string) []models.RoomLease {
	t.Helper()
	c := models.RoomClaim{Node: node, Lasts: lasts, Most: 10, Configured: configured}
	some, err := s.RoomsToClaim(t.Context(), c)
	Must(t, err)
	got, err := s.ClaimRooms(t.Context(), c)
	Must(t, err)
	if len(got) > 0 && !some {
		t.Errorf("%s claimed %d rooms where there was none to claim", node, len(got))
	}
	if again, err := s.RoomsToClaim(t.Context(), c); again && lasts == leaseLasts && len(got) < c.Most || err != nil {
		t.Errorf("%s claimed all rooms, and there are more to claim, %v", node, err)
	}
	return got
}

// owners lists the rooms with their owners and epochs.
func owners(t *testing.T, s suite) (out []string) {
	t.Helper()
	all, err := s.RoomLeases(t.Context())
	Must(t, err)
	for _, l := range all {
		out = append(out, fmt.Sprintf("%s %s/%d", l.ID, l.Node, l.Epoch))
	}
	return out
}

// lapse waits until the lease of a room has ended.
func (s suite) lapse(t *testing.T, id string) {
	t.Helper()
	waittest.Until(t, "the lease of "+id+" is past", func() bool {
		all, err := s.RoomLeases(t.Context())
		Must(t, err)
		i := slices.IndexFunc(all, func(l models.RoomLease) bool { return l.ID == id })
		return !all[i].Until.After(all[i].Now)
	})
}

func testLeases(t *testing.T, s suite) {
	ctx := t.Context()
	for _, id := range []string{"a", "b", "c"} {
		Must(t, s.WantRooms(ctx, []models.WantedRoom{room(id, models.RoomConfigured)}))
	}
	first, err := s.ClaimRooms(ctx, models.RoomClaim{Node: "one", Lasts: leaseLasts, Most: 2, Configured: []string{"a", "b", "c"}})
	Must(t, err)
	Equal(t, "as many as asked for", len(first), 2)
	Equal(t, "what it is", first[0].WantedRoom, room("a", models.RoomConfigured))
	if !first[0].Heard.IsZero() || !first[0].Until.Equal(first[0].Now.Add(leaseLasts)) {
		t.Errorf("a first lease: %+v", first[0])
	}
	Equal(t, "what others do not know", len(claim(t, s, "two", leaseLasts, "b")), 0)
	cannot := models.RoomClaim{Node: "two", Lasts: leaseLasts, Most: 2, Configured: []string{"a", "b", "c"}, Except: []string{"c"}}
	some, err := s.RoomsToClaim(ctx, cannot)
	none, errC := s.ClaimRooms(ctx, cannot)
	Equal(t, "what it cannot take", []any{some, len(none), err, errC}, []any{false, 0, nil, nil})
	Equal(t, "what is left", len(claim(t, s, "two", leaseShort, "a", "b", "c")), 1)
	Equal(t, "owners", owners(t, s), []string{"a one/1", "b one/1", "c two/1"})
	_, err = s.TakeRoom(ctx, room("a", models.RoomInvited), "two", leaseLasts)
	WantErr(t, "a room that another one has", err, models.ErrConflict)

	s.lapse(t, "c")
	renewed, err := s.RenewRooms(ctx, "two", leaseShort, nil) // nobody took it meanwhile
	Must(t, err)
	Equal(t, "renewed", []string{renewed[0].ID, renewed[0].Node}, []string{"c", "two"})
	s.lapse(t, "c")
	taken := claim(t, s, "one", leaseLasts, "a", "b", "c")
	Equal(t, "taken over", []string{taken[0].ID, taken[0].Node, fmt.Sprint(taken[0].Epoch)}, []string{"c", "one", "2"})
	if taken[0].Heard.IsZero() || taken[0].Heard.After(taken[0].Now) {
		t.Errorf("last heard at %v of %v", taken[0].Heard, taken[0].Now)
	}
	renewed, err = s.RenewRooms(ctx, "two", leaseLasts, nil)
	Must(t, err)
	Equal(t, "nothing of what went to another", len(renewed), 0)
	renewed, err = s.RenewRooms(ctx, "one", leaseLasts, nil)
	Must(t, err)
	Equal(t, "all in one", len(renewed), 3)

	_, err = s.RenewRooms(ctx, "two", leaseLasts, map[string]int64{"c": 9999}) // it has gone to the other
	Must(t, err)
	_, err = s.RenewRooms(ctx, "one", leaseShort, map[string]int64{"c": 4321, "gone": 7})
	Must(t, err)
	s.lapse(t, "c")
	for i, node := range []string{"two", "one"} { // who took it and stored nothing knows nothing else
		taken = claim(t, s, node, leaseShort, "c")
		Equal(t, "stored until", []any{taken[0].CutMS, taken[0].Epoch}, []any{int64(4321), 3 + i})
		s.lapse(t, "c")
	}
	taken = claim(t, s, "two", leaseLasts, "c")
	Must(t, s.ReleaseRoom(ctx, taken[0], true))
	taken = claim(t, s, "one", leaseLasts, "c")
	Equal(t, "after it was over", taken[0].CutMS, int64(0))
}

func testOffered(t *testing.T, s suite) {
	ctx := t.Context()
	Must(t, s.WantRooms(ctx, []models.WantedRoom{room("a", models.RoomConfigured), room("b", models.RoomConfigured)}))
	mine := claim(t, s, "one", leaseLasts, "a", "b")
	brought, err := s.TakeRoom(ctx, room("x", models.RoomBrought), "two", leaseShort)
	Must(t, err)
	s.lapse(t, "x")
	invited, err := s.TakeRoom(ctx, room("i", models.RoomInvited), "two", leaseLasts)
	Must(t, err)
	Must(t, s.ReleaseRoom(ctx, invited, false))
	counts, err := s.CountRooms(ctx)
	Must(t, err)
	Equal(t, "counts", counts, map[string]int{"one": 2, "": 1})

	stale := mine[0]
	stale.Epoch--
	WantErr(t, "a lease that is past", s.OfferRoom(ctx, stale), store.ErrFenced)
	Must(t, s.OfferRoom(ctx, mine[0]))
	WantErr(t, "twice", s.OfferRoom(ctx, mine[0]), store.ErrFenced)
	fewer := models.RoomClaim{Node: "two", Lasts: leaseLasts, Most: 10, Configured: []string{"a", "b"}}
	Equal(t, "for one that has enough", len(claim(t, s, "two", leaseLasts, "a", "b")), 1) // the one that somebody was invited to
	fewer.Fewer = true
	heir, err := s.ClaimRooms(ctx, fewer)
	Must(t, err)
	Equal(t, "heir", []any{len(heir), heir[0].ID, heir[0].Heir}, []any{1, "a", "two"})
	Must(t, s.KeepRooms(ctx, "one"))
	WantErr(t, "heir of one that stays", s.HeirIn(ctx, "a", "two"), store.ErrFenced)

	// The owner stops while one of its rooms is offered: the new owner keeps it, and can claim the other room too.
	Must(t, s.OfferRoom(ctx, mine[0]))
	_, err = s.ClaimRooms(ctx, fewer)
	Must(t, err)
	n, err := s.MoveRooms(ctx, "one")
	Must(t, err)
	Equal(t, "rooms to move", n, 2)
	Must(t, s.HeirIn(ctx, "a", "two"))
	Must(t, s.HandOver(ctx, mine[0], "", 1))
	Equal(t, "the rest goes to anybody", claim(t, s, "three", leaseLasts, "a", "b")[0].ID, "b")
	Must(t, s.ReleaseRoom(ctx, brought, true))
}

func testAsked(t *testing.T, s suite) {
	ctx := t.Context()
	WantErr(t, "of a room that nobody knows", s.AskRoom(ctx, "a", models.RoomAsksLeave), models.ErrNotFound)
	l, err := s.TakeRoom(ctx, room("a", models.RoomConfigured), "one", leaseLasts)
	Must(t, err)
	Must(t, s.AskRoom(ctx, "a", models.RoomAsksLeave))
	asked := func() models.RoomAsk {
		renewed, err := s.RenewRooms(ctx, "one", leaseLasts, nil)
		Must(t, err)
		return renewed[0].Asked
	}
	Equal(t, "asked", asked(), models.RoomAsksLeave)
	Equal(t, "until it is withdrawn", asked(), models.RoomAsksLeave)
	Must(t, s.AskRoom(ctx, "a", models.RoomAsksNothing))
	Equal(t, "withdrawn", asked(), models.RoomAsksNothing)
	Must(t, s.AskRoom(ctx, "a", models.RoomAsksCome))
	Must(t, s.ReleaseRoom(ctx, l, false))
	WantErr(t, "of a room that nobody hears", s.AskRoom(ctx, "a", models.RoomAsksLeave), models.ErrNotFound)
	again := claim(t, s, "two", leaseLasts, "a")
	Equal(t, "the next owner is asked nothing", again[0].Asked, models.RoomAsksNothing)
}

func testReleased(t *testing.T, s suite) {
	ctx := t.Context()
	for _, r := range []models.WantedRoom{room("a", models.RoomConfigured), room("i", models.RoomInvited), room("x", models.RoomBrought)} {
		l, err := s.TakeRoom(ctx, r, "one", leaseLasts)
		Must(t, err)
		stale := l
		stale.Epoch--
		Must(t, s.ReleaseRoom(ctx, stale, true))
	}
	Equal(t, "a lease that is past changes nothing", owners(t, s), []string{"a one/1", "i one/1", "x one/1"})
	leases, err := s.RoomLeases(ctx)
	Must(t, err)
	Must(t, s.ReleaseRoom(ctx, leases[0], true))
	Must(t, s.ReleaseRoom(ctx, leases[1], false))
	Equal(t, "what others may go on with", owners(t, s), []string{"a /1", "i /1", "x one/1"})
	got := claim(t, s, "two", leaseLasts, "a")
	Equal(t, "taken", len(got), 2)
	for _, l := range got {
		if over := l.ID == "a"; l.Heard.IsZero() != over {
			t.Errorf("%s was last heard at %v", l.ID, l.Heard)
		}
		Must(t, s.ReleaseRoom(ctx, l, true))
	}
	Equal(t, "over", owners(t, s), []string{"a /2", "x one/1"})
	// Somebody invites the bot into a configured room: it remains a configured one.
	l, err := s.TakeRoom(ctx, room("a", models.RoomInvited), "two", leaseLasts)
	Must(t, err)
	Equal(t, "origin", l.Origin, models.RoomConfigured)
	// Of many nodes that claim at once, one gets the room.
	Must(t, s.ReleaseRoom(ctx, l, false))
	var all sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for i := range 8 {
		all.Go(func() {
			got, err := s.ClaimRooms(ctx, models.RoomClaim{Node: fmt.Sprint("n", i), Lasts: leaseLasts, Most: 1, Configured: []string{"a"}})
			mu.Lock()
			defer mu.Unlock()
			if won += len(got); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	Equal(t, "won", won, 1)
}

func testUnwanted(t *testing.T, s suite) {
	ctx := t.Context()
	for _, r := range []models.WantedRoom{room("i", models.RoomInvited), room("x", models.RoomBrought)} {
		_, err := s.TakeRoom(ctx, r, "one", leaseShort)
		Must(t, err)
	}
	s.lapse(t, "x")
	s.lapse(t, "i")
	got := claim(t, s, "two", leaseLasts)
	Equal(t, "one that was brought ends with who was brought", len(got), 1)
	Equal(t, "and one that was invited goes on", owners(t, s), []string{"i two/2"})
}

func testHandOver(t *testing.T, s suite) {
	ctx := t.Context()
	Must(t, s.WantRooms(ctx, []models.WantedRoom{room("a", models.RoomConfigured)}))
	mine := claim(t, s, "old", leaseLasts, "a")[0]
	brought, err := s.TakeRoom(ctx, room("x", models.RoomBrought), "old", leaseLasts)
	Must(t, err)
	n, err := s.MoveRooms(ctx, "old")
	Must(t, err)
	Equal(t, "rooms to move", n, 1)
	Equal(t, "the owner is no heir", len(claim(t, s, "old", leaseLasts, "a")), 0)
	WantErr(t, "without an heir", s.HandOver(ctx, mine, "", 5), store.ErrFenced)
	heir := claim(t, s, "new", leaseLasts, "a")
	Equal(t, "heir", []string{heir[0].Node, heir[0].Heir}, []string{"old", "new"})
	Equal(t, "one heir", len(claim(t, s, "third", leaseLasts, "a")), 0)
	WantErr(t, "a false heir", s.HeirIn(ctx, "a", "third"), store.ErrFenced)
	Must(t, s.HeirIn(ctx, "a", "new"))
	seen, err := s.RenewRooms(ctx, "old", leaseLasts, nil)
	Must(t, err)
	i := slices.IndexFunc(seen, func(l models.RoomLease) bool { return l.ID == "a" })
	Equal(t, "what the owner sees", seen[i].Moving, models.RoomHeirIn)
	Must(t, s.HandOver(ctx, mine, "earshot-2", 4321))
	Must(t, s.WantRooms(ctx, []models.WantedRoom{room("a", models.RoomConfigured)})) // which says nothing of who the bot is there
	got, err := s.RenewRooms(ctx, "new", leaseLasts, nil)
	Must(t, err)
	Equal(t, "what the heir sees", []any{got[0].Node, got[0].Epoch, got[0].CutMS, got[0].Identity, got[0].Moving},
		[]any{"new", 2, int64(4321), "earshot-2", models.RoomStays})
	WantErr(t, "twice", s.HandOver(ctx, mine, "", 5), store.ErrFenced)

	// An owner that withdraws its offers, and one that dies while it hands over a room.
	n, err = s.MoveRooms(ctx, "new")
	Must(t, err)
	Equal(t, "rooms to move back", n, 1)
	Must(t, s.KeepRooms(ctx, "new"))
	Equal(t, "kept", len(claim(t, s, "old", leaseLasts, "a")), 0)
	_, err = s.MoveRooms(ctx, "new")
	Must(t, err)
	_, err = s.RenewRooms(ctx, "new", leaseShort, nil)
	Must(t, err)
	s.lapse(t, "a")
	WantErr(t, "heir of one that is lost", s.HeirIn(ctx, "a", "old"), store.ErrFenced)
	lost := claim(t, s, "old", leaseLasts, "a")
	Equal(t, "taken over", []any{lost[0].Node, lost[0].Epoch, lost[0].Moving, lost[0].Heir, lost[0].Identity},
		[]any{"old", 3, models.RoomStays, "", "earshot-2"})
	Must(t, s.ReleaseRoom(ctx, lost[0], false))
	invited, err := s.TakeRoom(ctx, room("a", models.RoomInvited), "new", leaseLasts)
	Must(t, err)
	Equal(t, "who the bot is for an invitation", []any{invited.Identity, invited.Origin}, []any{"", models.RoomConfigured})
	Must(t, s.ReleaseRoom(ctx, brought, true))
}
