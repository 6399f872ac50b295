package stream_test

import (
	"errors"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"earshot/bot"
	"earshot/bot/stream"
	"earshot/bot/stream/streamtest"
	"earshot/models"
	"earshot/models/waittest"
)

// soundServer starts the test's own PulseAudio with a device "room" that plays to nobody, and sets the environment so that it is used.
func soundServer(t *testing.T) (kill func()) {
	t.Helper()
	launcher(t)
	dir := t.TempDir()
	kill, err := streamtest.StartSound(t.Context(), dir)
	if errors.Is(err, streamtest.ErrNoSound) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(kill)
	for _, name := range []string{"HOME", "XDG_RUNTIME_DIR"} {
		t.Setenv(name, dir)
	}
	t.Setenv("PULSE_SERVER", "unix:"+streamtest.SoundSocket(dir))
	return kill
}

// TestDevice hears what this machine plays, lists its devices, and reports wrong names and a missing server.
func TestDevice(t *testing.T) {
	kill := soundServer(t)
	var found []stream.Device
	var err error
	waittest.Until(t, "a list of devices", func() bool { // on a busy machine it may take too long
		found, err = stream.Devices(t.Context(), launcher(t))
		return err == nil || !strings.Contains(err.Error(), "killed")
	})
	if err != nil || len(found) != 1 || found[0].Address != streamtest.SoundAddress || !found[0].Plays || found[0].Title == "" {
		t.Fatalf("the devices are %+v, %v", found, err)
	}
	play := exec.CommandContext(t.Context(), "ffmpeg", "-nostdin", "-loglevel", "error", "-re", "-stream_loop", "-1", "-i", speech(t),
		"-f", "pulse", "-device", "room", "room")
	play.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := play.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = play.Process.Kill(); _ = play.Wait() })

	e, _, over := attend(t, connect(t, found[0].Address, ""))
	e.hears(t)
	_, err = endOf(t, connect(t, "device://nowhere", ""))
	if !ends(err, models.EndDenied, false) || !strings.Contains(models.Hint(err), "earshot devices") {
		t.Errorf("a device that is not there: %v (%s)", err, models.Hint(err))
	}
	kill()
	if err := over(); !ends(err, models.EndFailedServer, true) {
		t.Errorf("the server died: %v", err)
	}
	if _, err := endOf(t, connect(t, found[0].Address, "")); !ends(err, models.EndFailedServer, true) || models.Hint(err) == "" {
		t.Errorf("no server: %v", err)
	}
	if _, err := stream.Devices(t.Context(), launcher(t)); err == nil || models.Hint(err) == "" {
		t.Errorf("the devices of no server: %v", err)
	}
}

// ends reports whether an error ends a stay with the given reason and the given advice on retrying.
func ends(err error, reason models.EndReason, retry bool) bool {
	var e *bot.EndError
	return errors.As(err, &e) && e.Reason == reason && e.Retry == retry
}
