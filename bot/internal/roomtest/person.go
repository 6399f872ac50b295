package roomtest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Source gives a recording's Opus packets with their times; io.EOF after the last. It is for one goroutine.
type Source = func() (opus []byte, at time.Duration, err error)

// Person is somebody who talks in a room. Its functions may be called from any goroutine.
type Person struct {
	Leave func()
	// Write writes a line to the room's chat, and Lines are those that the person has read there; nil where there is no chat, or
	// the connector's tests have nobody who can.
	Write func(text string) error
	Lines func() []string
}

// reads waits until somebody has read a line with a text.
func reads(who Person, text string) error {
	for began := time.Now(); time.Since(began) < Patience; <-time.After(20 * time.Millisecond) {
		if slices.ContainsFunc(who.Lines(), func(line string) bool { return strings.Contains(line, text) }) {
			return nil
		}
	}
	return fmt.Errorf("roomtest: nobody wrote %q within %v: %q", text, Patience, who.Lines())
}
