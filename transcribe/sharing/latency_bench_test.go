package sharing

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/postgres"
	"earshot/models/postgres/pgtest"
	"earshot/models/store/storetest"
	"earshot/transcribe"
)

// BenchmarkLatency is how long a clip of 40 kB takes from when it is stored until its line is handed to who heard it, decoded in no time by
// that process or by another one with the same PostgreSQL database. The difference is what sharing adds.
func BenchmarkLatency(b *testing.B) {
	server, err := pgtest.Start(true)
	if errors.Is(err, pgtest.ErrNone) {
		b.Skip(err)
	}
	storetest.Must(b, err)
	b.Cleanup(server.Remove)
	for _, where := range []string{"here", "elsewhere"} {
		b.Run(where, func(b *testing.B) {
			pgtest.Exec(b, server.DSN("postgres"), "DROP DATABASE IF EXISTS latency", "CREATE DATABASE latency")
			lines := make(chan models.Utterance, 1)
			var here, there []transcribe.Decoder
			if decoder := (says{text: "words"}); where == "here" {
				here = append(here, decoder)
			} else {
				there = append(there, decoder)
			}
			home := benchProcess(b, server, "home", func(_ context.Context, u models.Utterance) error { lines <- u; return nil }, here)
			benchProcess(b, server, "other", nil, there)
			storetest.StartSession(b, home.Spool.(*postgres.Store), "s1")
			var took []time.Duration
			talk := time.NewTimer(0) // people don't talk in step with the processes' polling
			for n := 1; b.Loop(); n++ {
				<-talk.C
				c := storetest.Clip("s1", 1, n, make([]byte, 40<<10))
				c.Home, c.Spoken = "home", time.Now()
				began := time.Now()
				storetest.Must(b, home.Spool.(*postgres.Store).PutClip(b.Context(), c))
				home.text.Submit(c)
				u := <-lines
				took = append(took, time.Since(began))
				storetest.Must(b, home.Spool.(*postgres.Store).Put(b.Context(), storetest.Record(u, nil)))
				talk.Reset(time.Duration(rand.Int64N(int64(2 * lookEvery))))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// benchProcess runs a process with a store of its own until the benchmark is over.
func benchProcess(
	b *testing.B, server *pgtest.Server, node string, done transcribe.Done, decoders []transcribe.Decoder,
) *process {
	b.Helper()
	s, err := postgres.Open(b.Context(), server.DSN("latency"))
	storetest.Must(b, err)
	p := &process{Sharer: New(Config{Spool: s, Node: node, Done: done, Log: slog.New(slog.DiscardHandler)})}
	p.text, err = transcribe.New(transcribe.Config{
		Decoders: decoders, Model: node, NoteAttempt: p.Note, Fetch: s.Clip,
		Decode: func(c *models.Clip) error { c.PCM = make([]float32, 16000); return nil },
	}, p.Deliver)
	storetest.Must(b, err)
	p.Into(p.text)
	ctx, cancel := context.WithCancel(b.Context())
	var all sync.WaitGroup
	all.Go(func() { _ = p.text.Run(ctx) })
	all.Go(func() { _ = p.Run(ctx) })
	b.Cleanup(func() {
		cancel()
		all.Wait()
		storetest.Must(b, s.Close())
	})
	return p
}
