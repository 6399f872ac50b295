//go:build !race

package audio

import (
	"slices"
	"testing"
	"time"

	"earshot/models"
)

// A snapshot is the beginning of the clip that follows, under its key; nothing is shared: whatever is done to it, the clip is the
// same as without it.
func TestSnapshot(t *testing.T) {
	pcm, _ := talk(t, 1000)
	packets := encode(t, pcm, speech24)
	plain, want := newTestTrack(t, nil)
	run(plain, packets, 0)

	tr, rec := newTestTrack(t, nil)
	snapshots := map[models.Key][]models.Clip{}
	now := time.Duration(0)
	for i, p := range packets {
		now = p.at
		tr.Push(p.Packet, now)
		tr.Tick(now)
		if i%25 != 0 {
			continue
		}
		c, ok := tr.Snapshot()
		if seq, ms := tr.Open(); ok != (ms > 0) || ok && (c.Seq != seq || c.DurationMS() != ms) {
			t.Fatalf("Open tells %d of %d ms, Snapshot %v of %d ms", seq, ms, c.Key, c.DurationMS())
		}
		if !ok {
			continue
		}
		kept := c
		kept.PCM = slices.Clone(c.PCM)
		snapshots[c.Key] = append(snapshots[c.Key], kept)
		for i := range c.PCM {
			c.PCM[i] = 9
		}
		_ = append(c.PCM, 9)
	}
	tr.Close(now + time.Second)
	if len(rec.clips) != len(want.clips) {
		t.Fatalf("%d clips, want %d", len(rec.clips), len(want.clips))
	}
	for i, c := range rec.clips {
		if !slices.Equal(c.PCM, want.clips[i].PCM) || c.VoicedMS != want.clips[i].VoicedMS {
			t.Errorf("%v: the clip was changed through a snapshot", c.Key)
		}
		if len(snapshots[c.Key]) < 2 {
			t.Errorf("%v: %d snapshots in %d ms", c.Key, len(snapshots[c.Key]), c.DurationMS())
		}
		for _, s := range snapshots[c.Key] {
			n := min(len(s.PCM), len(c.PCM))
			if s.StartMS != c.StartMS || s.SpeakerID != c.SpeakerID || s.VoicedMS < previewVoicedMS || s.LevelDBFS < -60 ||
				!slices.Equal(s.PCM[:n], c.PCM[:n]) {
				t.Errorf("%v: a snapshot of %d ms from %d with %d ms voiced is not the clip's beginning", c.Key, s.DurationMS(), s.StartMS, s.VoicedMS)
			}
		}
	}
}

func TestNoSnapshotOfSilence(t *testing.T) {
	tr, _ := newTestTrack(t, nil)
	for _, p := range encode(t, noise(4000, -66, 3), speech24) {
		tr.Push(p.Packet, p.at)
		tr.Tick(p.at)
		if c, ok := tr.Snapshot(); ok {
			t.Fatalf("a snapshot with %d ms voiced of noise", c.VoicedMS)
		}
	}
}
