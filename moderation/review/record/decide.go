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

// muteFor is how long the button mutes, in ms.
const muteFor = 60_000

// Actor carries out in a room what a host chose. Its methods may be called by many goroutines at once.
type Actor interface {
	// Verbs lists what can be done now to a speaker of the session; nothing when the session is over.
	Verbs(session string) []models.Verb
	// Choose gives a host's choice among what an open ask offers ("mute 60s") to whoever asked, who carries it out and
	// confirms the flag. Errors wrap models.ErrInvalid when the ask was answered or has lapsed, and models.ErrNotFound.
	Choose(ctx context.Context, session, ask, by, choice string) error
	// Act carries the action out and returns it as it is when its effect was seen, or when ctx ends. An action whose id
	// was carried out before is not carried out again.
	Act(ctx context.Context, a models.Action) (models.Action, error)
}

// errLapsed says that an ask can't be answered any more.
var errLapsed = web.Refuse(http.StatusConflict,
	"The ask has lapsed, or somebody else has answered it. The flag can still be confirmed or dismissed.")

// errDecided says that somebody else was quicker, and otherwise.
func errDecided(f models.Flag) error {
	return web.Refuse(http.StatusConflict, fmt.Sprintf("This flag is already %s by %s. Undo that first to decide otherwise.",
		f.Status, cmp.Or(web.CleanName(f.DecidedBy), "somebody")))
}

// Answer is what a person said of a flag; exactly one is set.
type Answer struct {
	Status models.FlagStatus
	Verb   models.Verb // is carried out, and confirms the flag
	Choice string      // among what the open ask offers
}

// need is what it takes to give the answer.
func (a Answer) need() models.Access {
	if a.Verb != "" || a.Choice != "" {
		return models.AccessHost
	}
	return models.AccessReviewer
}

// Flag returns a flag with its session, line and outcome, when the visitor may see it.
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

// Decide stores a decision on a flag, when the visitor may make it, and shows it to all who watch.
func (c *Record) Decide(ctx context.Context, flag string, a Answer) (models.Flag, error) {
	who := auth.VisitorOf(ctx)
	p, err := c.Flag(ctx, flag)
	if err == nil {
		err = who.Require(p.Session.Room, a.need())
	}
	if err != nil {
		return models.Flag{}, err
	}
	f, err := c.settle(ctx, p, a, who)
	if err != nil {
		return f, err
	}
	c.Hub.Publish(models.Event{SessionID: f.Session, Flag: &f})
	if f.Status == models.FlagOpen {
		c.takeBack(ctx, p, who)
	}
	return f, nil
}

// settle carries out and stores an answer.
func (c *Record) settle(ctx context.Context, p models.FlagPlace, a Answer, who auth.Visitor) (models.Flag, error) {
	switch {
	case a.Choice != "":
		if err := c.choose(ctx, p, a.Choice, who); err != nil {
			return models.Flag{}, err
		}
		chosen, err := c.Store.FlagPlace(ctx, p.Flag.ID)
		if err != nil {
			return models.Flag{}, fmt.Errorf("flag: %w", err)
		}
		return chosen.Flag, nil
	case a.Verb != "" && p.Flag.Status == models.FlagDismissed:
		return p.Flag, errDecided(p.Flag)
	case a.Verb != "":
		if err := c.act(ctx, p, a.Verb, who); err != nil {
			return models.Flag{}, err
		}
		a.Status = models.FlagConfirmed
	}
	f, err := c.Store.SetFlagStatus(ctx, p.Flag.ID, a.Status, who.Name, c.Now())
	if errors.Is(err, models.ErrConflict) {
		return f, errDecided(f)
	}
	if err != nil {
		return f, fmt.Errorf("decide flag: %w", err)
	}
	return f, nil
}

// choose answers the flag's ask.
func (c *Record) choose(ctx context.Context, p models.FlagPlace, choice string, who auth.Visitor) error {
	if c.Actor == nil || p.Decision == nil {
		return fmt.Errorf("choose: nobody asked: %w", models.ErrInvalid)
	}
	err := c.Actor.Choose(ctx, p.Session.ID, p.Decision.ID, who.Name, choice)
	if (errors.Is(err, models.ErrInvalid) || errors.Is(err, models.ErrNotFound)) && slices.Contains(p.Decision.Offer, choice) {
		return errLapsed
	}
	if err != nil {
		return fmt.Errorf("choose: %w", err)
	}
	return nil
}

// takeBack undoes in the room what was done because of a flag that was reopened, where that can be done. Whether it could
// is seen by the action.
func (c *Record) takeBack(ctx context.Context, p models.FlagPlace, who auth.Visitor) {
	if c.Actor == nil || !who.May(p.Session.Room, models.AccessHost) {
		return
	}
	for _, done := range toTakeBack(p.Actions) {
		p.Flag.SpeakerID, p.Flag.SpeakerName = done.TargetID, done.TargetName
		if err := c.act(ctx, p, done.Verb.Undo(), who); err != nil {
			c.Log.Warn("what was done could not be taken back", "session", p.Session.ID, "verb", string(done.Verb), "err", err)
		}
	}
}

// act carries out what a host chose for a flag.
func (c *Record) act(ctx context.Context, p models.FlagPlace, verb models.Verb, who auth.Visitor) error {
	if c.Actor == nil {
		return fmt.Errorf("act: nothing can be done in this room: %w", models.ErrInvalid)
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
	if _, err := c.Actor.Act(ctx, a); err != nil {
		return fmt.Errorf("act: %w", err)
	}
	return nil
}
