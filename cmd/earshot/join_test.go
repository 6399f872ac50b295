//go:build !race

package main

import (
	"os"
	"strings"
	"syscall"
	"testing"

	"earshot/cmd/earshot/internal/programtest"
	"earshot/models/waittest"
)

// TestJoinMayActInItsOwnLounge: the bot is a host of the lounge that its own program opens, as it is with "earshot serve".
func TestJoinMayActInItsOwnLounge(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	var out programtest.Output
	own := "127.0.0.1:" + freePort(t)
	c := programtest.Command("join", "lounge://"+own+"/stage", "--listen", own)
	c.Env, c.Stdout, c.Stderr = append(os.Environ(), "HOME="+t.TempDir(), "EARSHOT_DATA_DIR="+t.TempDir()), &out, &out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = c.Process.Signal(syscall.SIGTERM)
		if err := c.Wait(); err != nil {
			t.Errorf("%v: %s", err, out.String())
		}
	}()
	waittest.Until(t, "the room is joined", func() bool { return strings.Contains(out.String(), "listening in stage") })
	if !strings.Contains(out.String(), "can: message private_message mute") {
		t.Errorf("the bot may not act: %s", out.String())
	}
}
