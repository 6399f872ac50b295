package app

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"earshot/bot/ffmpeg"
	"earshot/bot/stream/streamtest"
	"earshot/cmd/earshot/internal/programtest"
	"earshot/cmd/earshot/speech"
	"earshot/models/leaktest"
	"earshot/models/postgres/pgtest"
	"earshot/transcribe/decoder"
)

// soundFolder is the folder of the sound server for tests. All tests share one environment, which names it, so that they need not
// wait for each other.
var soundFolder string

// TestMain makes this test binary serve as a decoder, as a confined ffmpeg, and as those parts of the tests that are separate
// processes. It fails the run if a goroutine outlives the tests.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "decoder" {
		if err := decoder.Serve(speech.DecoderLibrary()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if len(os.Args) == 4 && os.Args[1] == "ffmpeg" {
		fmt.Fprintln(os.Stderr, ffmpeg.Confine(os.Args[2], os.Args[3]))
		os.Exit(1)
	}
	if dir := os.Getenv(crowdEnv); dir != "" {
		os.Exit(crowdMain(dir))
	}
	if host := os.Getenv(peopleEnv); host != "" {
		os.Exit(peopleMain(host))
	}
	var err error
	if soundFolder, err = os.MkdirTemp("", "earshot-sound-"); err == nil {
		err = os.Setenv("PULSE_SERVER", "unix:"+streamtest.SoundSocket(soundFolder))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := pgtest.Main(m)
	if err := errors.Join(leaktest.Find(), programtest.Remove(), os.RemoveAll(soundFolder)); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, "left by the tests:", err)
		code = 1
	}
	os.Exit(code)
}
