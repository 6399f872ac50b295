package events

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"earshot/models"
)

// speaking is a partial of a stretch of a track.
func speaking(session, track string, seq int, text string) models.Event {
	key := models.Key{Session: session, Epoch: 1, Track: track, Seq: seq}
	return models.Event{SessionID: session, Partial: &models.Partial{Key: key, SpeakerID: track, StartMS: int64(seq) * 1000, Tail: text}}
}

// partials are the texts that a new watcher is given first.
func partials(t *testing.T, h *Hub, session string) (texts []string) {
	t.Helper()
	w, err := h.Subscribe(session, Cursor{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for {
		select {
		case e := <-w.Events():
			if e.Partial == nil {
				t.Errorf("%+v is no partial", e)
				continue
			}
			texts = append(texts, e.Partial.Tail)
		default:
			return texts
		}
	}
}

// TestWhoComesLateGetsTheLinesThatAreSpoken: each open line once, as it was last; none that has ended, whatever ended it.
func TestWhoComesLateGetsTheLinesThatAreSpoken(t *testing.T) {
	final := func(track string, seq int) models.Event {
		return models.Event{SessionID: "s", Utterance: &models.Utterance{Key: models.Key{Session: "s", Epoch: 1, Track: track, Seq: seq}}}
	}
	gap := func(speaker string, from, to int64) models.Event {
		return models.Event{SessionID: "s", Gap: &models.Gap{Session: "s", SpeakerID: speaker, StartMS: from, EndMS: to}}
	}
	for _, tt := range []struct {
		name   string
		events []models.Event
		want   string
	}{
		{"one line, the latest of it", []models.Event{speaking("s", "a", 1, "I"), speaking("s", "a", 1, "I think")}, "I think"},
		{"two people", []models.Event{speaking("s", "a", 1, "one"), speaking("s", "b", 1, "two")}, "one|two"},
		{"another session's", []models.Event{speaking("x", "a", 1, "one")}, ""},
		{"ended by its final", []models.Event{speaking("s", "a", 1, "one"), final("a", 1)}, ""},
		{"ended by the final of a later line", []models.Event{speaking("s", "a", 1, "one"), final("a", 2)}, ""},
		{"not by an earlier one", []models.Event{speaking("s", "a", 2, "one"), final("a", 1)}, "one"},
		{"not by another's", []models.Event{speaking("s", "a", 1, "one"), final("b", 1)}, "one"},
		{"taken back", []models.Event{speaking("s", "a", 1, "one"), speaking("s", "a", 1, "")}, ""},
		{"lost whole", []models.Event{speaking("s", "a", 1, "one"), gap("a", 1000, 2000)}, ""},
		{"lost in part", []models.Event{speaking("s", "a", 1, "one"), gap("a", 1500, 1600)}, "one"},
		{"another's loss", []models.Event{speaking("s", "a", 1, "one"), gap("b", 1000, 2000)}, "one"},
		{"the session's end", []models.Event{
			speaking("s", "a", 1, "one"), {SessionID: "s", Session: &models.Session{ID: "s", Ended: time.Unix(1, 0)}},
		}, ""},
		{"the session's news", []models.Event{speaking("s", "a", 1, "one"), {SessionID: "s", Session: &models.Session{ID: "s"}}}, "one"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := NewHub(HubConfig{})
			for _, e := range tt.events {
				h.Publish(e)
			}
			if got := strings.Join(partials(t, h, "s"), "|"); got != tt.want {
				t.Errorf("who comes now gets %q, want %q", got, tt.want)
			}
		})
	}
}

func TestOpenLinesAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := NewHub(HubConfig{})
		h.Publish(speaking("s", "a", 1, "one"))
		time.Sleep(partialFor / 2)
		h.Publish(speaking("s", "b", 1, "two"))
		time.Sleep(partialFor/2 + time.Second)
		if got := fmt.Sprint(partials(t, h, "s")); got != "[two]" {
			t.Errorf("a minute after the one broke off: %s", got)
		}
		h.Forget(func(e models.Event) bool { return e.Partial != nil && e.Partial.SpeakerID == "b" })
		if got := partials(t, h, "s"); len(got) != 0 {
			t.Errorf("after it was forgotten: %s", got)
		}
		h.Publish(speaking("s", "a", 2, "three"))
		h.Reset()
		if got := partials(t, h, "s"); len(got) != 0 {
			t.Errorf("after something was erased: %s", got)
		}
		for i := range 2 * maxPartials {
			h.Publish(speaking("s", fmt.Sprint(i), 1, fmt.Sprint(i)))
			time.Sleep(time.Millisecond)
		}
		if got := partials(t, h, "s"); len(got) != maxPartials || got[0] != fmt.Sprint(maxPartials) {
			t.Errorf("%d open lines are kept, from %s on", len(got), got[0])
		}
	})
}

// TestResumingGetsWhatWasMissedAndThenWhatIsSpoken, and going on from there brings nothing twice.
func TestResumingGetsWhatWasMissedAndThenWhatIsSpoken(t *testing.T) {
	h := NewHub(HubConfig{})
	h.Publish(line("s", 1))
	after := h.Cursor()
	h.Publish(speaking("s", "a", 9, "spoken"))
	h.Publish(line("s", 2))
	w, err := h.Subscribe("s", after)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(w.Events()); n != 2 {
		t.Fatalf("%d events wait, want what was missed and what is spoken", n)
	}
	missed, spoken := <-w.Events(), <-w.Events()
	if missed.Utterance == nil || spoken.Partial == nil || spoken.Partial.Tail != "spoken" {
		t.Fatalf("got %+v, then %+v", missed, spoken)
	}
	again, err := h.Subscribe("s", Cursor{Hub: after.Hub, Seq: spoken.Seq})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(again.Events()); n != 1 || (<-again.Events()).Partial == nil {
		t.Errorf("who goes on after the partial gets %d events, want the partial alone", n)
	}
}

// TestWhoMaySpeakNextIsToldToTheSessionsPageAlone: as it is now to who comes late, and it takes no place of what others resume for.
func TestWhoMaySpeakNextIsToldToTheSessionsPageAlone(t *testing.T) {
	h := NewHub(HubConfig{Replay: 4, Buffer: 100})
	floor := func(session, id string) models.Event {
		return models.Event{SessionID: session, Floor: &models.Floor{Next: []models.Talked{{SpeakerID: id}}}}
	}
	start := h.Cursor()
	all, err := h.Subscribe("", Cursor{})
	if err != nil {
		t.Fatal(err)
	}
	h.Publish(line("s", 1))
	after := h.Cursor()
	for i := range 50 {
		h.Publish(floor("s", fmt.Sprint(i)))
		h.Publish(floor("x", fmt.Sprint(i)))
	}
	if n := len(all.Events()); n != 1 {
		t.Errorf("who watches all sessions got %d events, want the line alone", n)
	}
	for _, tt := range []struct {
		after Cursor
		want  string
	}{{start, "[line floor 49]"}, {after, "[floor 49]"}, {h.Cursor(), "[]"}} {
		w, err := h.Subscribe("s", tt.after)
		if err != nil {
			t.Fatalf("after %v: %v", tt.after, err)
		}
		got := []string{}
		for range len(w.Events()) {
			if e := <-w.Events(); e.Floor != nil {
				got = append(got, "floor "+e.Floor.Next[0].SpeakerID)
			} else {
				got = append(got, "line")
			}
		}
		if fmt.Sprint(got) != tt.want {
			t.Errorf("after %v: %v, want %s", tt.after, got, tt.want)
		}
	}
	h.Publish(models.Event{SessionID: "s", Session: &models.Session{ID: "s", Ended: time.Unix(1, 0)}})
	if w, err := h.Subscribe("s", Cursor{}); err != nil || len(w.Events()) != 0 {
		t.Errorf("after the session's end: %d events, %v", len(w.Events()), err)
	}
}
