package postgres_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"earshot/models"
	"earshot/models/postgres/pgtest"
	"earshot/models/store/storetest"
	"earshot/models/waittest"
)

// TestServerKilled: what was acknowledged is there after the server was killed and started again, the store goes on by itself, and
// says meanwhile that it takes nothing.
func TestServerKilled(t *testing.T) {
	server, err := pgtest.Start(true)
	if errors.Is(err, pgtest.ErrNone) {
		t.Skip(err)
	}
	storetest.Must(t, err)
	defer server.Remove()
	s := openAt(t, server.DSN("postgres"))
	storetest.StartSession(t, s, "s1")
	var mu sync.Mutex
	acknowledged := 0
	put := func(seq int) error {
		u := storetest.Line(storetest.Clip("s1", 1, seq, nil), "words")
		err := s.Put(t.Context(), storetest.Record(u, nil))
		if err == nil {
			mu.Lock()
			acknowledged++
			mu.Unlock()
		}
		return err
	}
	some, ended := make(chan struct{}), make(chan error)
	go func() {
		for seq := 1; ; seq++ {
			if err := put(seq); err != nil {
				ended <- err
				return
			}
			if seq == 20 {
				close(some)
			}
		}
	}()
	<-some
	server.Kill()
	storetest.WantErr(t, "a line without a server", <-ended, models.ErrUnavailable)
	storetest.WantErr(t, "trying to write", s.TryWriting(t.Context()), models.ErrUnavailable)
	if s.Trouble() == nil {
		t.Error("no trouble is told")
	}
	loss := models.Loss{Gap: models.Gap{
		Session: "s1", SpeakerID: "ana", StartMS: 1, EndMS: 2, LostMS: 1, Cause: models.GapOverload,
	}, Settled: true}
	storetest.Must(t, s.NoteLosses("s1", []models.Loss{loss}))

	storetest.Must(t, server.Run())
	waittest.Until(t, "the store writes again", func() bool { return s.TryWriting(t.Context()) == nil })
	if s.Trouble() != nil {
		t.Error("trouble is told still")
	}
	lines, err := s.Utterances(t.Context(), "s1")
	storetest.Must(t, err)
	if n := len(lines); n < acknowledged || n > acknowledged+1 { // the last one may have been stored without a word
		t.Errorf("%d lines, %d acknowledged", n, acknowledged)
	}
	gaps, err := s.Gaps(t.Context(), "s1")
	storetest.Must(t, err)
	storetest.Equal(t, "gaps", gaps, []models.Gap{loss.Gap})
	storetest.Must(t, put(1_000_000))
}

// TestErrorsQuoteNothing: neither the server's messages nor the driver's come through, for they quote values.
func TestErrorsQuoteNothing(t *testing.T) {
	dsn := pgtest.DSN(t)
	s := openAt(t, dsn)
	storetest.StartSession(t, s, "s1")
	u := storetest.Line(storetest.Clip("s1", 1, 1, nil), "zqxsaid")
	u.SpeakerID = "zqxsaid\x00" // which the server refuses, quoting nothing, and is the caller's mistake
	err := s.Put(t.Context(), storetest.Record(u, nil))
	storetest.WantErr(t, "a text with a zero", err, models.ErrInvalid)

	pgtest.Exec(t, dsn, "ALTER TABLE utterances ADD CONSTRAINT quoting CHECK (text <> 'zqxsaid')")
	u.SpeakerID = "ana"
	err = s.Put(t.Context(), storetest.Record(u, nil))
	if err == nil {
		t.Fatal("the server took what it should not")
	}
	var server interface{ SQLState() string }
	if errors.As(err, &server) {
		t.Errorf("the server's error comes through: %T", server)
	}
	pgtest.Exec(t, dsn, "ALTER TABLE speakers ALTER COLUMN first_ms TYPE text", "UPDATE speakers SET first_ms = 'zqxsaid'",
		"INSERT INTO speakers VALUES ('s1', 'ana', 'Ana', '', 'zqxsaid')")
	_, unreadable := s.Speakers(t.Context(), "s1") // database/sql quotes what it cannot read
	for what, err := range map[string]error{"a refused row": err, "an unreadable column": unreadable} {
		if err == nil || strings.Contains(err.Error(), "zqxsaid") || strings.Contains(err.Error(), "Failing row") {
			t.Errorf("%s: %v", what, err)
		}
	}
}
