package postgres_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"earshot/models"
	"earshot/models/postgres"
	"earshot/models/postgres/pgtest"
	"earshot/models/store"
	"earshot/models/store/storetest"
)

func said(text string) models.Event {
	return models.Event{SessionID: "s1", Utterance: &models.Utterance{Text: text, State: models.UtteranceOK}}
}

// read follows the events from one on, and returns them with the latest.
func read(t *testing.T, s *postgres.Store, seen uint64) (texts []string, last uint64) {
	t.Helper()
	last = seen
	for {
		got, err := s.EventsAfter(t.Context(), last, 3)
		storetest.Must(t, err)
		for _, e := range got {
			if e.Seq <= last {
				t.Errorf("event %d after %d", e.Seq, last)
			}
			last = e.Seq
			if e.Utterance != nil {
				texts = append(texts, e.Utterance.Text)
			}
		}
		if len(got) < 3 {
			return texts, last
		}
	}
}

// What one process appends others read in the same order, from where they were; what is erased is not among it.
func TestEvents(t *testing.T) {
	dsn := pgtest.DSN(t)
	a, b := openAt(t, dsn), openAt(t, dsn)
	ctx := t.Context()
	_, first := read(t, a, 0)
	var want []string
	for i := range 7 {
		want = append(want, fmt.Sprintf("line %d", i))
	}
	var events []models.Event
	for _, w := range want {
		events = append(events, said(w))
	}
	storetest.Must(t, a.PutEvents(ctx, first, events[:5]))
	storetest.Must(t, b.PutEvents(ctx, 0, events[5:]))
	got, last := read(t, b, first)
	storetest.Equal(t, "lines", got, want)
	storetest.Must(t, a.PruneEvents(ctx))
	got, _ = read(t, b, 0)
	storetest.Equal(t, "held", got, want)
	pgtest.Exec(t, dsn, "UPDATE events SET at = at - 3600000")
	storetest.Must(t, a.PruneEvents(ctx))
	got, end := read(t, b, 0)
	storetest.Equal(t, "the latest stays", got, want[6:])
	storetest.Equal(t, "its number", end, last)
	_, err := a.EventsAfter(ctx, first, 10)
	storetest.WantErr(t, "too old", err, store.ErrGone)
	storetest.WantErr(t, "of a writer who lags", a.PutEvents(ctx, first, events), store.ErrGone)

	storetest.StartSession(t, a, "s1")
	storetest.PutLine(t, a, "s1", 1, "zqxmarker")
	storetest.Must(t, a.PutEvents(ctx, end, []models.Event{said("zqxmarker")}))
	storetest.Must(t, b.Erase(ctx, models.Erasure{Kind: models.EraseSession, Target: "s1"}))
	storetest.WantErr(t, "of before the erasure", a.PutEvents(ctx, end, []models.Event{said("zqxmarker")}), store.ErrGone)
	_, err = a.EventsAfter(ctx, end, 10)
	storetest.WantErr(t, "erased", err, store.ErrGone)
	storetest.Equal(t, "traces", traces(t, dsn, "zqx"), "")
	got, again := read(t, a, 0)
	if len(got) > 0 || again <= end {
		t.Errorf("%d events at %d", len(got), again)
	}
	dump := value(t, dsn, "SELECT relpersistence FROM pg_class WHERE relname = 'events'")
	storetest.Equal(t, "not in the server's log", dump, "u")
}

// However many processes append at once, a reader misses none, and sees those of each in their order.
func TestEventsOfMany(t *testing.T) {
	dsn := pgtest.DSN(t)
	stores := []*postgres.Store{openAt(t, dsn), openAt(t, dsn), openAt(t, dsn)}
	_, last := read(t, stores[0], 0)
	const batches, each = 20, 3
	var all sync.WaitGroup
	for n, s := range stores {
		all.Go(func() {
			for i := range batches {
				var batch []models.Event
				for j := range each {
					batch = append(batch, said(fmt.Sprintf("%d %03d", n, i*each+j)))
				}
				if err := s.PutEvents(t.Context(), 0, batch); err != nil {
					t.Error(err)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { all.Wait(); close(done) }()
	next, total := map[string]int{}, 0
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		var texts []string
		texts, last = read(t, stores[0], last)
		for _, text := range texts {
			node, number, _ := strings.Cut(text, " ")
			if number != fmt.Sprintf("%03d", next[node]) {
				t.Fatalf("%s of %s, want %d", number, node, next[node])
			}
			next[node]++
			total++
		}
	}
	storetest.Equal(t, "events", total, len(stores)*batches*each)
}

// Who listens is told of what others append, and learns that the connection was lost.
func TestListenEvents(t *testing.T) {
	dsn := pgtest.DSN(t)
	a, b := openAt(t, dsn), openAt(t, dsn)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	told, lost := make(chan struct{}, 100), make(chan error, 1)
	go func() { lost <- b.ListenEvents(ctx, func() { told <- struct{}{} }) }()
	<-told // it listens
	storetest.Must(t, a.PutEvents(ctx, 0, []models.Event{said("a")}))
	<-told
	pgtest.Exec(t, dsn, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'earshot events'
		AND datname = current_database()`)
	storetest.WantErr(t, "cut", <-lost, models.ErrUnavailable)
	go func() { lost <- b.ListenEvents(ctx, func() { told <- struct{}{} }) }()
	<-told
	cancel()
	storetest.WantErr(t, "ended", <-lost, context.Canceled)
}
