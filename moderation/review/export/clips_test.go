package export

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/models"
)

// shelf is a Store and Sounds of one transcript.
type shelf struct {
	t       Transcript
	clips   []models.Evidence
	refuses bool
}

func (s shelf) Session(context.Context, string) (models.SessionInfo, error) {
	return models.SessionInfo{Session: models.Session{ID: "s", Name: "Room"}}, nil
}

func (s shelf) Speakers(context.Context, string) ([]models.Speaker, error) { return s.t.Speakers, nil }

func (s shelf) Utterances(context.Context, string) ([]models.Utterance, error) {
	return s.t.Utterances, nil
}
func (s shelf) Flags(context.Context, string) ([]models.Flag, error)     { return s.t.Flags, nil }
func (s shelf) Gaps(context.Context, string) ([]models.Gap, error)       { return nil, nil }
func (s shelf) Names(context.Context, string) (map[string]string, error) { return nil, nil }
func (s shelf) Summary(context.Context, string, string) (models.Summary, error) {
	return models.Summary{}, models.ErrNotFound
}

func (s shelf) SessionEvidence(context.Context, string, time.Time) ([]models.Evidence, error) {
	out := slices.Clone(s.clips)
	for i := range out {
		out[i].Ogg = nil
	}
	return out, nil
}

func (s shelf) Evidence(_ context.Context, id string, _ time.Time) (models.Evidence, error) {
	i := slices.IndexFunc(s.clips, func(e models.Evidence) bool { return e.ID == id })
	return s.clips[i], nil
}

// Bleep writes down what it was to cover.
func (s shelf) Bleep(e *models.Evidence, spans []models.Span) error {
	if s.refuses {
		return errors.New("not Ogg")
	}
	e.Ogg = fmt.Append(nil, "covered", spans)
	return nil
}

func TestPageWithSound(t *testing.T) {
	key := func(n int) models.Key { return models.Key{Session: "s", Track: "t", Seq: n} }
	line := func(n int, who string, at int64, words ...string) models.Utterance {
		u := models.Utterance{
			Key: key(n), SpeakerID: who, SpeakerName: who, StartMS: at, Text: strings.Join(words, " "), Language: "en",
			State: models.UtteranceOK,
		}
		for _, w := range words {
			u.Words = append(u.Words, models.Word{Text: w, StartMS: at, EndMS: at + 500})
			at += 500
		}
		u.EndMS = at
		return u
	}
	s := shelf{t: Transcript{Utterances: []models.Utterance{
		line(1, "ana", 1000, "call", "Zoltan", "now"), line(2, "ana", 4000, "he", "is", "in"), line(3, "ben", 2600, "me", "too"),
	}}}
	s.clips = []models.Evidence{{ID: "e2", Utterance: key(2), StartMS: 500, EndMS: 7000, Ogg: []byte("whole")}}
	page := func(o Options) string {
		t.Helper()
		o.Format = FormatHTML
		var b bytes.Buffer
		if err := WriteSession(t.Context(), &b, s, "s", o); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	audio := func(data string) string {
		return `<audio controls preload="none" src="data:audio/ogg;base64,` + base64.StdEncoding.EncodeToString([]byte(data)) + `">`
	}
	if got := page(Options{}); strings.Contains(got, "<audio") || strings.Contains(got, "media-src") {
		t.Error("sound that nobody asked for")
	}
	if got := page(Options{Sound: s}); !strings.Contains(got, audio("whole")) || !strings.Contains(got, "media-src data:") {
		t.Errorf("no sound in %s", got)
	}
	// Zoltan is said from 1.5 to 2 s; before 1 s, from 2.5 to 4 s and after 5.5 s nobody knows what is said.
	if got := page(Options{Sound: s, Redact: true}); !strings.Contains(
		got, audio("covered[{500 1000} {1500 2000} {2500 4000} {5500 7000}]"),
	) || strings.Contains(got, "Zoltan") {
		t.Errorf("not covered: %s", got)
	}
	s.refuses = true
	if got := page(Options{Sound: s, Redact: true}); strings.Contains(got, "<audio") {
		t.Error("a clip that can't be covered is in the page")
	}
}
