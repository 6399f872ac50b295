package live

import (
	"testing"
	"testing/synctest"
	"time"

	"earshot/models"
)

// TestErasedWhileDecoding: somebody's words are erased while the last of them are being decoded. Those are not stored afterwards.
func TestErasedWhileDecoding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, noRules, nil)
		s.say(s.line(1000, "an earlier line"), nil)
		u := s.line(9000, "what was said before the erasure")
		if err := s.j.Clip(t.Context(), models.Clip{
			Key: u.Key, SpeakerID: "ana", SpeakerName: "Ana", StartMS: u.StartMS, EndMS: u.EndMS, Opus: []byte{1},
		}); err != nil {
			t.Fatal(err)
		}
		// The decoder has the clip when a host erases Ana:
		if err := s.store.Erase(t.Context(), models.Erasure{Kind: models.ErasePerson, Target: "ana", By: "host"}); err != nil {
			t.Fatal(err)
		}
		if err := s.Done(t.Context(), u); err != nil { // the decoder is ready
			t.Fatal(err)
		}
		lines, _ := s.store.Utterances(t.Context(), "s1")
		people, _ := s.store.Speakers(t.Context(), "s1")
		if len(lines) > 0 || len(people) > 0 {
			t.Errorf("after the erasure: %d lines (%q), people %+v", len(lines), lines[0].Text, people)
		}
	})
}

// TestErasedWhileSomethingWaits: somebody's words are erased while a host is asked about them and a second look is pending. The
// results bring none of them back.
func TestErasedWhileSomethingWaits(t *testing.T) {
	for name, rules := range map[string]string{"an ask": asking, "a second look": lookActs} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, h := newScene(t, rules, nil), &hands{}
				leave := attended(t, s, h)
				s.say(s.line(9000, "the private matter and the secret word"), []byte{1})
				if err := s.store.Erase(t.Context(), models.Erasure{Kind: models.ErasePerson, Target: "ana", By: "host"}); err != nil {
					t.Fatal(err)
				}
				for _, looked := range s.again {
					looked(s.line(9000, "the private matter and the secret word"))
				}
				time.Sleep(time.Minute)
				leave()
				ds, err := s.store.Decisions(t.Context(), "s1")
				as, _ := s.store.Actions(t.Context(), "s1")
				if err != nil || len(ds)+len(as)+len(s.flags()) > 0 {
					t.Errorf("after the erasure: %+v, %+v, %v", ds, as, err)
				}
			})
		})
	}
}
