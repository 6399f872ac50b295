package cli

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"
)

// TestProgressOffATerminal: work that takes less than half a minute is silent, and longer work prints a line every half minute and where
// it ended.
func TestProgressOffATerminal(t *testing.T) {
	for what, tt := range map[string]struct {
		begin func(*Env) *Progress
		after time.Duration
		want  string
	}{
		"short": {func(e *Env) *Progress { return e.Progress(200, "lines judged") }, 29 * time.Second, ""},
		"counted": {
			func(e *Env) *Progress { return e.Progress(200, "lines judged") }, 70 * time.Second,
			"lines judged: 20 of 200, 30 s\nlines judged: 20 of 200, 60 s\nlines judged: 20 of 200, 70 s\n",
		},
		"no total": {func(e *Env) *Progress { return e.Progress(-1, "rows") }, 31 * time.Second, "rows: 20, 30 s\nrows: 20, 31 s\n"},
		"bytes": {func(e *Env) *Progress {
			p := e.ByteProgress(-1, "tiny.en")
			p.Total(77_000_000)
			p.Done(31_999_980)
			return p
		}, 31 * time.Second, "tiny.en: 32 of 77 MB, 30 s\ntiny.en: 32 of 77 MB, 31 s\n"},
	} {
		synctest.Test(t, func(t *testing.T) {
			var errs bytes.Buffer
			p := tt.begin(&Env{Stderr: &errs})
			p.Add(20)
			time.Sleep(tt.after)
			synctest.Wait()
			p.Close()
			if got := errs.String(); got != tt.want {
				t.Errorf("%s: %q, want %q", what, got, tt.want)
			}
		})
	}
}

// TestProgressOfNothingCounted: work without steps still says that it goes on.
func TestProgressOfNothingCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var errs bytes.Buffer
		p := (&Env{Stderr: &errs}).Progress(-1, "summing up")
		time.Sleep(45 * time.Second)
		p.Close()
		if got, want := errs.String(), "summing up: 30 s\nsumming up: 45 s\n"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	})
}
