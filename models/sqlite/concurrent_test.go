package sqlite_test

import (
	"fmt"
	"sync"
	"testing"

	"earshot/models"
)

// Writers, readers, searches, a deletion and a scrub at once: every line is there once, nobody sees half a commit.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	s := open(t)
	const tracks, lines = 6, 30
	startSession(t, s, "s1")
	startSession(t, s, "gone")
	for seq := 1; seq <= 50; seq++ {
		commitText(t, s, "gone", seq, "to be deleted")
	}
	var writers, others sync.WaitGroup
	stop := make(chan struct{})
	for track := range tracks {
		writers.Go(func() {
			for seq := 1; seq <= lines; seq++ {
				c := clip("s1", 1, seq, []byte("sound"))
				c.Track = fmt.Sprintf("t%d", track)
				u := utterance(c, "busy words")
				if err := s.PutClip(t.Context(), c); err != nil {
					t.Error(err)
				}
				for range 2 {
					if err := s.Put(t.Context(), record(u, []models.Flag{flag(u, "r")})); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	writers.Go(func() {
		if err := s.Erase(t.Context(), models.Erasure{Kind: models.EraseSession, Target: "gone"}); err != nil {
			t.Error(err)
		}
	})
	for range 3 {
		others.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				info, err := s.Session(t.Context(), "s1")
				if err != nil || info.Utterances != info.Flags {
					t.Errorf("%d lines and %d flags (%v)", info.Utterances, info.Flags, err)
				}
				if _, err := s.Search(t.Context(), models.SearchQuery{Text: "busy", Limit: 5}); err != nil {
					t.Error(err)
				}
				pending(t, s)
			}
		})
	}
	writers.Wait()
	close(stop)
	others.Wait()
	all, err := s.Utterances(t.Context(), "s1")
	must(t, err)
	equal(t, "lines", len(all), tracks*lines)
	equal(t, "pending", len(pending(t, s)), 0)
	must(t, s.Check(t.Context()))
}
