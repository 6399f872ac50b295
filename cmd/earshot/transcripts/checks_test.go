package transcripts

import (
	"errors"
	"testing"
)

// TestListenerWithoutAModel: a model that cannot be opened is looked for once, and every check, and the end, tell of it.
func TestListenerWithoutAModel(t *testing.T) {
	missing, opened := errors.New("no model"), 0
	l := NewListener(t.Context(), func() (*Transcriber, error) {
		opened++
		return nil, missing
	})
	for range 2 {
		if us, err := l.Transcribe("talk.wav"); !errors.Is(err, missing) || us != nil {
			t.Errorf("%v, %v", us, err)
		}
	}
	if err := l.Close(); !errors.Is(err, missing) || opened != 1 {
		t.Errorf("%v; opened %d times", err, opened)
	}
	if err := NewListener(t.Context(), nil).Close(); err != nil {
		t.Errorf("without any check: %v", err)
	}
}
