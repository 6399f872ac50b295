package storetest

import (
	"slices"
	"sync"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/waittest"
)

// lease is longer than any test.
const lease = time.Hour

// spooled stores a clip whose home is a node that has reserved it for a time.
func spooled(t *testing.T, s suite, session string, track string, seq int, home string, reserved time.Duration) models.Clip {
	t.Helper()
	c := Clip(session, 1, seq, []byte("sound"))
	c.Track, c.Home, c.Reserved = track, home, reserved
	Must(t, s.PutClip(t.Context(), c))
	c.Home, c.Reserved = "", 0 // which are for the store
	return c
}

func keysOf(clips []models.Clip) (keys []models.Key) {
	for _, c := range clips {
		keys = append(keys, c.Key)
	}
	return keys
}

func claimed(t *testing.T, s suite, node string) []models.Clip {
	t.Helper()
	clips, err := s.ClaimClips(t.Context(), models.ClipClaim{Node: node, Lease: lease, Most: 9})
	Must(t, err)
	return clips
}

// A clip is claimed by one node at a time: of each track the first clip, and those reserved for their home only by it.
func testClaims(t *testing.T, s suite) {
	StartSession(t, s, "s1")
	ctx := t.Context()
	a1, a2 := spooled(t, s, "s1", "a", 1, "home", 0), spooled(t, s, "s1", "a", 2, "home", 0)
	b1 := spooled(t, s, "s1", "b", 1, "home", lease)
	got := claimed(t, s, "n1")
	Equal(t, "claimed", got, []models.Clip{a1})
	Equal(t, "claimed by another", keysOf(claimed(t, s, "n2")), []models.Key(nil))
	Equal(t, "claimed by home", keysOf(claimed(t, s, "home")), []models.Key(nil))
	_, err := s.ClaimClip(ctx, b1.Key, "home", lease)
	Must(t, err)
	for want := 1; want <= 2; want++ {
		n, err := s.ClaimClip(ctx, a1.Key, "n1", lease)
		Must(t, err)
		Equal(t, "attempts", n, want)
	}
	_, err = s.ClaimClip(ctx, a1.Key, "home", lease)
	WantErr(t, "another's", err, models.ErrConflict)
	WantErr(t, "another's result", s.PutResult(ctx, "n2", Line(a1, "words")), models.ErrConflict)
	_, err = s.ClaimClip(ctx, models.Key{Session: "s1", Epoch: 1, Track: "z", Seq: 1}, "n1", lease)
	WantErr(t, "none", err, models.ErrNotFound)

	line := Line(a1, "words", models.Word{Text: "words", EndMS: 5, P: 0.5})
	line.Spoken, line.Heard = a1.Spoken, map[string]float64{"en": 0.75}
	Must(t, s.PutResult(ctx, "n1", line))
	WantErr(t, "a second result", s.PutResult(ctx, "n1", line), models.ErrConflict)
	_, err = s.ClaimClip(ctx, a1.Key, "home", lease)
	WantErr(t, "decoded already", err, models.ErrConflict)
	Equal(t, "the track goes on", keysOf(claimed(t, s, "n2")), []models.Key{a2.Key})
	results, err := s.Results(ctx, "home")
	Must(t, err)
	Equal(t, "results", results, []models.Utterance{line})
	n, err := s.Pending(ctx, "s1")
	Must(t, err)
	Equal(t, "pending", n, 3)
	Must(t, s.Put(ctx, Record(line, nil)))
	results, err = s.Results(ctx, "home")
	Must(t, err)
	Equal(t, "results after they are stored", results, []models.Utterance(nil))
	WantErr(t, "a result for a stored line", s.PutResult(ctx, "n1", line), models.ErrNotFound)
	Must(t, s.ReleaseClips(ctx, "n2", []models.Key{a2.Key}))
	Equal(t, "released", keysOf(claimed(t, s, "n3")), []models.Key{a2.Key})
	Must(t, s.ReleaseClips(ctx, "n2", []models.Key{a2.Key})) // which is n3's now
	Equal(t, "released by who has it not", keysOf(claimed(t, s, "n2")), []models.Key(nil))
}

// A claim that is not renewed passes to another node, and what the first one does then has no effect.
func testLostClaim(t *testing.T, s suite) {
	StartSession(t, s, "s1")
	ctx := t.Context()
	c := spooled(t, s, "s1", "a", 1, "home", 0)
	got, err := s.ClaimClips(ctx, models.ClipClaim{Node: "n1", Lease: time.Millisecond, Most: 1})
	Must(t, err)
	Equal(t, "claimed", len(got), 1)
	waittest.Until(t, "the claim has ended", func() bool {
		got, err = s.ClaimClips(ctx, models.ClipClaim{Node: "n2", Lease: time.Millisecond, Most: 1})
		Must(t, err)
		return len(got) == 1
	})
	Must(t, s.RenewClips(ctx, "n2", lease, []models.Key{c.Key}))
	Must(t, s.RenewClips(ctx, "n1", 0, []models.Key{c.Key}))
	_, err = s.ClaimClip(ctx, c.Key, "n1", lease)
	WantErr(t, "lost", err, models.ErrConflict)
	WantErr(t, "its result", s.PutResult(ctx, "n1", Line(c, "one")), models.ErrConflict)
	Must(t, s.PutResult(ctx, "n2", Line(c, "two")))
	results, err := s.Results(ctx, "home")
	Must(t, err)
	Equal(t, "results", len(results), 1)
	Equal(t, "result", results[0].Text, "two")
}

// Of overdue clips every session gets the same share; others come by deadline, and live speech before old.
func testClaimOrder(t *testing.T, s suite) {
	ctx := t.Context()
	put := func(session, track string, ago time.Duration) {
		t.Helper()
		c := Clip(session, 1, 1, nil)
		c.Track, c.Spoken = track, s.now().Add(-ago)
		Must(t, s.PutClip(ctx, c))
	}
	for _, session := range []string{"big", "small"} {
		StartSession(t, s, session)
	}
	put("big", "old", time.Hour)
	put("big", "early", 0)
	put("small", "earlier", time.Second)
	tracks := func(most int, old bool) (out []string) {
		t.Helper()
		clips, err := s.ClaimClips(ctx, models.ClipClaim{Node: "n", Lease: lease, Most: most, Old: old})
		Must(t, err)
		for _, c := range clips {
			out = append(out, c.Track)
		}
		return out
	}
	b, err := s.Backlog(ctx)
	Must(t, err)
	if b.Clips != 3 || b.AudioMS != 3*Clip("big", 1, 1, nil).DurationMS() || b.Waited < time.Second || b.Waited > time.Minute {
		t.Errorf("backlog %+v", b)
	}
	Equal(t, "live speech by deadline", slices.Concat(tracks(1, false), tracks(1, false)), []string{"earlier", "early"})
	Equal(t, "then old speech", tracks(1, false), []string{"old"})
	put("big", "old again", time.Hour)
	put("big", "now", 0)
	Equal(t, "old speech first", tracks(1, true), []string{"old again"})
	Equal(t, "live speech", tracks(9, false), []string{"now"})
	b, err = s.Backlog(ctx)
	Must(t, err)
	Equal(t, "backlog", b, models.Backlog{})
	for _, n := range []string{"n1", "n2"} {
		_, _, err := s.Beat(ctx, models.Node{ID: n, Info: models.NodeInfo{Slots: 3}})
		Must(t, err)
	}
	b, err = s.Backlog(ctx)
	Must(t, err)
	Equal(t, "slots", b.Slots, 6)
}

// A dead home node is replaced, for sessions that have ended or for one; a live one is not.
func testAdoptedClips(t *testing.T, s suite) {
	ctx := t.Context()
	for _, session := range []string{"over", "live"} {
		StartSession(t, s, session)
	}
	_, _, err := s.Beat(ctx, models.Node{ID: "alive", Name: "n"})
	Must(t, err)
	over, live := spooled(t, s, "over", "a", 1, "dead", 0), spooled(t, s, "live", "a", 1, "dead", 0)
	spooled(t, s, "over", "b", 1, "alive", 0)
	Must(t, s.EndSession(ctx, "over", models.EndStopped, s.now()))
	adopt := func(home, session string) []models.Key {
		t.Helper()
		keys, err := s.AdoptClips(ctx, home, session, time.Hour)
		Must(t, err)
		return keys
	}
	Equal(t, "of ended sessions", adopt("heir", ""), []models.Key{over.Key})
	Equal(t, "of a session", adopt("heir", "live"), []models.Key{live.Key})
	_, _, err = s.Beat(ctx, models.Node{ID: "heir", Name: "n"})
	Must(t, err)
	Equal(t, "claimed", len(claimed(t, s, "another")), 3)
	Equal(t, "claimed already", len(claimed(t, s, "alive")), 0)
	Equal(t, "of a live home", adopt("another", ""), []models.Key(nil))
	Equal(t, "claimed by a dead node", len(claimed(t, s, "alive")), 2)
	Equal(t, "of a live home", adopt("another", ""), []models.Key(nil))
}

// However many nodes claim at once, each clip is given to one.
func testClaimsAtOnce(t *testing.T, s suite) {
	StartSession(t, s, "s1")
	const clips, nodes = 40, 4
	for i := range clips {
		spooled(t, s, "s1", string(rune('A'+i)), 1, "home", 0)
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	given := map[models.Key]int{}
	for n := range nodes {
		all.Go(func() {
			for range clips {
				got, err := s.ClaimClips(t.Context(), models.ClipClaim{Node: string(rune('a' + n)), Lease: lease, Most: 3})
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				for _, c := range got {
					given[c.Key]++
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	for k, n := range given {
		if n != 1 {
			t.Errorf("%s was given to %d", k, n)
		}
	}
	Equal(t, "given", len(given), clips)
}

// Work belongs to one node at a time, until it releases it or its lease ends.
func testWork(t *testing.T, s suite) {
	ctx := t.Context()
	take := func(node string, long time.Duration) bool {
		t.Helper()
		ours, err := s.TakeWork(ctx, "sweep", node, long)
		Must(t, err)
		return ours
	}
	Equal(t, "first", take("n1", lease), true)
	Equal(t, "another", take("n2", lease), false)
	Equal(t, "renewed", take("n1", lease), true)
	Must(t, s.LeaveWork(ctx, "sweep", "n2"))
	Equal(t, "another, after it left what it had not", take("n2", lease), false)
	Must(t, s.LeaveWork(ctx, "sweep", "n1"))
	Equal(t, "after it was left", take("n2", time.Millisecond), true)
	waittest.Until(t, "the lease has ended", func() bool { return take("n3", lease) })
	Equal(t, "who had it", take("n2", lease), false)
}
