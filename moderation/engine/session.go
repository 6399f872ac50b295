package engine

import (
	"slices"
	"time"

	"earshot/models"
	"earshot/moderation/match"
)

// Session judges what happens in one session: what is said (Decide, Judge), what is observed (Observe) and what hosts answer
// (Answer). It reads no clock: time comes with what it is given. It is used by one goroutine.
type Session struct {
	set     *Set
	session models.Session
	people  map[string]*person
	context *evalContext
	room    roomState
	book    book
	open    map[string]*models.Decision // by id: asks that wait, and verdicts that wait for a second look
	last    map[string]firing           // by rule and whom at_most counts
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

// firing is when a rule last reached the host or the room, and with which flag.
type firing struct {
	flag string
	at   int64
}

// person is somebody in the room, with what a session remembers of them.
type person struct {
	models.Speaker
	lines   []match.Utterance
	clean   bool  // no rule flagged the latest line
	cleanMS int64 // speech that no rule flagged
	floor   floorState
	sound   []models.Sound
	votes   []models.LanguageVote
	held    map[string]int64 // when a rule on what is observed ceased to hold, or holding
	looked  int64            // when that was looked at last
}

// NewSession begins judging a session by a set of rules.
func NewSession(set *Set, session models.Session) *Session {
	return &Session{
		set: set, session: session, people: map[string]*person{}, context: newContext(set), book: newBook(set),
		open: map[string]*models.Decision{}, last: map[string]firing{},
	}
}

// Rules exchanges the rules of a running session, after a reload. Ledgers, open asks and what was said before stay.
func (s *Session) Rules(set *Set) {
	s.set, s.context = set, newContext(set)
	s.book.set = set
}

// Began tells when the session began, with the clock that times given to it are to be compared with: one with a monotonic
// reading is not moved by setting the wall clock.
func (s *Session) Began(at time.Time) { s.session.Started = at }

// Person tells who is in the room. It may be called again when a name or role changes. Whoever was never told of is a guest,
// unless people: of the profile knows them.
func (s *Session) Person(p models.Speaker) { s.person(p.ID).Speaker = p }

// person finds somebody, or begins to remember them.
func (s *Session) person(id string) *person {
	p := s.people[id]
	if p == nil {
		p = &person{Speaker: models.Speaker{ID: id, FirstMS: -1}, held: map[string]int64{}}
		s.people[id] = p
	}
	return p
}

// Judge applies all rules to a final line and returns its flags, gravest first. The flags depend on nothing but the line, what
// its speaker said before it, the people and the rules; judging the latest line again gives the same flags. Decide does the
// same and says what is to be done.
func (s *Session) Judge(u models.Utterance) []models.Flag {
	var flags []models.Flag
	for _, v := range s.verdicts(u, manner{}) {
		flags = append(flags, s.flag(u, v))
	}
	return flags
}

// verdicts judges a line and remembers it.
func (s *Session) verdicts(u models.Utterance, how manner) []Verdict {
	p := s.person(u.SpeakerID)
	if p.FirstMS < 0 {
		p.FirstMS = u.StartMS
	}
	p.forget(u.Key)
	words := match.WordsOf(u)
	if u.State == models.UtteranceFailed {
		words = nil
	}
	sc := s.see(p, how)
	sc.look(p.within(u.EndMS-s.set.reach), u, words)
	vs := sc.judgeAll(func(r *rule) bool { return r.spoken() || how.explain })
	s.remember(p, sc, !slices.ContainsFunc(vs, func(v Verdict) bool { return v.Fired }))
	return vs
}

// see makes the scene ready for a person.
func (s *Session) see(p *person, how manner) *evalContext {
	sc := s.context
	sc.in, sc.person, sc.manner = s, p, how
	sc.roles = s.set.rolesOf(p.ID, p.Role)
	return sc
}

// forget takes back a line that comes again.
func (p *person) forget(k models.Key) {
	n := len(p.lines)
	if n == 0 || p.lines[n-1].Of.Key != k || k == (models.Key{}) {
		return
	}
	if p.clean {
		p.cleanMS -= p.lines[n-1].Of.VoicedMS
	}
	p.lines = p.lines[:n-1]
}

// maxLines bounds what is remembered of one person.
const maxLines = 128

// remember keeps a line for as long as some rule may look back at it; the latest one always, since it may come again.
func (s *Session) remember(p *person, sc *evalContext, clean bool) {
	l := sc.Window.Lines[len(sc.Window.Lines)-1].Utterance
	p.clean = clean
	if clean {
		p.cleanMS += l.Of.VoicedMS
	}
	if keep := max(s.set.reach, s.set.repeats); keep > 0 {
		l.Tokens = make([]match.Token, 0, len(sc.Window.Tokens)-sc.Window.Cut)
		for _, t := range sc.Window.Tokens[sc.Window.Cut:] {
			t.Word -= sc.Window.CutAt
			l.Tokens = append(l.Tokens, t)
		}
		old := 0
		for old < len(p.lines) && (p.lines[old].Of.EndMS < l.Of.EndMS-keep || len(p.lines)-old >= maxLines) {
			old++
		}
		p.lines = append(slices.Delete(p.lines, 0, old), l)
		return
	}
	l.Words = nil
	p.lines = append(p.lines[:0], l)
}

// within are the lines that end at a time or later.
func (p *person) within(since int64) []match.Utterance {
	i := len(p.lines)
	for i > 0 && p.lines[i-1].Of.EndMS >= since && p.lines[i-1].Tokens != nil {
		i--
	}
	return p.lines[i:]
}

// newcomer reports whether somebody is new, by what people: says; without that nobody is.
func (s *Session) newcomer(p *person, now int64) bool {
	n := s.set.newcomers
	if n == nil || p == nil {
		return false
	}
	first := max(p.FirstMS, 0)
	return now-first < n.InRoom || p.cleanMS < n.CleanSpeech
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
