package live

import (
	"flag"
	"fmt"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"earshot/bot/bottest"
)

// step is one event in a random hour.
type step struct {
	What string
	Who  string
	For  int // seconds, where that means something
}

// steps draws events, common ones more often.
func steps() *rapid.Generator[[]step] {
	what := rapid.SampledFrom([]string{
		"say", "say", "say", "say", "say badly", "say badly", "come", "come", "leave", "wait", "wait", "mute", "mute", "unmute",
		"cut", "back", "hold the decoder", "free the decoder", "object", "withdraw",
		"crash", "restart", "set the clock", "erase the person", "erase the session",
	})
	one := rapid.Custom(func(t *rapid.T) step {
		return step{
			What: what.Draw(t, "what"), Who: rapid.SampledFrom([]string{"ana", "ben", "cem"}).Draw(t, "who"),
			For: rapid.SampledFrom([]int{0, 5, 20, 90, 200}).Draw(t, "for"),
		}
	})
	return rapid.SliceOfN(one, 5, 40)
}

// TestRandomHours compares random hours of a room with a simple model of what must be in force, told and stored: people join, talk,
// object, are muted by a rule and by the host, and leave; the server and the program crash and return, clocks are set, people and
// sessions are erased. It takes 10 s, or an hour with EARSHOT_TEST_LONG=1.
func TestRandomHours(t *testing.T) {
	if testing.Short() {
		t.Skip("10 s")
	}
	lasts, checks := 10*time.Second, "1000"
	if os.Getenv("EARSHOT_TEST_LONG") != "" {
		lasts, checks = time.Hour, "1000000"
	}
	// a failure must be reported before a time-out
	for name, value := range map[string]string{"rapid.checks": checks, "rapid.shrinktime": "10s"} {
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	voice, end, played, failed := bottest.Sentence(t, 2*time.Second), time.Now().Add(lasts), 0, false
	rapid.Check(t, func(rt *rapid.T) {
		if !failed && time.Now().After(end) {
			return
		}
		script := steps().Draw(rt, "script")
		var wrong []string
		synctest.Test(t, func(t *testing.T) { wrong = play(t, voice, script) })
		played++
		if len(wrong) > 0 {
			failed = true
			rt.Fatal(fmt.Sprint(wrong))
		}
	})
	t.Logf("%d hours were played", played)
}

// TestHours plays hours that went wrong once.
func TestHours(t *testing.T) {
	voice := bottest.Sentence(t, 2*time.Second)
	for name, script := range map[string][]step{
		"who is muted leaves and returns while the bot is cut off": {
			{What: "mute", Who: "ana"}, {What: "cut"}, {What: "leave", Who: "ana"}, {What: "come", Who: "ana"}, {What: "back"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				for _, wrong := range play(t, voice, script) {
					t.Error(wrong)
				}
			})
		})
	}
}
