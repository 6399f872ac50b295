package live

import (
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot/audio"
	"earshot/models"
)

const lookActs = `schema: 1
mode: act
rules:
  - id: slur
    when: {says: {phrase: "secret word"}}
    second_look: {must_agree: false}
    then: [flag: {level: high}, mute: {for: 60s}]
`

// TestOldPendingVerdictIsNotSprung: the program was killed while a verdict waited for a second look, and starts three days later. No
// action is taken.
func TestOldPendingVerdictIsNotSprung(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, lookActs, nil)
		u := s.line(5000, "it was the secret word again")
		s.say(u, []byte{1})
		ds, err := s.store.Decisions(t.Context(), "s1")
		if err != nil || len(ds) != 1 || ds[0].Verdict != models.VerdictPending {
			t.Fatal(ds, err)
		}
		d := ds[0]
		d.Created = time.Now().Add(-72 * time.Hour)
		if err := s.store.Put(t.Context(), models.Record{Session: "s1", Decisions: []models.Decision{d}}); err != nil {
			t.Fatal(err)
		}
		_ = s.store.EndSession(t.Context(), "s1", models.EndStopped, time.Now().Add(-72*time.Hour))
		again := New(Config{
			Store: s.store, Policies: s.policies, Show: s, Count: nobody{}, Quota: NewQuota(
				s.store, 1024,
			), Sounds: audio.OggFiles{}, Log: slog.New(slog.DiscardHandler),
		})
		again.Into(s)
		again.Hosts().Verbs("s1") // a host opens the page of that session, or a clip of it was still in the spool
		if _, err := again.Session(t.Context(), "s1"); err != nil {
			t.Fatal(err)
		}
		planned, err := s.store.PlannedActions(t.Context(), "r1", time.Now().Add(-planFresh))
		if err != nil || len(planned) > 0 {
			for _, a := range planned {
				t.Errorf(
					"words of three days ago: %s of %s for %d ms is to be done now (created %v ago)", a.Verb, a.TargetName, a.ForMS,
					time.Since(a.Created).Round(time.Second),
				)
			}
		}
	})
}

// TestLateSecondLookIsOnlyWrittenDown: the second look was made ten minutes after the words, when there was time for it. No action
// is taken.
func TestLateSecondLookIsOnlyWrittenDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, lookActs, nil)
		u := s.line(5000, "it was the secret word again")
		s.say(u, []byte{1})
		ds, _ := s.store.Decisions(t.Context(), "s1")
		out, err := s.j.judge.rules.SecondLook(ds[0].ID, "m", u, false, time.Now().Add(10*time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		if len(out.Actions) > 0 {
			t.Errorf("%s is done ten minutes after the words; a line that late is only logged", out.Actions[0].Verb)
		}
	})
}

// TestSecondLookThatWasNotMadeHeardNothing: a second look that could not be made does not report a different text.
func TestSecondLookThatWasNotMadeHeardNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, redacting, nil)
		s.say(s.line(5000, "it was the secret word again"), []byte{1})
		if len(s.again) != 1 {
			t.Fatal(len(s.again))
		}
		s.again[0](models.Utterance{State: models.UtteranceFailed}) // the program stops, or the decoder died
		ds, _ := s.store.Decisions(t.Context(), "s1")
		if strings.Contains(ds[0].Why, "did not hear") {
			t.Errorf("nobody listened a second time, and the record says: %s", ds[0].Why)
		}
	})
}
