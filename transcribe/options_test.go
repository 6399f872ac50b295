package transcribe

import (
	"context"
	"testing"
	"testing/synctest"

	"earshot/models"
)

// told is a Decoder that records its options.
type told struct{}

func (told) Decode(_ context.Context, _ Sound, o Options) (Result, error) {
	r := heard
	r.Text = o.Language + ": " + o.Prompt
	return r, nil
}

// The settings belong to the clip: each room's language and vocabulary are passed to the engine with its clips alone, for finals and
// partials; a second look has no vocabulary.
func TestOptionsAreTheRooms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, shown := &desk{}, ""
		s := start(t, Config{
			Decoders: []Decoder{told{}},
			Options: func(c models.Clip) Options {
				return map[string]Options{
					"science": {Language: "en", Prompt: "photosynthesis."}, "market": {Language: "id", Prompt: "Ayu, Made."},
				}[c.Session]
			},
			Partial: func(p models.Partial) { shown = p.Stable + p.Tail },
		}, d)
		clip := func(session string) models.Clip {
			c := testClip("t", 1)
			c.Session = session
			return c
		}
		s.Preview(clip("market"))
		synctest.Wait()
		s.Submit(clip("science"))
		s.Submit(clip("market"))
		drain(t, s)
		again := ""
		s.Again(clip("market"), func(u models.Utterance) { again = u.Text })
		drain(t, s)
		said := map[string]string{}
		for _, u := range d.got {
			said[u.Session] = u.Text
		}
		if said["science"] != "en: photosynthesis." || said["market"] != "id: Ayu, Made." || shown != "id: Ayu, Made" || again != "id: " {
			t.Errorf("lines %v, shown %q, again %q", said, shown, again)
		}
	})
}
