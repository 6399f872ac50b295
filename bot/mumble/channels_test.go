package mumble

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"earshot/bot/mumble/wire"
	"earshot/models"
)

func tree(t *testing.T) channels {
	t.Helper()
	c := channels{}
	for id, x := range map[uint32]struct {
		parent uint32
		name   string
	}{0: {0, "Root"}, 1: {0, "Lobby"}, 2: {1, "Waiting"}, 3: {0, "Games"}, 4: {3, "Waiting"}, 5: {0, "lobby"}} {
		if err := c.take(wire.ChannelState{ID: &id, Parent: &x.parent, Name: &x.name}); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// TestFind finds channels by their way from the root; what is not there is told with what is.
func TestFind(t *testing.T) {
	c := tree(t)
	for way, want := range map[string]uint32{"": 0, "Lobby": 1, "lobby": 5, "Lobby/Waiting": 2, "games/WAITING": 4} {
		names, err := path(way)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.find(names); err != nil || got != want {
			t.Errorf("%q is %d, %v; want %d", way, got, err, want)
		}
	}
	for way, hint := range map[string]string{
		"Attic": `"Games", "Lobby", "lobby"`, "LOBBY": `"Lobby"`, "Games/Attic": `"Waiting"`, "Games/Waiting/x": "none",
	} {
		names, _ := path(way)
		_, err := c.find(names)
		if err == nil || !strings.Contains(models.Hint(err), hint) {
			t.Errorf("%q: %v, hint %q", way, err, models.Hint(err))
		}
	}
}

// TestHeard: linked channels are heard with each other, over several links, and no more when a link goes.
func TestHeard(t *testing.T) {
	c := tree(t)
	link := func(a, b uint32, on bool) {
		s, r := wire.ChannelState{ID: &a}, wire.ChannelState{ID: &b}
		if on {
			s.LinksAdded, r.LinksAdded = []uint32{b}, []uint32{a}
		} else {
			s.LinksRemoved, r.LinksRemoved = []uint32{b}, []uint32{a}
		}
		for _, x := range []wire.ChannelState{s, r} {
			if err := c.take(x); err != nil {
				t.Fatal(err)
			}
		}
	}
	check := func(want ...uint32) {
		t.Helper()
		if got := slices.Sorted(maps.Keys(c.heard(1))); !slices.Equal(got, want) {
			t.Errorf("heard in %v, want %v", got, want)
		}
	}
	check(1)
	link(1, 3, true)
	link(3, 4, true)
	check(1, 3, 4)
	link(1, 3, false)
	check(1)
}

// TestTooMany: a server that tells of channels or people without end is left.
func TestTooMany(t *testing.T) {
	r := newRoster()
	var err error
	for id := uint32(0); err == nil && id < 1<<20; id++ {
		err = r.channels.take(wire.ChannelState{ID: &id})
	}
	if err == nil {
		t.Error("a million channels were taken")
	}
	come := func(times int, goes bool) (err error) {
		for id := uint32(0); err == nil && id < uint32(times); id++ {
			name := fmt.Sprint(id)
			if _, err = r.user(wire.UserState{Session: id, Name: &name}); goes {
				r.remove(id)
			}
		}
		return err
	}
	if err := come(3*mostPeople, true); err != nil || len(r.gone) > mostPeople+1 {
		t.Errorf("people who come and go: %v, %d remembered", err, len(r.gone))
	}
	if err := come(2*mostPeople, false); err == nil {
		t.Error("people without end were taken")
	}
}

// TestIDs: people are known by certificate, as registered, or by name, and two of one certificate are told apart.
func TestIDs(t *testing.T) {
	r := newRoster()
	come := func(session uint32, name, hash string, registered *uint32) string {
		t.Helper()
		s := wire.UserState{Session: session, Name: &name, UserID: registered}
		if hash != "" {
			s.Hash = &hash
		}
		u, err := r.user(s)
		if err != nil {
			t.Fatal(err)
		}
		return u.id
	}
	five := uint32(5)
	for i, x := range []struct {
		name, hash string
		registered *uint32
		want       string
	}{
		{"Ana", "aa", &five, "cert-aa"}, {"Ben", "", &five, "user-5"}, {"Cem", "", nil, "name-Cem"}, {"Dia", "aa", nil, "cert-aa-Dia"},
	} {
		if got := come(uint32(i+1), x.name, x.hash, x.registered); got != x.want {
			t.Errorf("%s is %s, want %s", x.name, got, x.want)
		}
	}
	if trackName("cert-aa") == trackName("cert-aa-Dia") || strings.ContainsAny(trackName("a/ b?"), "/? ") {
		t.Error("names of tracks")
	}
}
