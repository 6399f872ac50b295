package terminal

import (
	"bytes"
	"strings"
	"testing"

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
	p = NewLivePrinter(&out, Palette{}, false)
	if got := show(models.Event{Partial: &partial}); got != "" {
		t.Errorf("no terminal: %q", got)
	}
}
