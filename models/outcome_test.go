package models

import (
	"testing"
	"time"
)

func TestLength(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0.0 s", 2100 * time.Millisecond: "2.1 s", 45 * time.Second: "45 s", 12 * time.Minute: "12 min",
		59*time.Minute + 50*time.Second: "60 min", 72 * time.Minute: "1 h 12", 119*time.Minute + 50*time.Second: "2 h 00",
	} {
		if got := Length(d); got != want {
			t.Errorf("Length(%s) = %s, want %s", d, got, want)
		}
	}
}

// TestOutcomes: an action is told as done only once its effect was seen, and none is told with a bare sign.
func TestOutcomes(t *testing.T) {
	sent := time.Date(2026, 3, 1, 20, 0, 0, 0, time.UTC)
	seen := sent.Add(500 * time.Millisecond)
	for _, c := range []struct {
		a      Action
		target string
		after  time.Duration
		want   string
	}{
		{Action{Verb: VerbMute, ForMS: 60_000, State: ActionSeen, Sent: sent, Seen: seen}, "", 0, "✓ mute for 60 s, seen after 0.5 s"},
		{Action{Verb: VerbMute, State: ActionSeen, Seen: seen}, "Ben", 0, "✓ mute Ben"},
		{Action{Verb: VerbMute, State: ActionSent, Sent: sent}, "Ben", time.Second, "… mute Ben sent, its effect is not seen yet"},
		{Action{Verb: VerbMute, State: ActionSent, Sent: sent}, "", time.Minute, "? mute was sent, but no effect was seen"},
		{Action{Verb: VerbUnmute, State: ActionFailed}, "Ben", 0, "✕ unmute Ben failed"},
		{Action{Verb: VerbWarn, State: ActionFailed, Error: "no right"}, "", 0, "✕ warn failed: no right"},
		{Action{Verb: VerbUnmute, State: ActionUndone}, "", 0, "↩ unmute no longer needed"},
		{Action{Verb: VerbMute, State: ActionUndone}, "", 0, "↩ mute taken back"},
		{Action{Verb: VerbToAudience, State: ActionPlanned}, "Ben", 0, "… move to audience Ben planned, not sent yet"},
	} {
		o := c.a.Outcome(c.target, sent.Add(c.after))
		if got := o.Sign + " " + o.Text; got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
		if o.Then != "" && !o.Late.Equal(sent.Add(SeenBy)) {
			t.Errorf("%s: late at %s", c.want, o.Late)
		}
	}
}
