package terminal

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"earshot/models"
)

func TestLivePrinterWipesGuesses(t *testing.T) {
	var out bytes.Buffer
	p := NewLivePrinter(&out, Palette{on: true}, false)
	k := models.Key{Session: "s", Track: "t", Seq: 1}
	show := func(e models.Event) string {
		out.Reset()
		if err := p.Print(e); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	partial := models.Partial{Key: k, SpeakerName: "Ana", StartMS: 61_000, Stable: "one ", Tail: strings.Repeat("two ", 40)}
	if got := show(models.Event{Partial: &partial}); !strings.HasPrefix(got, eraseLine) || strings.Contains(got, "\n") ||
		len([]rune(got)) > 100 || !strings.Contains(got, "Ana") {
		t.Errorf("a guess is shown as %q", got)
	}
	got := show(models.Event{Utterance: &models.Utterance{Key: k, SpeakerName: "Ana", Text: "One two.", State: models.UtteranceOK}})
	if !strings.HasPrefix(got, eraseLine) || !strings.HasSuffix(got, "One two.\n") {
		t.Errorf("its line is shown as %q", got)
	}
	show(models.Event{Partial: &partial})
	if got := show(models.Event{Utterance: &models.Utterance{Key: k, State: models.UtteranceOK}}); got != eraseLine {
		t.Errorf("nothing was said after all: %q", got)
	}
	p = NewLivePrinter(&out, Palette{on: true, width: 40}, false)
	for _, tail := range []string{strings.Repeat("two ", 40), strings.Repeat("日本", 40)} {
		partial.Tail = tail
		if got := show(models.Event{Partial: &partial}); columns(strings.TrimPrefix(got, eraseLine)) > 39 || !strings.Contains(got, tail[:3]) {
			t.Errorf("a guess on a terminal of 40 columns is shown as %q", got)
		}
	}
	p = NewLivePrinter(&out, Palette{}, false)
	if got := show(models.Event{Partial: &partial}); got != "" {
		t.Errorf("no terminal: %q", got)
	}
}

// TestLivePrinterTellsAFlagOnce: a flag that is masked or decided arrives again, and must not be printed as a second flag.
func TestLivePrinterTellsAFlagOnce(t *testing.T) {
	var out bytes.Buffer
	p := NewLivePrinter(&out, Palette{}, false)
	for _, f := range []models.Flag{
		{ID: "a", Rule: "insult"}, {ID: "b", Rule: "scam"}, {ID: "a", Rule: "insult", Status: models.FlagConfirmed},
	} {
		if err := p.Print(models.Event{Flag: &f}); err != nil {
			t.Fatal(err)
		}
	}
	if got := out.String(); strings.Count(got, "insult") != 1 || strings.Count(got, "scam") != 1 {
		t.Errorf("printed\n%s", got)
	}
}

// closedPipe fails every write.
type closedPipe struct{}

func (closedPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestWhilePrintsToTheEnd(t *testing.T) {
	said := models.Event{Utterance: &models.Utterance{SpeakerName: "Ana", Text: "Hello.", State: models.UtteranceOK}}
	for name, tt := range map[string]struct {
		out  io.Writer
		want error
	}{"prints": {&bytes.Buffer{}, nil}, "cannot print": {closedPipe{}, io.ErrClosedPipe}} {
		events := make(chan models.Event) // unbuffered: senders wait for the printer
		err := NewLivePrinter(tt.out, Palette{}, false).While(events, func() { close(events) }, func() error {
			for range 3 {
				events <- said
			}
			return io.ErrNoProgress
		})
		if !errors.Is(err, io.ErrNoProgress) || tt.want != nil && !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", name, err)
		}
		if b, ok := tt.out.(*bytes.Buffer); ok && strings.Count(b.String(), "Hello.\n") != 3 {
			t.Errorf("%s: %q", name, b.String())
		}
	}
}

// TestAnActionThatWasNotSent: an action that ended without a request, as the person had left, has no delay to report.
func TestAnActionThatWasNotSent(t *testing.T) {
	var out bytes.Buffer
	a := models.Action{Verb: models.VerbUnmute, TargetName: "Ben", State: models.ActionSeen, Seen: time.Now()}
	if err := NewLivePrinter(&out, Palette{}, false).Print(models.Event{Action: &a}); err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimSpace(out.String()); got != "✓ unmute Ben" {
		t.Errorf("%q", got)
	}
}
