package mumble_test

import (
	"testing"

	"earshot/bot/bottest"
	"earshot/bot/internal/roomtest"
)

// TestFaults: the server dies, the network swallows everything, and so on.
func TestFaults(t *testing.T) {
	for _, x := range roomtest.Faults(bottest.Log()) {
		if x.Media {
			continue // sound has no way of its own
		}
		t.Run(x.Name, func(t *testing.T) {
			if !x.Alone {
				t.Parallel()
			}
			if err := x.Do(start(t, "").place(t)); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestConformance: the bot does in a Mumble room what it does in every other.
func TestConformance(t *testing.T) {
	t.Parallel()
	s := start(t, "")
	for _, x := range roomtest.Conformance(bottest.Log()) {
		t.Run(x.Name, func(t *testing.T) {
			if err := x.Do(s.place(t)); err != nil {
				t.Error(err)
			}
		})
	}
}
