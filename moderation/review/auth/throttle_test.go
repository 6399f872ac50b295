package auth

import (
	"fmt"
	"testing"
	"time"
)

func TestTheThrottleForgetsWhoSpentLeast(t *testing.T) {
	var th throttle
	now := time.Unix(1_000_000, 0)
	b := budget{2, time.Minute}
	for range 2 {
		th.wrong("guilty", b, now)
	}
	for i := range 2 * maxGuessed {
		th.wrong(fmt.Sprint(i), b, now)
	}
	if len(th.seen) > maxGuessed {
		t.Errorf("%d are remembered", len(th.seen))
	}
	if _, ok := th.wrong("guilty", b, now); ok {
		t.Error("many addresses made the throttle forget who guessed")
	}
}
