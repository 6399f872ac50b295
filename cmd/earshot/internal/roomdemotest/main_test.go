package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/internal/programtest"
	"earshot/cmd/earshot/speech"
	"earshot/transcribe/decoder"
)

// TestMain makes this test binary serve as a decoder.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "decoder" {
		if err := decoder.Serve(speech.DecoderLibrary()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// TestDemoInAMeeting has a recording talk in a Jitsi meeting: it is heard and flagged, the host's answer is carried out, and who looks on
// is told that there is no real bridge.
func TestDemoInAMeeting(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	if _, err := exec.LookPath("prosody"); err != nil {
		t.Skip("no prosody here: scripts/deps.sh --tests installs it")
	}
	t.Parallel()
	var out programtest.Output
	env := &cli.Env{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Environ: append(os.Environ(), "EARSHOT_DECODERS=1"), Version: "demo",
	}
	code := run(t.Context(), env, "jitsi", t.TempDir(), []string{
		"--listen", "127.0.0.1:0", "--data-dir", t.TempDir(), "--voice", "Ben=../../../../transcribe/fixture/eval/16.wav",
	})
	if code != cli.ExitOK {
		t.Errorf("exit code %d", code)
	}
	for _, want := range []string{
		"are stand-ins", "can: message private_message mute unmute remove", "▲ insult", "mute Ben for 60 s, seen after",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing: %s", want, out.String())
		}
	}
}
