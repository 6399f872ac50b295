package app

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"earshot/cmd/earshot/internal/programtest"
	"earshot/cmd/earshot/speech"
	"earshot/transcribe/decoder"
)

// TestMain makes this test binary serve as a decoder, and as the parts of the tests that are processes of their own. It
// fails the run when a goroutine outlives the tests.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "decoder" {
		if err := decoder.Serve(speech.DecoderLibrary()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if dir := os.Getenv(crowdEnv); dir != "" {
		os.Exit(crowdMain(dir))
	}
	if host := os.Getenv(peopleEnv); host != "" {
		os.Exit(peopleMain(host))
	}
	code := m.Run()
	if err := errors.Join(goleak.Find(), programtest.Remove()); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, "left by the tests:", err)
		code = 1
	}
	os.Exit(code)
}
