package jitsi_test

import (
	"testing"

	"earshot/bot/bottest"
	"earshot/bot/internal/roomtest"
)

// TestFaults covers the death of the server and of the bridge, a network that drops all packets to the chat room, and so on.
func TestFaults(t *testing.T) {
	for _, x := range roomtest.Faults(bottest.Log()) {
		if x.Media {
			continue // audio has no separate path
		}
		t.Run(x.Name, func(t *testing.T) {
			if !x.Alone {
				t.Parallel()
			}
			if err := x.Do(start(t).place(t)); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestConformance: the bot behaves in a meeting as in any other room.
func TestConformance(t *testing.T) {
	t.Parallel()
	m := start(t)
	for _, x := range roomtest.Conformance(bottest.Log()) {
		t.Run(x.Name, func(t *testing.T) {
			if err := x.Do(m.place(t)); err != nil {
				t.Error(err)
			}
		})
	}
	if n := m.bridge.Dials(); n != 1 { // it hangs up if its pings are not answered
		t.Errorf("the bridge dialled %d times", n)
	}
}
