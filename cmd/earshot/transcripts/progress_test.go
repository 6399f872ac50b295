package transcripts

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"earshot/cmd/earshot/recording"
)

// TestProgressWithoutATerminal: off a terminal a line is printed every 30 s, and none after the end.
func TestProgressWithoutATerminal(t *testing.T) {
	const name = "talk\x1b.wav"
	line := progressLine(&recording.Progress{}, name)
	for after, want := range map[time.Duration][]string{29 * time.Second: nil, 69 * time.Second: {line, line}} {
		synctest.Test(t, func(t *testing.T) {
			tell := &told{}
			stop := (&Job{Tell: tell}).watch(&recording.Progress{}, name)
			time.Sleep(after)
			synctest.Wait()
			stop()
			time.Sleep(time.Minute)
			if !slices.Equal(tell.lines, want) {
				t.Errorf("after %s: %q, want %q", after, tell.lines, want)
			}
		})
	}
}
