package live

import (
	"slices"

	"earshot/models"
)

// LeastHeard are those in a session's room who spoke least, first, at most mostNext of them; nothing once the bot has left it, or without
// rules.
func (d *Desk) LeastHeard(session string) models.Floor {
	j := d.known(session)
	if j == nil || j.room() == nil {
		return models.Floor{}
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.floor()
}

// mostNext bounds the order that is shown: whoever comes later in it waits for their turn to be told.
const mostNext = 8

// floor is the beginning of the order as it is now; the caller holds the session's lock.
func (j *judged) floor() (f models.Floor) {
	if j.judge == nil {
		return f
	}
	for _, h := range j.judge.LeastHeard(mostNext) {
		f.Next = append(f.Next, models.Talked{SpeakerID: h.ID, SpeakerName: h.Name, TalkMS: h.TalkMS})
	}
	return f
}

// showFloor tells watchers of the order when its beginning is another than they know; the caller holds the session's lock.
func (d *Desk) showFloor(j *judged) {
	f := j.floor()
	same := func(a, b models.Talked) bool { return a.SpeakerID == b.SpeakerID && a.SpeakerName == b.SpeakerName }
	if slices.EqualFunc(f.Next, j.shown, same) {
		return
	}
	j.shown = f.Next
	d.hub.Publish(models.Event{SessionID: j.session.ID, Floor: &f})
}
