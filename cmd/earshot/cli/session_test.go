package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"earshot/models"
)

// manySessions is a store with more sessions than fit on one page.
type manySessions []string

func (m manySessions) Session(_ context.Context, id string) (models.SessionInfo, error) {
	for i, s := range m {
		if s == id {
			return m.info(i), nil
		}
	}
	return models.SessionInfo{}, fmt.Errorf("store: %w", models.ErrNotFound)
}

func (m manySessions) Sessions(_ context.Context, q models.SessionQuery) ([]models.SessionInfo, error) {
	var out []models.SessionInfo
	for i := range m {
		s := m.info(i)
		if len(out) < q.Limit && (q.Before.IsZero() || s.Started.Before(q.Before)) {
			out = append(out, s)
		}
	}
	return out, nil
}

// info returns the i-th newest session.
func (m manySessions) info(i int) models.SessionInfo {
	return models.SessionInfo{Session: models.Session{ID: m[i], Started: time.Unix(int64(1e9-i), 0)}, Speakers: []models.SpeakerCounts{{}}}
}

// emptyFirst is a store whose newest session has nobody in it.
type emptyFirst struct {
	manySessions
	reason  models.EndReason
	lines   int
	present []models.SpeakerCounts
}

func (e emptyFirst) Sessions(ctx context.Context, q models.SessionQuery) ([]models.SessionInfo, error) {
	found, err := e.manySessions.Sessions(ctx, q)
	if e.reason != "" {
		found[0].Ended, found[0].Reason = found[0].Started.Add(time.Second), e.reason
	}
	found[0].Utterances, found[0].Speakers = e.lines, e.present
	return found, err
}

func TestFindSession(t *testing.T) {
	var m manySessions
	for i := range 2500 {
		m = append(m, fmt.Sprintf("s%04d", i))
	}
	m = append(m, "old-1", "old-10")
	for _, tt := range []struct{ word, want, wrong string }{
		{word: "last", want: "s0000"},
		{word: "s2499", want: "s2499"},
		{word: "old-1", want: "old-1"}, // an exact id wins over a prefix
		{word: "s012", wrong: `several session names begin with`},
		{word: "s249", wrong: `several session names begin with`},
		{word: "old-10", want: "old-10"},
		{word: "x", wrong: `no session is named "x"`},
		{word: "", wrong: `no session is named ""`},
	} {
		got, err := FindSession(t.Context(), m, tt.word)
		if got.ID != tt.want || (err == nil) != (tt.wrong == "") {
			t.Errorf("%q: %q, %v", tt.word, got.ID, err)
		}
		if err != nil && (!strings.Contains(err.Error(), tt.wrong) || exitCode(err) != ExitUsage) {
			t.Errorf("%q: %v (exit code %d)", tt.word, err, exitCode(err))
		}
	}
	if got, err := FindSession(t.Context(), manySessions{"alpha", "beta"}, "b"); got.ID != "beta" || err != nil {
		t.Errorf("unique beginning: %q, %v", got.ID, err)
	}
	somebody := []models.SpeakerCounts{{}}
	for _, tt := range []struct {
		reason  models.EndReason
		lines   int
		present []models.SpeakerCounts
		want    string
	}{
		{models.EndFailedServer, 0, nil, "was"},
		{models.EndFailedICE, 0, nil, "was"},
		{models.EndFailedAuth, 0, nil, "was"},
		{models.EndDenied, 0, nil, "was"},
		{models.EndFailedServer, 1, nil, "never"},
		{models.EndStopped, 0, nil, "never"},
		{models.EndRoomClosed, 0, nil, "never"},
		{"", 0, nil, "was"}, // invited to a room that can't be reached, or is empty
		{"", 0, somebody, "never"},
	} {
		store := emptyFirst{manySessions{"never", "was"}, tt.reason, tt.lines, tt.present}
		if got, err := FindSession(t.Context(), store, "last"); got.ID != tt.want {
			t.Errorf("the last session ended with %q and has %d lines, %d people: found %q, %v", tt.reason, tt.lines, len(tt.present), got.ID, err)
		}
	}
	if _, err := FindSession(t.Context(), manySessions{}, "last"); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("no sessions: %v", err)
	}
}

// inRooms holds sessions with their rooms and names, newest first.
type inRooms []models.SessionInfo

func (r inRooms) Sessions(context.Context, models.SessionQuery) ([]models.SessionInfo, error) {
	return r, nil
}

func (r inRooms) Session(_ context.Context, id string) (models.SessionInfo, error) {
	for _, s := range r {
		if s.ID == id {
			return s, nil
		}
	}
	return models.SessionInfo{}, models.ErrNotFound
}

// TestSessionsAreFoundByTheirRoom: a room's name finds its newest session; if several rooms share the name, the error lists their
// addresses.
func TestSessionsAreFoundByTheirRoom(t *testing.T) {
	var sessions inRooms
	for i, s := range []struct{ id, room, name string }{
		{"c2", "lounge://a/mic", "Open mic"},
		{"b1", "lounge://b/mic", "Open mic"},
		{"a2", "lounge://a/book", "Book"},
		{"a1", "lounge://a/book", "Book"},
	} {
		began := time.Date(2026, 3, 9-i, 20, 0, 0, 0, time.UTC)
		sessions = append(sessions, models.SessionInfo{Session: models.Session{ID: s.id, Room: s.room, Name: s.name, Started: began}})
	}
	for word, want := range map[string]string{"Book": "a2", "book": "a2", "lounge://a/book": "a2", "a1": "a1", "lounge://b/mic": "b1"} {
		if got, err := FindSession(t.Context(), sessions, word); got.ID != want || err != nil {
			t.Errorf("%q: %q, %v; want %q", word, got.ID, err, want)
		}
	}
	_, err := FindSession(t.Context(), sessions, "Open mic")
	if exitCode(err) != ExitUsage || models.Hint(err) != "specify one: lounge://a/mic or lounge://b/mic" {
		t.Errorf("a name of two rooms: %v, hint %q", err, models.Hint(err))
	}
}
