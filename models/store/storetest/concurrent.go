package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"earshot/models"
)

// Writers, readers, searches, a deletion and a scrub at the same time: every line is there once, and nobody sees half a commit.
func testConcurrent(t *testing.T, s suite) {
	const tracks, lines = 6, 30
	StartSession(t, s, "s1")
	StartSession(t, s, "gone")
	for seq := 1; seq <= 50; seq++ {
		PutLine(t, s, "gone", seq, "to be deleted")
	}
	var writers, others sync.WaitGroup
	stop := make(chan struct{})
	for track := range tracks {
		writers.Go(func() {
			for seq := 1; seq <= lines; seq++ {
				c := Clip("s1", 1, seq, []byte("sound"))
				c.Track = fmt.Sprintf("t%d", track)
				u := Line(c, "busy words")
				if err := s.PutClip(t.Context(), c); err != nil {
					t.Error(err)
				}
				for range 2 {
					if err := s.Put(t.Context(), Record(u, []models.Flag{Flag(u, "r")})); err != nil {
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
				// A search has a time limit, which a busy machine may reach.
				_, err = s.Search(t.Context(), models.SearchQuery{Text: "busy", Limit: 5})
				if err != nil && !errors.Is(err, models.ErrUnavailable) {
					t.Error(err)
				}
				Pending(t, s)
			}
		})
	}
	writers.Wait()
	close(stop)
	others.Wait()
	all, err := s.Utterances(t.Context(), "s1")
	Must(t, err)
	Equal(t, "lines", len(all), tracks*lines)
	Equal(t, "pending", len(Pending(t, s)), 0)
	Must(t, s.Check(t.Context()))
}
