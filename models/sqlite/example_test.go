package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"earshot/models"
	"earshot/models/sqlite"
)

// example opens a new database with one line in it. The caller calls done.
func example() (s *sqlite.Store, done func()) {
	dir, err := os.MkdirTemp("", "earshot")
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	s, err = sqlite.Open(ctx, filepath.Join(dir, "earshot.db"))
	if err != nil {
		log.Fatal(err)
	}
	session := models.Session{ID: "open-mic-1", Room: "lounge://127.0.0.1:8484/open-mic", Name: "Open mic"}
	if _, err := s.StartSession(ctx, session); err != nil {
		log.Fatal(err)
	}
	line := models.Utterance{
		Key:       models.Key{Session: "open-mic-1", Epoch: 1, Track: "mic", Seq: 1},
		SpeakerID: "ana", SpeakerName: "Ana", StartMS: 1000, EndMS: 2400, Text: "Welcome to the open mic!",
	}
	if err := s.Put(ctx, models.Record{Session: "open-mic-1", Utterance: &line}); err != nil {
		log.Fatal(err)
	}
	return s, func() {
		_ = s.Close()
		_ = os.RemoveAll(dir)
	}
}

// A database is opened, written to, and read.
func ExampleOpen() {
	s, done := example()
	defer done()
	lines, err := s.Utterances(context.Background(), "open-mic-1")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, u := range lines {
		fmt.Printf("%s: %s\n", u.SpeakerName, u.Text)
	}
	// Output: Ana: Welcome to the open mic!
}

// User input is searched for as words, never interpreted as a query language.
func ExampleStore_Search() {
	s, done := example()
	defer done()
	for _, text := range []string{"OPEN welc*", `"mic open"`} {
		page, err := s.Search(context.Background(), models.SearchQuery{Text: text})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(text, "is found", models.Count(len(page.Hits), "time"))
	}
	// Output:
	// OPEN welc* is found 1 time
	// "mic open" is found 0 times
}

// An erasure leaves an entry in the list of removals, and nothing else.
func ExampleStore_Erase() {
	s, done := example()
	defer done()
	ctx := context.Background()
	if err := s.Erase(ctx, models.Erasure{Kind: models.EraseSession, Target: "open-mic-1", By: "kim"}); err != nil {
		fmt.Println(err)
		return
	}
	_, err := s.Session(ctx, "open-mic-1")
	fmt.Println("gone:", errors.Is(err, models.ErrNotFound))
	removals, err := s.Removals(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range removals {
		fmt.Println(r.What, r.Target, "by", r.By)
	}
	// Output:
	// gone: true
	// session open-mic-1 by kim
}

// A store can be given a clock, which sets the times that are stored.
func ExampleWithClock() {
	dir, err := os.MkdirTemp("", "earshot")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	noon := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	ctx := context.Background()
	s, err := sqlite.Open(ctx, filepath.Join(dir, "earshot.db"), sqlite.WithClock(func() time.Time { return noon }))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	session, err := s.StartSession(ctx, models.Session{ID: "s1", Room: "lounge://127.0.0.1:8484/open-mic"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(session.Started)
	// Output: 2026-11-01 12:00:00 +0000 UTC
}
