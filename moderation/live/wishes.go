package live

import (
	"context"
	"time"

	"earshot/models"
	"earshot/models/ticks"
)

// wishesEvery is how often a process looks for what hosts entered on the pages of others for a room that it is in.
const wishesEvery = time.Second

// wishes is what is stored for a room: the marks of who objects to being recorded, and whether listening is paused.
type wishes struct {
	objected map[string]bool
	paused   bool
}

// followWishes applies objections and pauses that other processes on the same database have stored, until the context ends. What this
// process stores is applied already, and is the same.
func (s *Session) followWishes(ctx context.Context, room Room) {
	if s.alone == nil {
		return
	}
	last, known := wishes{}, false // those before the stay began are known to the room
	failed := false
	for range ticks.AtOnceAndEvery(ctx, wishesEvery) {
		now, err := s.wishes(ctx)
		if err == nil && known {
			err = s.apply(ctx, room, last, now)
		}
		if err == nil {
			last, known = now, true
		} else if !failed && ctx.Err() == nil {
			s.log.Warn("what hosts enter on pages of other processes cannot be read; trying again", "session", s.session.ID, "err", err)
		}
		failed = err != nil
	}
}

func (s *Session) wishes(ctx context.Context) (w wishes, err error) {
	if w.objected, err = s.store.Objections(ctx, s.session.Room); err != nil {
		return w, err
	}
	by, err := s.store.PausedBy(ctx, s.session.Room)
	w.paused = by != ""
	return w, err
}

// apply applies what has changed. An error means that it is to be tried again.
func (s *Session) apply(ctx context.Context, room Room, last, now wishes) error {
	if now.paused != last.paused && now.paused != room.Paused() {
		room.Pause(ctx, now.paused)
		session := s.session
		s.hub.Publish(models.Event{SessionID: session.ID, Session: &session})
	}
	changed := changedMarks(last.objected, now.objected)
	if len(changed) == 0 {
		return nil
	}
	entries, err := s.store.Consents(ctx, "", s.session.Room, "", 0) // the latest first
	if err != nil {
		return err
	}
	for _, c := range entries {
		mark := models.PersonMark(c.SpeakerID)
		if objects, ok := changed[mark]; ok {
			delete(changed, mark)
			room.Object(ctx, c.SpeakerID, objects)
		}
	}
	return nil
}

// changedMarks maps each mark that is in one of two sets only to whether it is in the second.
func changedMarks(last, now map[string]bool) map[string]bool {
	out := map[string]bool{}
	for m := range now {
		if !last[m] {
			out[m] = true
		}
	}
	for m := range last {
		if !now[m] {
			out[m] = false
		}
	}
	return out
}
