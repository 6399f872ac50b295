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
	missesCount = 2 // consecutive looks without effect before a restriction counts as undone
	againAtMost = 2 // times that an undone mute is imposed again before the person is moved to the audience
	retryFirst  = 30 * time.Second
	retryLast   = 10 * time.Minute
)

// observation is the last observation of a restriction.
type observation struct {
	here   bool // the person was in the room
	held   bool // it was in force
	fresh  bool // it has not been in force since the person joined
	missed int
	again  int       // how often it was imposed again because it was undone
	fails  int       // how often it could not be lifted or imposed again
	retry  time.Time // when to retry that
}

// job is what to do about a restriction.
type job int

const (
	wait    job = iota
	confirm     // its effect, unknown so far, was observed
	refuse      // it never took effect
	lift        // it has expired
	again       // impose it again
	climb       // it keeps being undone
	lost        // it was lifted in the room itself
)

// see takes in what was observed now, and returns the job that follows. lower reports that the person is in the audience.
func (s *observation) see(r models.Restriction, here, holds, lower bool, can bot.Capabilities) job {
	if here && !s.here {
		s.fresh = true
	}
	s.here = here
	switch {
	case lower || r.Verb == models.VerbMute && !here: // unobservable
		return wait
	case holds:
		s.held, s.fresh, s.missed = true, false, 0
		if r.Seen.IsZero() {
			return confirm
		}
		return wait
	case !here && !s.held: // unobservable
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

// observations holds the last observations of all restrictions. Its methods may be called from any goroutine.
type observations struct {
	room *room.Room

	mu sync.Mutex
	of map[place]*observation
}

// forget drops the observations of restrictions that have ended.
func (s *observations) forget(all []models.Restriction) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for p := range s.of {
		if !slices.ContainsFunc(all, func(r models.Restriction) bool { return p == place{r.Person, r.Verb} }) {
			delete(s.of, p)
		}
	}
}

// away records that the bot is cut off from the room. Who is there when it is back may have left and returned meanwhile, by which a server
// forgets mutes.
func (s *observations) away() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.of {
		x.here = false
	}
}

// judge observes a restriction and returns the job that follows.
func (s *observations) judge(r models.Restriction, all []models.Restriction, people []room.Present, now time.Time) job {
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
		x = &observation{}
		s.of[place{r.Person, r.Verb}] = x
	}
	if now.Before(x.retry) {
		return wait
	}
	if !r.Until.IsZero() && !now.Before(r.Until) {
		if r.Verb == models.VerbMute && !here { // lifting it has no effect to observe, and can wait
			x.here = false
			return wait
		}
		return lift
	}
	return x.see(r, here, holds, lower, can)
}

// put records the outcome of a job: unless done, the next attempt is delayed.
func (s *observations) put(r models.Restriction, done bool) {
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
