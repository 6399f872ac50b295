package sqlite_test

import (
	"testing"
	"time"

	"earshot/models"
)

// A waiting clip is read back with the time at which its words were said, to the millisecond; one of which nobody knows it, too.
func TestSpoolKeepsWhenWordsWereSaid(t *testing.T) {
	s := open(t)
	_, err := s.StartSession(t.Context(), models.Session{ID: "s1", Room: "r1", Started: time.Now().Add(-time.Hour)})
	must(t, err)
	spoken := time.Now().Add(-time.Minute)
	for seq, at := range []time.Time{{}, spoken} {
		must(t, s.PutClip(
			t.Context(), models.Clip{Key: models.Key{Session: "s1", Epoch: 1, Track: "t", Seq: seq + 1}, SpeakerID: "a", EndMS: 1000, Spoken: at},
		))
	}
	var got []time.Time
	for _, c := range pending(t, s) {
		got = append(got, c.Spoken)
	}
	if len(got) != 2 || !got[0].IsZero() || !got[1].Equal(spoken.Truncate(time.Millisecond)) {
		t.Errorf("words said at %v were read as %v", spoken, got)
	}
}
