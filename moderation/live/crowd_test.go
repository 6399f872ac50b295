package live

import (
	"encoding/json"
	"fmt"
	"testing"

	"earshot/models"
	"earshot/moderation/review/events"
)

// crowdScene is a session with the hub that a service has.
func crowdScene(t testing.TB) (*scene, *events.Hub) {
	t.Helper()
	s, hub := newScene(t, noRules, nil), events.NewHub(events.HubConfig{Buffer: 1 << 16})
	s.env.hub, s.j.hub = hub, hub
	return s, hub
}

func crowdID(i int) string { return fmt.Sprintf("person-%05d", i) }

// comes has somebody join the room.
func (s *scene) comes(i int) {
	s.t.Helper()
	id := crowdID(i)
	if err := s.j.Speaker(s.t.Context(), models.Speaker{Session: "s1", ID: id, Name: "Person " + id, FirstMS: 1000}); err != nil {
		s.t.Fatal(err)
	}
	s.j.Observe(s.t.Context(), models.Observation{AtMS: int64(1000 + i), SpeakerID: id, Event: models.RoomJoin})
}

// speaks stores a line of somebody in a crowd.
func (s *scene) speaks(n, of int) {
	u := s.line(int64(9000+n*1000), "hello there my friends")
	u.SpeakerID = crowdID(n % of)
	s.j.Observe(s.t.Context(), models.Observation{AtMS: u.EndMS, SpeakerID: u.SpeakerID})
	s.j.judge.rules.Observe(
		models.Observation{AtMS: u.EndMS, SpeakerID: u.SpeakerID, Voiced: []models.Span{{StartMS: u.StartMS, EndMS: u.EndMS}}},
	)
	s.say(u, nil)
}

// floors reads the events waiting for a viewer: how many report who speaks next, and the size of their JSON.
func floors(t testing.TB, w *events.Watcher) (events, bytes, longest int) {
	t.Helper()
	for range len(w.Events()) {
		e := <-w.Events()
		if e.Floor == nil {
			continue
		}
		b, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		events, bytes, longest = events+1, bytes+len(b), max(longest, len(e.Floor.Next))
	}
	return events, bytes, longest
}

// TestTheFloorOfACrowdIsToldInFewWords: viewers are told who may speak next among 500 people, 300 of whom speak, in few bytes: the
// beginning of the order, and only when it has changed.
func TestTheFloorOfACrowdIsToldInFewWords(t *testing.T) {
	const people, said = 500, 300
	s, hub := crowdScene(t)
	w, err := hub.Subscribe("s1", events.Cursor{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range people {
		s.comes(i)
	}
	if events, _, longest := floors(t, w); events != mostNext || longest != mostNext {
		t.Errorf("while %d came: %d events of up to %d people, want %d: later ones change nothing", people, events, longest, mostNext)
	}
	for n := range said {
		s.speaks(n, people)
	}
	events, bytes, longest := floors(t, w)
	if events < said/2 || events > said || longest != mostNext || bytes > 1024*said {
		t.Errorf("while %d spoke: %d events of up to %d people, %d bytes", said, events, longest, bytes)
	}
	if hub.Cursor().Seq == 0 || w.Err() != nil {
		t.Error(w.Err())
	}
}

// BenchmarkCrowd measures a line among 2 000 people, and the size of the JSON that a viewer is sent for it.
func BenchmarkCrowd(b *testing.B) {
	const people = 2000
	s, hub := crowdScene(b)
	for i := range people {
		s.comes(i)
	}
	w, err := hub.Subscribe("s1", events.Cursor{})
	if err != nil {
		b.Fatal(err)
	}
	sent, n := 0, 0
	for b.Loop() {
		s.speaks(n, people)
		n++
		_, bytes, _ := floors(b, w)
		sent += bytes
	}
	b.ReportMetric(float64(sent)/float64(n), "floor-B/line")
}

// BenchmarkFloor measures publishing who speaks next among 2 000 people, without storing a line.
func BenchmarkFloor(b *testing.B) {
	s, _ := crowdScene(b)
	for i := range 2000 {
		s.comes(i)
	}
	for b.Loop() {
		s.j.showFloor()
	}
}
