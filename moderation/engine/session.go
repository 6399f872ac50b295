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
// (Answer). It reads no clock: times are passed in. It is used by one goroutine.
type Session struct {
	set     *Set
	session models.Session
	roster  *condition.Roster
	ledgers *ledger.Ledgers
	context *condition.Context
	limits  limits
	open    map[string]*models.Decision // by id: open asks, and verdicts that wait for a second look
	opinion bool                        // verdicts wait for a second opinion
	over    bool                        // the stay has ended: nobody is asked and nothing is done
	done    []decided
}

// decided is the outcome for a line, kept so that a line passed twice is decided once.
type decided struct {
	key models.Key
	out Outcome
}

// maxDecided limits the outcomes kept: lines are passed again at once or not at all.
const maxDecided = 64

// NewSession returns a Session that judges by a set of rules.
func NewSession(set *Set, session models.Session) *Session {
	s := &Session{
		session: session, roster: condition.NewRoster(), ledgers: ledger.New(session),
		limits: limits{}, open: map[string]*models.Decision{},
	}
	s.SetRules(set)
	return s
}

// SetRules replaces the rules of a running session after a reload. Ledgers, open asks and earlier lines are kept.
func (s *Session) SetRules(set *Set) {
	s.set, s.context = set, condition.NewContext(set.Settings, s.roster, s.ledgers)
	s.ledgers.Rules, s.ledgers.Zone = set.Ledgers, set.Zone
}

// Began sets when the session began, on the clock with which times passed to it are compared: a time with a monotonic reading is not
// affected by changes of the wall clock.
func (s *Session) Began(at time.Time) { s.session.Started = at }

// Person reports who is in the room. It may be called again when a name or role changes. A person never reported is a guest, unless
// people: of the profile lists them.
func (s *Session) Person(p models.Speaker) { s.roster.Here(p) }

// Judge applies all rules to a final line and returns its flags, most severe first. The flags depend only on the line, what its
// speaker said before, the people and the rules; judging the latest line again gives the same flags. Decide does the same and also
// returns what is to be done.
func (s *Session) Judge(u models.Utterance) []models.Flag {
	var flags []models.Flag
	for _, v := range s.verdicts(u, condition.EvalOptions{}) {
		flags = append(flags, v.flag(u, s.created(u)))
	}
	return flags
}

// verdicts judges a line and records it.
func (s *Session) verdicts(u models.Utterance, how condition.EvalOptions) []Verdict {
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

// see prepares the context for a person.
func (s *Session) see(p *condition.Person, how condition.EvalOptions) *condition.Context {
	sc := s.context
	sc.Started, sc.Person, sc.EvalOptions = s.session.Started, p, how
	sc.Roles = s.set.RolesOf(p.ID, p.Role)
	return sc
}

// flag converts a verdict to its stored form.
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

// created returns when the line was stored or, before that, when its text was available by the session's clock.
func (s *Session) created(u models.Utterance) time.Time {
	if !u.Committed.IsZero() {
		return u.Committed
	}
	return s.session.Started.Add(time.Duration(u.EndMS+u.LateMS) * time.Millisecond)
}

// Balance returns a person's points in a ledger at a time, after decay.
func (s *Session) Balance(ledger, person string, at time.Time) float64 {
	return s.ledgers.Balance(ledger, person, at)
}

// Restore restores stored state after a restart or in a new session: the decisions of the session, of which open asks and those
// waiting for a second look or opinion continue, while all of them determine when rules with at_most last reached somebody; and the
// ledger entries that count here (of the session, of its room, and of all rooms). It may be called more than once; entries already
// known change nothing.
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
