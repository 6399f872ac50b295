package record

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"earshot/models"
	"earshot/moderation/review/auth"
)

// claimFor is how long a line that somebody is looking at is reserved; then it is offered to everybody again.
const claimFor = 4 * time.Minute

// Desk provides what people need who decide pending flags. Its methods may be called by many goroutines at once.
type Desk struct {
	*Record
	Claims Claims
}

// Around returns, for each line, the two lines before it and the one after it.
func (c *Desk) Around(ctx context.Context, lines []models.Key) (map[models.Key][]models.Utterance, error) {
	found, err := c.Store.LinesAround(ctx, lines, 2, 1)
	if err != nil {
		return nil, fmt.Errorf("lines around flagged lines: %w", err)
	}
	return found, nil
}

// Tonight counts what people did in their rooms since a time; the identities have no names.
func (c *Desk) Tonight(ctx context.Context, people []models.Identity, since time.Time) (map[models.Identity]models.Tally, error) {
	found, err := c.Store.Tonight(ctx, people, since)
	if err != nil {
		return nil, fmt.Errorf("what people did: %w", err)
	}
	return found, nil
}

// DecideLine is Decide for several flags of one line: all are decided, or none. An action in the room is carried out once, and
// answers the asks of the other flags.
func (c *Desk) DecideLine(ctx context.Context, k models.Key, flags []string, a Answer) (Decided, error) {
	if _, _, err := c.Line(ctx, k); err != nil {
		return Decided{}, err
	}
	places := make([]models.FlagPlace, len(flags))
	for i, id := range flags {
		p, err := c.Flag(ctx, id)
		switch {
		case err != nil:
			return Decided{}, err
		case p.Flag.Utterance != k:
			return Decided{}, fmt.Errorf("decide: a flag of another line: %w", models.ErrInvalid)
		}
		places[i] = p
	}
	if len(places) == 0 {
		return Decided{}, fmt.Errorf("decide: no flags are named: %w", models.ErrInvalid)
	}
	return c.decide(ctx, places, a)
}

// ActOn carries out an action on a person in a live session whom no rule has flagged, for a host of the room, and returns the
// result. The error wraps models.ErrNotFound if nobody with that id was there, and models.ErrInvalid if the action is not possible.
func (c *Desk) ActOn(ctx context.Context, session, speaker string, verb models.Verb) (models.Action, error) {
	who := auth.VisitorOf(ctx)
	ses, err := c.Session(ctx, session)
	if err == nil {
		err = who.Require(ses.Room, models.AccessHost)
	}
	if err != nil {
		return models.Action{}, err
	}
	people, err := c.Speakers(ctx, session)
	if err != nil {
		return models.Action{}, err
	}
	i := slices.IndexFunc(people, func(p models.Speaker) bool { return p.ID == speaker })
	if i < 0 {
		return models.Action{}, fmt.Errorf("speaker: %w", models.ErrNotFound)
	}
	if c.Actor == nil || !slices.Contains(c.Actor.Verbs(session), verb) {
		return models.Action{}, fmt.Errorf("act: this can't be done in the room now: %w", models.ErrInvalid)
	}
	p := models.FlagPlace{Session: ses, Flag: models.Flag{SpeakerID: speaker, SpeakerName: people[i].Name}}
	return c.act(ctx, p, verb, who)
}

// Claims records who is looking at which line of the queue. It is not stored. The methods may be called by many goroutines at once;
// the zero value is ready.
type Claims struct {
	mu   sync.Mutex
	held map[models.Key]models.Claim
}

// take reserves a line for one page, and releases the page's other lines.
func (c *Claims) take(claim models.Claim, now time.Time) (given []models.Claim) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held == nil {
		c.held = map[models.Key]models.Claim{}
	}
	if old, ok := c.held[claim.Utterance]; ok && old.Page != claim.Page && now.Before(old.Until) {
		return nil
	}
	for k, old := range c.held {
		if old.Page == claim.Page || !now.Before(old.Until) {
			delete(c.held, k)
			if k != claim.Utterance {
				old.Until = now
				given = append(given, old)
			}
		}
	}
	c.held[claim.Utterance] = claim
	return append(given, claim)
}

// Of returns who is looking at a line; false: nobody.
func (c *Claims) Of(k models.Key, now time.Time) (models.Claim, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	x, ok := c.held[k]
	return x, ok && now.Before(x.Until)
}

// Claim records and publishes that the visitor is looking at a line, on a page with its own name. A line that somebody else is
// looking at stays theirs.
func (c *Desk) Claim(ctx context.Context, k models.Key, page string) error {
	if _, _, err := c.Line(ctx, k); err != nil {
		return err
	}
	now := c.Now()
	claim := models.Claim{Utterance: k, By: auth.VisitorOf(ctx).Name, Page: page, Until: now.Add(claimFor)}
	for _, x := range c.Claims.take(claim, now) {
		c.Hub.Publish(models.Event{SessionID: x.Utterance.Session, Claim: &x})
	}
	return nil
}
