package leaktest

import (
	"strings"
	"testing"
	"time"
)

// TestFind: a goroutine that ends late is none that was left behind, and one that does not end is shown.
func TestFind(t *testing.T) {
	end, ended := make(chan struct{}), make(chan struct{})
	go stays(end, ended)
	if err := find(0); err == nil || !strings.Contains(err.Error(), "leaktest.stays") {
		t.Errorf("a goroutine that stays: %v", err)
	}
	time.AfterFunc(600*time.Millisecond, func() { close(end) }) // later than goleak alone would wait
	None(t)
	<-ended
}

func stays(end, ended chan struct{}) {
	<-end
	close(ended)
}
