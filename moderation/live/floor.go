package live

import (
	"slices"

	"earshot/models"
)

// mostNext bounds the order that is shown: whoever comes later in it waits for their turn to be told.
const mostNext = 8

// floor is the beginning of the order of who spoke least, as it is now.
func (s *Session) floor() (f models.Floor) {
	if s.judge == nil {
		return f
	}
	for _, h := range s.judge.LeastHeard(mostNext) {
		f.Next = append(f.Next, models.Talked{SpeakerID: h.ID, SpeakerName: h.Name, TalkMS: h.TalkMS})
	}
	return f
}

// showFloor tells watchers of the order when its beginning is another than they know.
func (s *Session) showFloor() {
	f := s.floor()
	same := func(a, b models.Talked) bool { return a.SpeakerID == b.SpeakerID && a.SpeakerName == b.SpeakerName }
	if slices.EqualFunc(f.Next, s.shown, same) {
		return
	}
	s.shown = f.Next
	s.hub.Publish(models.Event{SessionID: s.session.ID, Floor: &f})
}
