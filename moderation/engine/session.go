package engine

import (
	"slices"
	"time"

	"earshot/models"
	"earshot/moderation/engine/condition"
	"earshot/moderation/engine/ledger"
	"earshot/moderation/match"
)

// Session judges what happens in one session: what is said (Decide, Judge), what is observed (Observe) and what hosts answer
// (Answer). It reads no clock: time comes with what it is given. It is used by one goroutine.
type Session struct {
	set     *Set
	session models.Session
	roster  *condition.Roster
	ledgers *ledger.Book
	context *condition.Context
	limits  limits
	open    map[string]*models.Decision // by id: asks that wait, and verdicts that wait for a second look
	opinion bool                        // verdicts wait for a second opinion
	over    bool                        // the stay has ended: nobody is asked any more, and nothing is done
	done    []decided
}

// decided is the outcome for a line, kept so that a line which comes twice is decided once.
type decided struct {
	key models.Key
	out Outcome
}

// maxDecided bounds the outcomes that are kept: lines come again at once or not at all.
const maxDecided = 64

// NewSession begins judging a session by a set of rules.
func NewSession(set *Set, session models.Session) *Session {
	s := &Session{
		session: session, roster: condition.NewRoster(), ledgers: ledger.New(session),
		limits: limits{}, open: map[string]*models.Decision{},
	}
	s.SetRules(set)
	return s
}

// SetRules exchanges the rules of a running session, after a reload. Ledgers, open asks and what was said before stay.
func (s *Session) SetRules(set *Set) {
	s.set, s.context = set, condition.NewContext(set.Settings, s.roster, s.ledgers)
	s.ledgers.Rules = set.Ledgers
}

// Began tells when the session began, with the clock that times given to it are to be compared with: one with a monotonic
// reading is not moved by setting the wall clock.
func (s *Session) Began(at time.Time) { s.session.Started = at }

// Person tells who is in the room. It may be called again when a name or role changes. Whoever was never told of is a guest,
// unless people: of the profile knows them.
func (s *Session) Person(p models.Speaker) { s.roster.Person(p.ID).Speaker = p }

// Judge applies all rules to a final line and returns its flags, gravest first. The flags depend on nothing but the line, what
// its speaker said before it, the people and the rules; judging the latest line again gives the same flags. Decide does the
// same and says what is to be done.
func (s *Session) Judge(u models.Utterance) []models.Flag {
	var flags []models.Flag
	for _, v := range s.verdicts(u, condition.Manner{}) {
		flags = append(flags, v.flag(u, s.created(u)))
	}
	return flags
}

// verdicts judges a line and remembers it.
func (s *Session) verdicts(u models.Utterance, how condition.Manner) []Verdict {
	p := s.roster.Person(u.SpeakerID)
	if p.FirstMS < 0 {
		p.FirstMS = u.StartMS
	}
	p.Forget(u.Key)
	words := match.WordsOf(u)
	if u.State == models.UtteranceFailed {
		words = nil
	}
	sc := s.see(p, how)
	sc.Look(p.Within(u.EndMS-s.set.Reach), u, words)
	vs := s.set.judgeAll(sc, func(r *rule) bool { return r.spoken() || how.Explain })
	flagged := slices.ContainsFunc(vs, func(v Verdict) bool { return v.Fired })
	sc.Remember()
	p.Remember(&sc.Window, !flagged, max(s.set.Reach, s.set.Repeats))
	return vs
}

// see makes the context ready for a person.
func (s *Session) see(p *condition.Person, how condition.Manner) *condition.Context {
	sc := s.context
	sc.Started, sc.Person, sc.Manner = s.session.Started, p, how
	sc.Roles = s.set.RolesOf(p.ID, p.Role)
	return sc
}

// flag is a verdict as it is stored.
func (v Verdict) flag(u models.Utterance, created time.Time) models.Flag {
	f := models.Flag{
		ID: flagID(u.Key, v.Rule), Session: u.Session, Utterance: u.Key, SpeakerID: u.SpeakerID, SpeakerName: u.SpeakerName,
		Rule: v.Rule, Pack: v.Pack, Hash: v.Hash, Level: v.Level, Mode: v.Mode, Title: v.Title, Matched: v.Matched, Why: v.Why,
		StartMS: u.StartMS, EndMS: u.EndMS, Status: models.FlagOpen, Created: created,
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

// Balance is a person's points in a ledger at a time, after fading.
func (s *Session) Balance(ledger, person string, at time.Time) float64 {
	return s.ledgers.Balance(ledger, person, at)
}

// Restore takes up, after a restart or in a new session, what was stored: the decisions of the session, of which those whose ask
// is open or that wait for a second look or opinion go on, and all tell when rules with at_most last reached somebody; and the
// entries of ledgers that count here (those of the session, of its room, and of all rooms). It may be called more than once;
// what is known already changes nothing.
func (s *Session) Restore(decisions []models.Decision, entries []models.LedgerEntry) {
	for _, d := range decisions {
		if d.Session == s.session.ID && (d.Ask == models.AskOpen || d.Verdict == models.VerdictPending) {
			s.open[d.ID] = &d
		}
		if d.Session == s.session.ID {
			s.limits.refire(s.set.rule(d.Rule), d, s.session.Started)
		}
	}
	for _, e := range entries {
		if s.ledgers.Counts(e) {
			s.ledgers.Add(e)
		}
	}
}
