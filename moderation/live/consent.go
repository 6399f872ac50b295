package live

import (
	"context"
	"errors"
	"time"

	"earshot/bot/room"
	"earshot/models"
)

// Consents keeps who was told of the bot and who objected, and where listening is paused.
type Consents interface {
	PutConsent(context.Context, models.Consent) error
	SetPaused(ctx context.Context, room string, paused bool, by string, when time.Time) error
	// PutRoomNotice has the hosts told of something that is no flag.
	PutRoomNotice(ctx context.Context, session string, kind models.NoticeKind, speaker string) error
}

// Consent stores an entry of the consent ledger that a room made. It implements bot.ConsentSink.
func (d *Desk) Consent(ctx context.Context, c models.Consent) error {
	err := d.store.PutConsent(ctx, c)
	if errors.Is(err, models.ErrNotFound) { // the session was erased meanwhile
		return nil
	}
	return err
}

// ErrNotThere is the answer to a host who wants something of a bot that is not in the room.
var ErrNotThere = models.WithHint(errors.New("the bot is not in this room now"), `"earshot status" lists the rooms that it is in`)

// inside is the live session of a room (by its id, or the session's own) with the bot in it.
func (d *Desk) inside(name string) (*judged, *room.Room) {
	for _, j := range d.all() {
		if room := j.room(); room != nil && (j.session.ID == name || j.session.Room == name) {
			return j, room
		}
	}
	return nil, nil
}

// Pause stops or resumes listening in a room, named by its id or by its live session. It is remembered beyond the
// session, and the people there are told. ErrNotThere: the bot is not in it.
func (d *Desk) Pause(ctx context.Context, name string, on bool, by string) error {
	j, room := d.inside(name)
	if room == nil {
		return ErrNotThere
	}
	err := d.store.SetPaused(ctx, j.session.Room, on, by, time.Now())
	if on || err == nil { // a pause holds also when it can't be written down
		room.Pause(ctx, on)
		d.hub.Publish(models.Event{SessionID: j.session.ID, Session: &j.session})
	}
	return err
}

// Paused reports whether listening is paused in a room, named by its id or by its live session.
func (d *Desk) Paused(name string) bool {
	_, room := d.inside(name)
	return room != nil && room.Paused()
}

// Object enters, for the session of c, that somebody objects to being written down or takes it back. It is carried out
// at once where the bot is in the room. It returns the entry as it was stored.
func (d *Desk) Object(ctx context.Context, c models.Consent) (models.Consent, error) {
	j, err := d.judged(ctx, c.Session)
	if err != nil {
		return c, err
	}
	c.Room, c.At = j.session.Room, time.Now().UTC().Truncate(time.Millisecond)
	err = d.store.PutConsent(ctx, c)
	objects := c.What == models.ConsentObjected
	if _, room := d.inside(c.Room); room != nil && (objects || err == nil) { // an objection holds in any case
		room.Object(ctx, c.SpeakerID, objects)
	}
	return c, err
}

// DeafTo names, by room, those who are shown as talking and are not heard.
func (d *Desk) DeafTo() map[string][]string {
	out := map[string][]string{}
	for _, j := range d.all() {
		room := j.room()
		if room == nil {
			continue
		}
		if names := room.DeafTo(); len(names) > 0 {
			out[j.session.Room] = names
		}
	}
	return out
}
