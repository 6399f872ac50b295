package postgres_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/postgres"
	"earshot/models/postgres/pgtest"
	"earshot/models/store/storetest"
)

// BenchmarkClips is a clip of 40 kB from when it is stored until its line is: stored, claimed by another process, decoded there in no time,
// handed back, and stored as a line with all that belongs to it. Eight rooms do so at a time, and four processes claim. Queue is the same
// up to the handing back.
func BenchmarkClips(b *testing.B) {
	b.Run("queue", func(b *testing.B) { throughQueue(b, false) })
	b.Run("lines", func(b *testing.B) { throughQueue(b, true) })
}

func throughQueue(b *testing.B, lines bool) {
	b.Helper()
	dsn := pgtest.DSN(b)
	home := openAt(b, dsn)
	const rooms, decoders = 8, 4
	for r := range rooms {
		storetest.StartSession(b, home, fmt.Sprint("s", r))
	}
	opus := make([]byte, 40<<10)
	var next, done atomic.Int64
	failed, finished := make(chan error, rooms+decoders+1), make(chan struct{})
	b.ResetTimer()
	for r := range rooms {
		go func() {
			for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
				c := storetest.Clip(fmt.Sprint("s", r), 1, int(n), opus)
				c.Track, c.Home, c.Spoken = fmt.Sprint("t", n), "home", time.Now()
				if err := home.PutClip(b.Context(), c); err != nil {
					failed <- err
					return
				}
			}
		}()
	}
	for d := range decoders {
		s, node := openAt(b, dsn), fmt.Sprint("n", d)
		go func() {
			for done.Load() < int64(b.N) {
				clips, err := s.ClaimClips(b.Context(), models.ClipClaim{Node: node, Lease: time.Minute, Most: 1})
				for _, c := range clips {
					if _, err = s.ClaimClip(b.Context(), c.Key, node, time.Minute); err == nil {
						err = s.PutResult(b.Context(), node, storetest.Line(c, "words"))
						if err == nil && !lines && done.Add(1) == int64(b.N) {
							close(finished)
						}
					}
				}
				if err != nil {
					failed <- err
					return
				}
			}
		}()
	}
	if lines {
		go func() {
			if err := storeResults(b, home, &done); err != nil {
				failed <- err
				return
			}
			close(finished)
		}()
	}
	select {
	case err := <-failed:
		b.Fatal(err)
	case <-finished:
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "clips/s")
}

// storeResults stores the lines that come back as they come, until all have.
func storeResults(b *testing.B, home *postgres.Store, done *atomic.Int64) error {
	b.Helper()
	for done.Load() < int64(b.N) {
		back, err := home.Results(b.Context(), "home")
		if err != nil {
			return err
		}
		for _, u := range back {
			if err := home.Put(b.Context(), storetest.Record(u, nil)); err != nil {
				return err
			}
			done.Add(1)
		}
	}
	return nil
}
