package cli

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// fullDisk refuses every write.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestWhatCannotBePrintedIsAnError(t *testing.T) {
	var errs bytes.Buffer
	env := &Env{Stdin: strings.NewReader(""), Stdout: fullDisk{}, Stderr: &errs}
	cmd := &cobra.Command{Use: "greet", RunE: func(*cobra.Command, []string) error {
		env.Println("hello")
		return nil
	}}
	if code := env.Run(t.Context(), NewRoot(env, Theme{Commands: []*cobra.Command{cmd}}), []string{"greet"}); code != ExitFailed {
		t.Errorf("exit %d", code)
	}
	if got, want := errs.String(), "error: standard output: the disk is full\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
