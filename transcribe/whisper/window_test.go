package whisper

import (
	"errors"
	"testing"

	"earshot/transcribe"
)

func TestWindowFor(t *testing.T) {
	tests := []struct {
		ms, asked, want int
		bad             bool
	}{
		{ms: 0, want: 256},
		{ms: 100, want: 256},
		{ms: 4800, want: 256},
		{ms: 4801, want: 512},
		{ms: 9920, want: 512},
		{ms: 9921, want: 768},
		{ms: 15041, want: 1024},
		{ms: 20161, want: 1280},
		{ms: 25280, want: 1280},
		{ms: 25281, bad: true},
		{ms: 1000, asked: 1024, want: 1024},
		{ms: 5000, asked: 256, want: 256},
		{ms: 6000, asked: 256, bad: true},
		{ms: 1000, asked: 300, bad: true},
		{ms: 1000, asked: 1500, bad: true},
		{ms: 1000, asked: -1, bad: true},
	}
	for _, tt := range tests {
		got, err := windowFor(tt.ms*16, tt.asked)
		if got != tt.want || (err != nil) != tt.bad {
			t.Errorf("windowFor(%d ms, %d) = %d, %v; want %d", tt.ms, tt.asked, got, err, tt.want)
		}
		if tt.ms > 25280 && !errors.Is(err, transcribe.ErrTooLong) {
			t.Errorf("windowFor(%d ms): %v, want ErrTooLong", tt.ms, err)
		}
	}
}

func TestCleanPrompt(t *testing.T) {
	if got := cleanPrompt("Anna, [_EOT_]\x00 Bob"); got != "Anna, [EOT_] Bob" {
		t.Errorf("got %q", got)
	}
}
