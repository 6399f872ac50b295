package record

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/web"
)

// muteFor is the duration of the button's mute, in ms.
const muteFor = 60_000

// Actor carries out hosts' actions in a room. Its methods may be called by many goroutines at once.
type Actor interface {
	// Verbs lists the actions currently possible for a speaker of the session; none after its end.
	Verbs(session string) []models.Verb
	// Choose answers an open ask with one of its offers ("mute 60s"), carries it out and confirms the flag. Errors wrap
	// models.ErrInvalid if the ask has been answered or has lapsed, and models.ErrNotFound.
	Choose(ctx context.Context, session, ask, by, choice string) error
	// Act carries out the action and returns it once its effect has been seen, or when ctx ends. An action whose id has already been
	// carried out is not repeated.
	Act(ctx context.Context, a models.Action) (models.Action, error)
}

// errLapsed says that an ask can no longer be answered.
var errLapsed = web.Refuse(http.StatusConflict,
	"The ask has expired, or somebody else has answered it. The flag can still be confirmed or dismissed.")

// errDecided says that somebody else has already decided differently.
func errDecided(f models.Flag) error {
	return web.Refuse(http.StatusConflict, fmt.Sprintf("This flag is already %s by %s. Undo that first to change the decision.",
		f.Status, cmp.Or(web.Doer(f.DecidedBy), "somebody")))
}

// Answer is a decision about a flag; exactly one field is set.
type Answer struct {
	Status models.FlagStatus
	Verb   models.Verb // carried out, and confirms the flag
	Choice string      // one of the open ask's offers
}

// need returns the access required for the answer.
func (a Answer) need() models.Access {
	if a.Verb != "" || a.Choice != "" {
		return models.AccessHost
	}
	return models.AccessReviewer
}

// Flag returns a flag with its session, line and outcome, if the visitor may see it.
func (c *Record) Flag(ctx context.Context, id string) (models.FlagPlace, error) {
	p, err := c.Store.FlagPlace(ctx, id)
	if err == nil {
		err = auth.VisitorOf(ctx).Require(p.Session.Room, models.AccessViewer)
	}
	if err != nil {
		return models.FlagPlace{}, fmt.Errorf("flag: %w", err)
	}
	return p, nil
}

// status returns the flag's status after the answer.
func (a Answer) status() models.FlagStatus {
	if a.Verb != "" || a.Choice != "" {
		return models.FlagConfirmed
	}
	return a.Status
}

// Decide stores a decision on a flag, if the visitor may make it, and publishes it.
func (c *Record) Decide(ctx context.Context, flag string, a Answer) (models.Flag, error) {
	p, err := c.Flag(ctx, flag)
	if err != nil {
		return models.Flag{}, err
	}
	done, err := c.decide(ctx, []models.FlagPlace{p}, a)
	if err != nil {
		return models.Flag{}, err
	}
	return done.Flags[0], nil
}

// Decided is the result of a decision.
type Decided struct {
	Flags []models.Flag
	Event uint64 // the number of the last event that reports the new status
}

// decide stores a decision on flags of one line.
func (c *Record) decide(ctx context.Context, places []models.FlagPlace, a Answer) (done Decided, err error) {
	who := auth.VisitorOf(ctx)
	if err := who.Require(places[0].Session.Room, a.need()); err != nil {
		return done, err
	}
	ids := make([]string, len(places))
	for i, p := range places {
		ids[i] = p.Flag.ID
		if s := p.Flag.Status; a.status() != models.FlagOpen && s != "" && s != models.FlagOpen && s != a.status() {
			return done, errDecided(p.Flag)
		}
	}
	if err := c.carryOut(ctx, places, a, who); err != nil {
		return done, err
	}
	found, err := c.Store.SetFlagStatuses(ctx, ids, a.status(), who.Name, c.Now())
	if errors.Is(err, models.ErrConflict) && len(found) > 0 {
		return done, errDecided(found[0])
	}
	if err != nil {
		return done, fmt.Errorf("decide flag: %w", err)
	}
	done.Flags = found
	for _, f := range found {
		done.Event = c.Hub.Publish(models.Event{SessionID: f.Session, Flag: &f})
	}
	if a.status() == models.FlagOpen {
		for _, p := range places {
			c.takeBack(ctx, p, who)
		}
	}
	return done, nil
}

// carryOut carries out the answer's action in the room, if any: once, whatever the number of flags.
func (c *Record) carryOut(ctx context.Context, places []models.FlagPlace, a Answer, who auth.Visitor) error {
	switch {
	case a.Choice != "":
		i := slices.IndexFunc(places, func(p models.FlagPlace) bool {
			return p.Decision != nil && p.Decision.Ask == models.AskOpen && slices.Contains(p.Decision.Offer, a.Choice)
		})
		return choose(ctx, c.Actor, places[max(i, 0)], a.Choice, who)
	case a.Verb != "":
		_, err := c.act(ctx, places[0], a.Verb, who)
		return err
	}
	return nil
}

// choose answers the flag's ask.
func choose(ctx context.Context, actor Actor, p models.FlagPlace, choice string, who auth.Visitor) error {
	if actor == nil || p.Decision == nil {
		return fmt.Errorf("choose: nobody asked: %w", models.ErrInvalid)
	}
	err := actor.Choose(ctx, p.Session.ID, p.Decision.ID, who.Name, choice)
	if (errors.Is(err, models.ErrInvalid) || errors.Is(err, models.ErrNotFound)) && slices.Contains(p.Decision.Offer, choice) {
		return errLapsed
	}
	if err != nil {
		return fmt.Errorf("choose: %w", err)
	}
	return nil
}

// takeBack undoes the actions of a reopened flag in the room, where possible. The action's state shows the result.
func (c *Record) takeBack(ctx context.Context, p models.FlagPlace, who auth.Visitor) {
	if c.Actor == nil || !who.May(p.Session.Room, models.AccessHost) {
		return
	}
	for _, done := range toTakeBack(p.Actions) {
		p.Flag.SpeakerID, p.Flag.SpeakerName = done.TargetID, done.TargetName
		if _, err := c.act(ctx, p, done.Verb.Undo(), who); err != nil {
			c.Log.Warn("what was done could not be taken back", "session", p.Session.ID, "verb", string(done.Verb), "err", err)
		}
	}
}

// act carries out a host's action for a flag, or for a person without one, and returns the result.
func (c *Record) act(ctx context.Context, p models.FlagPlace, verb models.Verb, who auth.Visitor) (models.Action, error) {
	if c.Actor == nil {
		return models.Action{}, fmt.Errorf("act: nothing can be done in this room: %w", models.ErrInvalid)
	}
	a := models.Action{
		ID: strings.ToLower(rand.Text()), Session: p.Session.ID, Verb: verb, TargetID: p.Flag.SpeakerID,
		TargetName: p.Flag.SpeakerName, State: models.ActionPlanned, By: who.Name, Created: c.Now().UTC(),
	}
	if p.Decision != nil {
		a.Decision = p.Decision.ID
	}
	if verb == models.VerbMute {
		a.ForMS = muteFor
	}
	done, err := c.Actor.Act(ctx, a)
	if err != nil {
		return done, fmt.Errorf("act: %w", err)
	}
	return done, nil
}
