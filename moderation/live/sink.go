package live

import (
	"context"
	"errors"

	"earshot/models"
)

// The methods that follow take what a room's bot hears, and implement its Sink. It calls them from one goroutine.

// Clip stores a finished stretch of speech, and only then queues it.
func (s *Session) Clip(ctx context.Context, c models.Clip) error {
	if err := s.quota.room(ctx, len(c.Opus)); err != nil {
		return err
	}
	if err := s.store.PutClip(ctx, c); err != nil {
		return s.unlessErased(err)
	}
	s.count.Heard(c)
	s.queue.Submit(c)
	return nil
}

// Gap stores what was not heard and shows it.
func (s *Session) Gap(ctx context.Context, g models.Gap) error {
	if err := s.store.PutGap(ctx, g); err != nil {
		return s.unlessErased(err)
	}
	s.count.Missed(g)
	s.hub.Publish(models.Event{SessionID: g.Session, Gap: &g})
	return nil
}

// Speaker stores who is there and tells the judge and the watchers.
func (s *Session) Speaker(ctx context.Context, p models.Speaker) error {
	if err := s.store.PutSpeaker(ctx, p); err != nil {
		return s.unlessErased(err)
	}
	s.hub.Publish(models.Event{SessionID: p.Session, Speaker: &p})
	return s.do(ctx, func() error {
		s.judge.person(p)
		s.showFloor()
		return nil
	})
}

// Consent stores an entry of the consent ledger that a room made.
func (s *Session) Consent(ctx context.Context, c models.Consent) error {
	err := s.store.PutConsent(ctx, c)
	if errors.Is(err, models.ErrNotFound) { // the session was erased meanwhile
		return nil
	}
	return err
}

// Losses has written down what is lost of a session if the program ends now.
func (s *Session) Losses(session string, losses []models.Loss) error {
	return s.store.NoteLosses(session, losses)
}

// unlessErased is an error, or nil where it says that the session is not stored any more: what comes is not wanted, and the
// stay ends.
func (s *Session) unlessErased(err error) error {
	if !errors.Is(err, models.ErrNotFound) {
		return err
	}
	if at := s.place(); at != nil {
		at.room.Erased()
	}
	return nil
}
