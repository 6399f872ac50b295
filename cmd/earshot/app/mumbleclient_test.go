//go:build !race

package app

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/fleet"
	"earshot/bot/mumble/mumbletest"
	"earshot/bot/stream/streamtest"
	"earshot/models"
)

// TestMumbleClient has somebody speak through Mumble's own client, whose microphone is a recording: their words are stored under
// their name.
func TestMumbleClient(t *testing.T) {
	if !longTests {
		t.Skip("drives Mumble's own client: set EARSHOT_TEST_LONG")
	}
	for _, program := range []string{"mumble", "Xvfb", "xdotool", "ffmpeg"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	server, err := mumbletest.Start(t.Context(), t.TempDir(), "")
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(server.Kill)
	dir := t.TempDir()
	kinds, err := streamtest.Kinds(dir)
	if err != nil {
		t.Fatal(err)
	}
	device := slices.IndexFunc(kinds, func(k streamtest.Kind) bool { return k.Address == streamtest.SoundAddress })
	from, err := kinds[device].Start(t.Context())
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(from.Kill)
	mumbleClient(t, dir, server)

	s, l := openTestApp(t, t.TempDir())
	all := evalSentences(t)[:3]
	var session models.Session
	err = s.Run(t.Context(), l, func(ctx context.Context) error {
		trust(s, noSecrets, server.URL())
		room, connector, err := s.Connector(ctx, fleet.JoinRequest{Address: server.URL()})
		if err != nil {
			return err
		}
		h, ended := &heard{Connector: connector}, make(chan error, 1)
		ctx, leave := context.WithCancelCause(ctx)
		defer leave(nil)
		go func() {
			var err error
			session, err = s.Listen(ctx, fleet.SessionRequest{Room: room, Connector: h})
			ended <- err
		}()
		err = from.Pause(func() bool { return h.packets.Load() >= 100 })
		for _, line := range all {
			if err == nil {
				_, err = from.Say(slices.Concat(line.PCM, make([]float32, 2*models.SampleRate)))
			}
		}
		leave(bot.End(models.EndLeft, nil))
		return errors.Join(err, <-ended, s.Drain(t.Context()))
	})
	if err != nil {
		t.Fatal(err)
	}
	said := ""
	for _, line := range all {
		said += line.Text + " "
	}
	if errs, words, heard := wordErrors(lines(t, s, session.ID), "Ana", said); errs*10 > words {
		t.Errorf("%d of %d words are wrong: %q", errs, words, heard)
	}
}

// mumbleClient runs Mumble's own client as Ana, who speaks all the time, on a virtual display, until the test ends.
func mumbleClient(t *testing.T, dir string, server *mumbletest.Server) {
	t.Helper()
	number, tell, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	run := func(env []string, files []*os.File, program string, args ...string) {
		cmd := exec.CommandContext(t.Context(), program, args...) //nolint:gosec // the test's own words
		cmd.Env, cmd.ExtraFiles = append(os.Environ(), env...), files
		cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	}
	run(nil, []*os.File{tell}, "Xvfb", "-displayfd", "3", "-screen", "0", "1024x768x24")
	_ = tell.Close()
	display, err := bufio.NewReader(number).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	settings := filepath.Join(dir, ".config", "Mumble", "Mumble.conf")
	err = os.MkdirAll(filepath.Dir(settings), 0o700)
	if err == nil {
		err = os.WriteFile(settings, []byte("[General]\nlastupdate=9\n[audio]\ntransmit=0\ninput=PulseAudio\noutput=PulseAudio\n"), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	env := []string{
		"DISPLAY=:" + strings.TrimSpace(display), "HOME=" + dir, "XDG_RUNTIME_DIR=" + dir, "QT_QPA_PLATFORM=xcb",
		"PULSE_SERVER=unix:" + streamtest.SoundSocket(dir),
	}
	run(env, nil, "mumble", "mumble://Ana@"+server.Addr()+"/?version=1.2.0")
	for here := false; !here; { // it asks for a certificate of its own, and whether the server's is right
		do := exec.CommandContext(t.Context(), "sh", "-c", `
			if xdotool search --name "Certificate Management" >/dev/null 2>&1; then xdotool mousemove 500 580 click 1; else xdotool key alt+y; fi`)
		do.Env = append(os.Environ(), env...)
		_ = do.Run() // there may be no window yet
		select {
		case <-time.After(time.Second):
		case <-t.Context().Done():
			t.Fatal("the client does not join")
		}
		err := server.Admin(t.Context(), func(a *mumbletest.Admin) error { here = slices.Contains(a.Names(), "Ana"); return nil })
		if err != nil {
			t.Fatal(err)
		}
	}
}
