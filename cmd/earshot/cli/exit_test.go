package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"earshot/configs"
	"earshot/models"
)

func TestExitCodes(t *testing.T) {
	plainErr := errors.New("x")
	for _, tt := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{plainErr, 1},
		{BadInput(nil), 0},
		{fmt.Errorf("reading: %w", BadInput(plainErr)), 2},
		{ChecksFailed(plainErr), 3},
		{models.WithHint(&configs.Error{}, "look"), 2},
		{context.Canceled, 1},
	} {
		if got := exitCode(tt.err); got != tt.want {
			t.Errorf("%v: exit code %d, want %d", tt.err, got, tt.want)
		}
	}
}

func TestErrorsArePrintedWithTheirHint(t *testing.T) {
	var b bytes.Buffer
	a := &Env{Stderr: &b}
	a.PrintError(models.WithHint(errors.New("first\nsecond\x1b[2J"), "do this"))
	if got, want := b.String(), "error: first\n       second[2J\nhint: do this\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
