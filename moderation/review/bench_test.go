package review

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"earshot/models"
	"earshot/moderation/review/events"
	"earshot/moderation/review/internal/reviewtest"
)

// longSession is a session of three hours: 5000 lines by twelve people, with flags.
func longSession() *memory {
	m := &memory{sessions: []models.Session{{ID: "long", Started: start, Ended: start.Add(3 * time.Hour)}}}
	for i := range 5000 {
		at := int64(i) * 2100
		u := reviewtest.Said("long", i, fmt.Sprint("Speaker ", i*7%12), at, at+2000, "We tried it and it was hard to keep both in mind.")
		m.lines = append(m.lines, u)
		if i%50 == 0 {
			m.flags = append(m.flags, reviewtest.Flagged(u, "pace", models.LevelLow, 1))
		}
	}
	return m
}

// TestAnEveningInABrowser opens a live session of 2000 lines, 300 flags and 40 speakers on a phone and on a desktop: it loads
// quickly, and all of it can be reached.
func TestAnEveningInABrowser(t *testing.T) {
	hub := events.NewHub(events.HubConfig{})
	defer hub.Close()
	s := New(Config{
		Store: evening(true), Hub: hub, Actor: &hand{can: []models.Verb{models.VerbWarn, models.VerbMute}},
		Now: func() time.Time { return start.Add(3 * time.Minute) },
	})
	inBrowser(t, "paint.mjs", puppeteer(s, hub), 10)
}

// BenchmarkLongSession renders the page of a long session.
func BenchmarkLongSession(b *testing.B) {
	s := New(Config{Store: longSession(), Hub: events.NewHub(events.HubConfig{})})
	b.ReportAllocs()
	for b.Loop() {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "/s/long", http.NoBody)
		r.Host = "localhost"
		s.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatal(w.Code)
		}
		b.ReportMetric(float64(w.Body.Len()), "page-bytes")
	}
}
