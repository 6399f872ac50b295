package desk

import (
	"slices"

	"earshot/models"
)

// LeastHeard is who of those in a session's room spoke least, first; nothing once the bot has left it, or without rules.
func (d *Desk) LeastHeard(session string) models.Floor {
	j := d.known(session)
	if j == nil || j.room() == nil {
		return models.Floor{}
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.floor()
}

// floor is the order as it is now; the caller holds the session's lock.
func (j *judged) floor() (f models.Floor) {
	if j.judge == nil {
		return f
	}
	for _, h := range j.judge.LeastHeard() {
		f.Next = append(f.Next, models.Talked{SpeakerID: h.ID, SpeakerName: h.Name, TalkMS: h.TalkMS})
	}
	return f
}

// showFloor tells watchers of the order when it is another than they know; the caller holds the session's lock.
func (d *Desk) showFloor(j *judged) {
	f := j.floor()
	same := func(a, b models.Talked) bool { return a.SpeakerID == b.SpeakerID && a.SpeakerName == b.SpeakerName }
	if slices.EqualFunc(f.Next, j.shown, same) {
		return
	}
	j.shown = f.Next
	d.hub.Publish(models.Event{SessionID: j.session.ID, Floor: &f})
}
