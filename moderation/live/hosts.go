package live

import (
	"context"
	"errors"
	"time"

	"earshot/models"
	"earshot/moderation/engine"
)

// Hosts carries out hosts' requests. Its methods may be called from any goroutine.
type Hosts struct{ sessions *Sessions }

// ErrNotThere is returned when a request needs the bot in the room.
var ErrNotThere = models.WithHint(errors.New("the bot is not in this room now"), `"earshot status" lists its rooms`)

// errLeft is returned for an action in a room that the bot has left.
var errLeft = models.WithHint(errors.New("the bot is no longer in the room"), "act in the room itself")

// errWhenBack is returned when a restriction is lifted while the bot is not in the room.
var errWhenBack = models.WithHint(
	errors.New("the bot is not in the room: it is taken back when the bot is there again"), "or take it back in the room itself",
)

// errRuleFailed is returned when a rule panicked.
var errRuleFailed = errors.New("a rule failed; the log says where")

// Verbs lists the verbs available in a session's room; none while the bot is not in it.
func (h Hosts) Verbs(session string) []models.Verb {
	if s := h.sessions.known(session); s != nil {
		if at := s.place(); at != nil {
			return at.room.Verbs()
		}
	}
	return nil
}

// LeastHeard returns up to eight people in a session's room, those who have spoken least first; nothing once the bot has left the
// room, or without rules.
func (h Hosts) LeastHeard(session string) (f models.Floor) {
	if s := h.sessions.known(session); s != nil && s.place() != nil {
		_ = s.do(context.Background(), func() error { f = s.judge.floor(); return nil }) // it has no error
	}
	return f
}

// Act carries out a host's action, and returns once its effect was observed or it failed. An action that is stored already is not
// repeated.
func (h Hosts) Act(ctx context.Context, a models.Action) (models.Action, error) {
	at, err := h.placeOf(ctx, a)
	if err != nil {
		return a, err
	}
	store := h.sessions.env.store
	if stored, err := store.Action(ctx, a.ID); err == nil {
		return stored, nil
	}
	a.State, a.Sent = models.ActionSent, time.Now().UTC() // not planned, which an executor would pick up
	if a.Verb == models.VerbWarn && a.Text == "" {
		a.Text = "A host asks you to keep to the rules of this room."
	}
	if err := store.Put(ctx, models.Record{Session: a.Session, Actions: []models.Action{a}}); err != nil {
		return a, err
	}
	return at.do(context.WithoutCancel(ctx), a)
}

// placeOf returns the place in which to carry out an action. A restriction to be lifted may stem from an earlier stay; while the
// bot is not in the room, it is made to end when the bot returns.
func (h Hosts) placeOf(ctx context.Context, a models.Action) (*place, error) {
	if s := h.sessions.known(a.Session); s != nil {
		if at := s.place(); at != nil {
			return at, nil
		}
	}
	back := a.Verb.Undoes()
	if back == "" {
		return nil, errLeft
	}
	session, err := h.sessions.env.store.Session(ctx, a.Session)
	if err != nil {
		return nil, err
	}
	if at := h.sessions.env.places.in(session.Room); at != nil {
		return at, nil
	}
	if err := h.sessions.env.release(ctx, session.Room, a.TargetID, back); err != nil {
		return nil, err
	}
	return nil, errWhenBack
}

// Choose answers an ask with one of its choices, which is carried out.
func (h Hosts) Choose(ctx context.Context, session, ask, by, choice string) error {
	return h.sessions.in(ctx, session, func(s *Session) error { return s.choose(ctx, ask, by, choice) })
}

func (s *Session) choose(ctx context.Context, ask, by, choice string) error {
	if s.judge.rules == nil {
		return models.ErrNotFound
	}
	var out engine.Outcome
	err := errRuleFailed
	s.judge.guarded("", func() { out, err = s.judge.rules.Answer(ask, by, choice, time.Now().UTC()) })
	if err != nil {
		return err
	}
	if err := s.settle(ctx, outcomeRecord(s.session.ID, out), out.Redactions); err != nil {
		s.reopen(ctx, out)
		return err
	}
	return nil
}

// Answer applies a host's verdict on a flag to its decision: strikes count or are withdrawn, and actions are undone. It reports
// whether there was a decision to answer.
func (h Hosts) Answer(ctx context.Context, f models.Flag, status models.FlagStatus, by string) (answered bool, err error) {
	decision, err := h.sessions.env.store.DecisionOfFlag(ctx, f.ID)
	if errors.Is(err, models.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	word := engine.AnswerDismiss
	if status == models.FlagConfirmed {
		word = engine.AnswerConfirm
	}
	err = h.sessions.in(ctx, f.Session, func(s *Session) error {
		if s.judge.rules == nil {
			return nil
		}
		answered = true
		return s.answer(ctx, decision, by, word)
	})
	if errors.Is(err, models.ErrInvalid) { // answered before: the flag's status may still change
		return false, nil
	}
	return answered && err == nil, err
}

func (s *Session) answer(ctx context.Context, decision models.Decision, by, word string) error {
	var out engine.Outcome
	err := errRuleFailed
	s.judge.guarded(decision.Utterance.String(), func() { out, err = s.judge.rules.AnswerDecision(decision, by, word, time.Now().UTC()) })
	if err != nil {
		return err
	}
	r := outcomeRecord(s.session.ID, out)
	r.Answers = nil // the caller stores the flag's status itself
	return s.settle(ctx, r, out.Redactions)
}

// Pause pauses or resumes listening in a room, named by its id or that of its live session. It persists beyond the session, and is
// announced in the room. A process that is not in the room stores it for the one that is. It returns ErrNotThere if the bot is not in
// the room.
func (h Hosts) Pause(ctx context.Context, name string, on bool, by string) error {
	at := h.sessions.env.places.named(name)
	if at == nil {
		session, err := h.elsewhere(ctx, name)
		if err == nil {
			err = h.sessions.env.store.SetPaused(ctx, session.Room, on, by, time.Now())
		}
		return err
	}
	err := at.store.SetPaused(ctx, at.session.Room, on, by, time.Now())
	if on || err == nil { // a pause takes effect even if it can't be stored
		at.room.Pause(ctx, on)
		session := at.session
		at.hub.Publish(models.Event{SessionID: session.ID, Session: &session})
	}
	return err
}

// Paused reports whether listening is paused in a room, named as for Pause.
func (h Hosts) Paused(ctx context.Context, name string) bool {
	if at := h.sessions.env.places.named(name); at != nil {
		return at.room.Paused()
	}
	session, err := h.elsewhere(ctx, name)
	if err != nil {
		return false
	}
	by, err := h.sessions.env.store.PausedBy(ctx, session.Room)
	return err == nil && by != ""
}

// elsewhere returns the live session of a room, named as for Pause, that another process is in. ErrNotThere: none is.
func (h Hosts) elsewhere(ctx context.Context, name string) (models.Session, error) {
	env := h.sessions.env
	if env.alone == nil {
		return models.Session{}, ErrNotThere
	}
	if s, err := env.store.Session(ctx, name); err == nil && s.Ended.IsZero() {
		return s.Session, nil
	} else if err != nil && !errors.Is(err, models.ErrNotFound) {
		return models.Session{}, err
	}
	live, err := env.store.Sessions(ctx, models.SessionQuery{Room: name, Live: true, Limit: 1})
	if err == nil && len(live) == 0 {
		err = ErrNotThere
	}
	if err != nil {
		return models.Session{}, err
	}
	return live[0].Session, nil
}

// Object stores a person's objection to being recorded, or its withdrawal, and applies it at once if the bot is in the room. It
// returns the stored entry.
func (h Hosts) Object(ctx context.Context, c models.Consent) (models.Consent, error) {
	s, err := h.sessions.Session(ctx, c.Session)
	if err != nil {
		return c, err
	}
	c.Room, c.At = s.session.Room, time.Now().UTC().Truncate(time.Millisecond)
	err = s.store.PutConsent(ctx, c)
	objects := c.What == models.ConsentObjected
	if at := s.places.in(c.Room); at != nil && (objects || err == nil) { // an objection takes effect even if it can't be stored
		at.room.Object(ctx, c.SpeakerID, objects)
	}
	if err == nil {
		s.hub.Publish(models.Event{SessionID: c.Session, Consent: &c})
	}
	return c, err
}
