package desk

import (
	"testing"
	"testing/synctest"

	"earshot/models"
)

// TestErasedWhileDecoding: somebody's words are erased while the last of them are being decoded. They are not stored after it.
func TestErasedWhileDecoding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, noRules, nil)
		s.say(s.line(1000, "an earlier line"), nil)
		u := s.line(9000, "what was said before the erasure")
		if err := s.Clip(t.Context(), models.Clip{Key: u.Key, SpeakerID: "ana", SpeakerName: "Ana", StartMS: u.StartMS, EndMS: u.EndMS, Opus: []byte{1}}); err != nil {
			t.Fatal(err)
		}
		// The decoder has the clip. A host erases Ana:
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
