package live

import (
	"testing"
	"time"

	"earshot/models"
)

// asking is a rule that asks the host.
const asking = `schema: 1
mode: suggest
rules:
  - id: asked
    when: {says: {phrase: "private matter"}}
    then: [flag: {level: low}, ask: {who: [host], offer: [warn, dismiss], expires: 2s}]
`

// gatesOf are the gates that the only verdict did not pass.
func (s *scene) failedGates() (out []string) {
	s.t.Helper()
	ds, err := s.store.Decisions(s.t.Context(), "s1")
	if err != nil || len(ds) != 1 {
		s.t.Fatal(ds, err)
	}
	for _, g := range ds[0].Gates {
		if !g.Passed {
			out = append(out, g.Name)
		}
	}
	return out
}

// TestLateBySuspend: the machine was suspended for a minute during a session: what is said now is not a minute late.
func TestLateBySuspend(t *testing.T) {
	s := newScene(t, asking, nil)
	// The monotonic clock stops during suspension, the wall clock does not: this line is said now.
	s.j.session.Started = s.j.session.Started.Add(-time.Minute)
	s.say(s.line(9000, "the private matter"), nil)
	if failed := s.failedGates(); failed != nil {
		t.Errorf("gates %v did not pass", failed)
	}
}

// TestAgeIsThatOfTheWords: lateness is computed from when the words were said, whatever the start of the session and the wall clock
// say; so is that of words that an earlier run heard before the clock was set back.
func TestAgeIsThatOfTheWords(t *testing.T) {
	for name, tt := range map[string]struct {
		spoken time.Time
		late   bool
	}{
		"just now":              {time.Now(), false},
		"a minute in the queue": {time.Now().Add(-time.Minute), true},
		"of an earlier run":     {time.Now().Add(-time.Minute).Round(0), true},
		"of an earlier run, before the clock was set back": {time.Now().Add(time.Hour).Round(0), true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, asking, nil)
			u := s.line(9000, "the private matter")
			u.Spoken = tt.spoken
			s.say(u, nil)
			if failed := s.failedGates(); (len(failed) > 0) != tt.late {
				t.Errorf("gates %v did not pass", failed)
			}
		})
	}
}

// TestOneClock: a session that began in this process is timed by the process's clock: its stored start, by a wall clock that was
// changed meanwhile, has no effect.
func TestOneClock(t *testing.T) {
	s := newScene(t, asking, nil)
	session, err := s.store.StartSession(t.Context(), models.Session{ID: "s2", Room: "r2", Started: time.Now().Add(-time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	session.Started = time.Now()
	if _, err := s.Begin(t.Context(), session); err != nil {
		t.Fatal(err)
	}
	j, err := s.Session(t.Context(), "s2")
	if err != nil {
		t.Fatal(err)
	}
	if at := time.Since(j.session.Started); at > time.Minute {
		t.Errorf("the session has gone on for %v", at)
	}
}
