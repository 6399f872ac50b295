package captions

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"earshot/bot"
	"earshot/configs"
	"earshot/models"
	"earshot/moderation/review/events"
)

// screen takes notes of captions.
type screen struct{ lines []string }

func (s *screen) Caption(c bot.Caption) {
	s.lines = append(s.lines, fmt.Sprintf("%s %s %v %v %q", c.SpeakerName, c.Track, c.Final, c.Revised, c.Text))
}

// TestCaptions: a room sees what was published of its own session: unfinished lines as far as they may be shown, doubted lines marked
// or not at all, and a line that was masked later in place of what was seen.
func TestCaptions(t *testing.T) {
	key := func(n int) models.Key { return models.Key{Session: "s1", Epoch: 1, Track: "mic", Seq: n} }
	line := func(n int, text string, doubt ...models.Doubt) models.Event {
		return models.Event{SessionID: "s1", Utterance: &models.Utterance{
			Key: key(n), SpeakerID: "ana", SpeakerName: "Ana", Attribution: models.AttributionTrack, Text: text, Doubt: doubt,
			State: models.UtteranceOK,
		}}
	}
	late, failed, other := line(6, "long ago"), line(7, ""), line(8, "elsewhere")
	late.Utterance.LateMS = 20_000
	failed.Utterance.State = models.UtteranceFailed
	other.SessionID = "s2"
	published := []models.Event{
		{SessionID: "s1", Partial: &models.Partial{
			Key: key(1), SpeakerID: "ana", SpeakerName: "Ana", Attribution: models.AttributionTrack, Stable: "call me on", Tail: "081",
			Shown: "call me",
		}},
		{SessionID: "s1", Partial: &models.Partial{Key: key(1), SpeakerID: "ana", Stable: "call"}},
		line(1, "call me on 0812"), line(2, "unclear", models.DoubtLowConfidence), line(3, "Thank you.", models.DoubtPhantom),
		line(4, "la la", models.DoubtLoss, models.DoubtRepeat), line(5, ""), late, failed, other, line(1, "call me on ▮▮▮▮"),
	}
	finished := []string{
		`Ana mic true false "call me on 0812"`, `Ana mic true false "(?) unclear"`, `Ana mic true false ""`, `Ana mic true false ""`,
		`Ana mic true false ""`, `Ana mic true false ""`, `Ana mic true false ""`, `Ana mic true true "call me on ▮▮▮▮"`,
	}
	for _, partials := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			hub, s := events.NewHub(events.HubConfig{}), &screen{}
			stop := New(hub, "s1", configs.Captions{To: "room", Partials: partials}, s).Begin(t.Context())
			synctest.Wait()
			for _, e := range published {
				hub.Publish(e)
			}
			synctest.Wait()
			stop()
			want := finished
			if partials {
				want = append([]string{`Ana mic false false "call me"`}, want...)
			}
			if !slices.Equal(s.lines, want) {
				t.Errorf("%q\nwant %q", s.lines, want)
			}
		})
	}
}
