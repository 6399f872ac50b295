package events

import (
	"errors"
	"testing"
)

func TestHubForgetsWhatWasErased(t *testing.T) {
	h := NewHub(HubConfig{Replay: 4, Buffer: 4})
	before := h.Cursor()
	page, err := h.subscribe(&Watcher{session: "a", page: true}, Cursor{})
	if err != nil {
		t.Fatal(err)
	}
	other, err := h.Subscribe("", Cursor{})
	if err != nil {
		t.Fatal(err)
	}
	h.Publish(line("a", 1))
	h.Publish(line("b", 2))
	seen := h.Cursor()
	h.Reset()
	if e := <-page.Events(); !blank(e) { // the line that was still to come is dropped
		t.Errorf("a page gets %+v", e)
	}
	if got := drain(other); len(got) != 3 {
		t.Errorf("another watcher gets %v", got)
	}
	for name, c := range map[string]Cursor{"from before": before, "from the last event": seen} {
		if _, err := h.Subscribe("a", c); !errors.Is(err, ErrGone) {
			t.Errorf("%s: %v", name, err)
		}
	}
	after := h.Cursor()
	for i := range 6 { // the ring works on
		h.Publish(line("a", i))
	}
	if _, err := h.Subscribe("a", after); !errors.Is(err, ErrGone) {
		t.Error("two events have left the ring:", err)
	}
	w, err := h.Subscribe("a", Cursor{Hub: after.Hub, Seq: after.Seq + 2})
	if err != nil {
		t.Fatal(err)
	}
	if got := drain(w); len(got) != 4 || got[0] != after.Seq+3 {
		t.Errorf("resumed with %v", got)
	}
}
