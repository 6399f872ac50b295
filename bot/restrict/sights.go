package restrict

import (
	"slices"
	"sync"
	"time"

	"earshot/bot"
	"earshot/bot/room"
	"earshot/models"
)

const (
	missesCount = 2 // looks in a row without effect, before something counts as undone
	againAtMost = 2 // mutes that were undone are set again so often, before the right to speak is taken
	retryFirst  = 30 * time.Second
	retryLast   = 10 * time.Minute
)

// sight is what was last seen of a restriction.
type sight struct {
	here   bool // the person was in the room
	held   bool // it was in force
	fresh  bool // the person came, and since then it was not in force
	missed int
	again  int       // how often it was set again because it was undone
	fails  int       // how often it could not be ended or set again
	retry  time.Time // when that is tried again
}

// job is what is to be done about a restriction.
type job int

const (
	wait    job = iota
	confirm     // its effect was seen, which was not known
	refuse      // it never took effect
	lift        // its time is over
	again       // set it again
	climb       // it was undone again and again
	lost        // somebody took it back in the room itself
)

// see takes in a look, and says what follows.
func (s *sight) see(r models.Restriction, here, holds, lower bool, can bot.Capabilities) job {
	if here && !s.here {
		s.fresh = true
	}
	s.here = here
	switch {
	case lower || r.Verb == models.VerbMute && !here: // nobody can tell
		return wait
	case holds:
		s.held, s.fresh, s.missed = true, false, 0
		if r.Seen.IsZero() {
			return confirm
		}
		return wait
	case !here && !s.held: // nobody can tell
		return wait
	}
	if s.missed++; s.missed < missesCount {
		return wait
	}
	s.missed = 0
	switch {
	case r.Seen.IsZero():
		return refuse
	case here && s.fresh:
		return again
	case r.Verb != models.VerbMute || !can.SelfUnmute:
		return lost
	}
	if s.again++; s.again > againAtMost && can.ToAudience {
		return climb
	}
	return again
}

// sights are what was last seen of all restrictions. Its methods may be called from any goroutine.
type sights struct {
	room *room.Room

	mu sync.Mutex
	of map[place]*sight
}

// forget lets go of what was seen of restrictions that are over.
func (s *sights) forget(all []models.Restriction) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for p := range s.of {
		if !slices.ContainsFunc(all, func(r models.Restriction) bool { return p == place{r.Person, r.Verb} }) {
			delete(s.of, p)
		}
	}
}

// judge looks at one restriction.
func (s *sights) judge(r models.Restriction, all []models.Restriction, people []room.Present, now time.Time) job {
	here := slices.ContainsFunc(people, func(p room.Present) bool { return p.ID == r.Person })
	holds := s.room.InForce(r.Verb, r.Person)
	can, _ := s.room.Can()
	lower := r.Verb == models.VerbMute && slices.ContainsFunc(all, func(x models.Restriction) bool {
		return x.Person == r.Person && x.Verb == models.VerbToAudience
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.of[place{r.Person, r.Verb}]
	if x == nil {
		x = &sight{}
		s.of[place{r.Person, r.Verb}] = x
	}
	if now.Before(x.retry) {
		return wait
	}
	if !r.Until.IsZero() && !now.Before(r.Until) {
		if r.Verb == models.VerbMute && !here { // an end that nobody could see; they are not kept from anything
			x.here = false
			return wait
		}
		return lift
	}
	return x.see(r, here, holds, lower, can)
}

// put puts off what could not be done; done: it could.
func (s *sights) put(r models.Restriction, done bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.of[place{r.Person, r.Verb}]
	if x == nil {
		return
	}
	if done {
		x.fails, x.retry = 0, time.Time{}
		return
	}
	x.retry = time.Now().Add(min(retryLast, retryFirst<<min(x.fails, 8)))
	x.fails++
}
