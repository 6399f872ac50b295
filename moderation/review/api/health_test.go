package api

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/record"
)

// TestHealthOfProcesses: who may see some rooms only does not learn of the processes, which name all rooms; where there is one, nobody
// is told of it.
func TestHealthOfProcesses(t *testing.T) {
	several := &models.Processes{Nodes: []models.NodeState{}, Unheard: []string{"secret"}}
	for _, tt := range []struct {
		name    string
		visitor auth.Visitor
		shared  *models.Processes
		told    bool
	}{
		{"all rooms", auth.Visitor{All: models.AccessViewer}, several, true},
		{"some rooms", auth.Visitor{Rooms: map[string]models.Access{"stage": models.AccessHost}}, several, false},
		{"one process", auth.Visitor{All: models.AccessOwner}, nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := New(Config{
				Record: &record.Record{}, Desk: &record.Desk{}, Rooms: &record.Rooms{}, Log: slog.New(slog.DiscardHandler),
				Events:    http.NotFoundHandler(),
				Processes: func(context.Context) (*models.Processes, error) { return tt.shared, nil },
			})
			w := httptest.NewRecorder()
			s.For(tt.visitor, "test", "", nil).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/health", http.NoBody))
			if told := strings.Contains(w.Body.String(), `"processes"`); w.Code != http.StatusOK || told != tt.told {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
}
