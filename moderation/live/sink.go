package live

import (
	"context"
	"errors"

	"earshot/models"
	"earshot/models/store"
)

// The following methods implement media.Sink. They are called from one goroutine.

// Clip stores a finished segment of speech, and only then queues it.
func (s *Session) Clip(ctx context.Context, c models.Clip) error {
	if err := s.quota.room(ctx, len(c.Opus)); err != nil {
		return err
	}
	c.Home, c.Reserved = s.home, s.reserved
	if err := s.store.PutClip(ctx, c); err != nil {
		return s.unlessGone(err)
	}
	s.count.Heard(c)
	s.queue.Submit(c)
	return nil
}

// Gap stores and publishes a gap.
func (s *Session) Gap(ctx context.Context, g models.Gap) error {
	if err := s.store.PutGap(ctx, g); err != nil {
		return s.unlessGone(err)
	}
	s.count.Missed(g)
	s.hub.Publish(models.Event{SessionID: g.Session, Gap: &g})
	return nil
}

// Speaker stores and publishes a participant, and updates the judge.
func (s *Session) Speaker(ctx context.Context, p models.Speaker) error {
	if err := s.store.PutSpeaker(ctx, p); err != nil {
		return s.unlessGone(err)
	}
	s.hub.Publish(models.Event{SessionID: p.Session, Speaker: &p})
	return s.do(ctx, func() error {
		s.judge.person(p)
		s.showFloor()
		return nil
	})
}

// Consent stores an entry of the consent ledger.
func (s *Session) Consent(ctx context.Context, c models.Consent) error {
	err := s.store.PutConsent(ctx, c)
	if errors.Is(err, models.ErrNotFound) || errors.Is(err, store.ErrFenced) { // the session was erased meanwhile, or moved
		return nil
	}
	if err == nil {
		s.hub.Publish(models.Event{SessionID: c.Session, Consent: &c})
	}
	return err
}

// Losses records what would be lost of a session if the program ended now.
func (s *Session) Losses(session string, losses []models.Loss) error {
	return s.store.NoteLosses(session, losses)
}

// unlessGone returns err, unless the session has been erased, or another process carries it on: then it ends the stay and returns nil.
func (s *Session) unlessGone(err error) error {
	switch {
	case errors.Is(err, store.ErrFenced): // superseded ends the stay
		return nil
	case !errors.Is(err, models.ErrNotFound):
		return err
	}
	if at := s.place(); at != nil {
		at.room.End(models.EndErased)
	}
	return nil
}
