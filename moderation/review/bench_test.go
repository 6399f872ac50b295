package review

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"earshot/models"
)

// BenchmarkLongSession writes the page of a session of three hours: 5000 lines by twelve people, with flags.
func BenchmarkLongSession(b *testing.B) {
	m := &memory{sessions: []models.Session{{ID: "long", Started: start, Ended: start.Add(3 * time.Hour)}}}
	for i := range 5000 {
		at := int64(i) * 2100
		u := said("long", i, fmt.Sprint("Speaker ", i*7%12), at, at+2000, "We tried it and it was hard to keep both in mind.")
		m.lines = append(m.lines, u)
		if i%50 == 0 {
			m.flags = append(m.flags, flagged(u, "pace", models.LevelLow, 1))
		}
	}
	s := New(Config{Store: m, Hub: NewHub(HubConfig{})})
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
