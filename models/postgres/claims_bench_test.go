package postgres_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/postgres/pgtest"
	"earshot/models/store/storetest"
)

// BenchmarkClips is a clip of 40 kB from when it is stored until its line is: stored, claimed by another process, decoded there in no time,
// handed back, and stored as a line. Eight rooms do so at a time, and four processes claim.
func BenchmarkClips(b *testing.B) {
	dsn := pgtest.DSN(b)
	home := openAt(b, dsn)
	const rooms, decoders = 8, 4
	for r := range rooms {
		storetest.StartSession(b, home, fmt.Sprint("s", r))
	}
	opus := make([]byte, 40<<10)
	var next, done atomic.Int64
	failed := make(chan error, rooms+decoders+1)
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
					}
				}
				if err != nil {
					failed <- err
					return
				}
			}
		}()
	}
	for done.Load() < int64(b.N) {
		select {
		case err := <-failed:
			b.Fatal(err)
		default:
		}
		lines, err := home.Results(b.Context(), "home")
		storetest.Must(b, err)
		for _, u := range lines {
			storetest.Must(b, home.Put(b.Context(), storetest.Record(u, nil)))
			done.Add(1)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "clips/s")
}
