package moderation

import (
	"time"

	"earshot/models"
)

// Session judges what is said in one session. It is used by one goroutine.
type Session struct {
	set     *Set
	session models.Session
	people  map[string]models.Speaker
}

// NewSession begins judging a session by a set of rules.
func NewSession(set *Set, session models.Session) *Session {
	return &Session{set: set, session: session, people: map[string]models.Speaker{}}
}

// Person tells who is in the room. It may be called again when a name or role changes. Whoever was never told of is a guest,
// unless people: of the profile knows them.
func (s *Session) Person(p models.Speaker) { s.people[p.ID] = p }

// Judge applies all rules to a final line and returns its flags, gravest first. The flags depend on nothing but the line, the
// people and the rules; judging a line again gives the same flags.
func (s *Session) Judge(u models.Utterance) []models.Flag {
	var flags []models.Flag
	roles := s.set.rolesOf(u.SpeakerID, s.people[u.SpeakerID].Role)
	for _, v := range s.set.judge(u, roles, manner{}) {
		flags = append(flags, s.flag(u, v))
	}
	return flags
}

// flag is a verdict as it is stored.
func (s *Session) flag(u models.Utterance, v Verdict) models.Flag {
	f := models.Flag{
		ID: flagID(u.Key, v.Rule), Session: u.Session, Utterance: u.Key, SpeakerID: u.SpeakerID, SpeakerName: u.SpeakerName,
		Rule: v.Rule, Pack: v.Pack, Hash: v.Hash, Level: v.Level, Mode: v.Mode, Title: v.Title, Matched: v.Matched, Why: v.Why,
		StartMS: u.StartMS, EndMS: u.EndMS, Status: models.FlagOpen, Created: s.created(u),
	}
	if n := len(v.Matched); n > 0 && v.Matched[n-1].EndMS > 0 {
		f.StartMS, f.EndMS = v.Matched[0].StartMS, v.Matched[n-1].EndMS
	}
	return f
}

// created is when the line was stored or, before that, when its text was there by the session's clock.
func (s *Session) created(u models.Utterance) time.Time {
	if !u.Committed.IsZero() {
		return u.Committed
	}
	return s.session.Started.Add(time.Duration(u.EndMS+u.LateMS) * time.Millisecond)
}
