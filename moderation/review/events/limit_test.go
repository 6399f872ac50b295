package events

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"earshot/moderation/review/auth"
	"earshot/moderation/review/web"
)

// loginNeeded is the Access of pages where everybody has to log in.
type loginNeeded struct{}

func (loginNeeded) Open() bool               { return false }
func (loginNeeded) Changed() <-chan struct{} { return nil }
func (loginNeeded) Same(*http.Request) bool  { return true }

// TestEventStreamsOfOneVisitor: one visitor, wherever from, and one address, whoever it is, hold no more than their share of
// the event streams, and get it back.
func TestEventStreamsOfOneVisitor(t *testing.T) {
	s := NewStreams(StreamConfig{Access: loginNeeded{}, Most: 5, Each: 2, Fail: func(w http.ResponseWriter, _ *http.Request, err error) {
		status, _ := web.Status(err)
		w.WriteHeader(status)
	}})
	watch := func(name, from string) (func(), int) {
		r := httptest.NewRequest(http.MethodGet, "/events", http.NoBody)
		r.RemoteAddr = from
		w := httptest.NewRecorder()
		done, ok := s.watching(w, auth.WithVisitor(r, auth.Visitor{Name: name}))
		if ok {
			return done, http.StatusOK
		}
		if w.Header().Get("Retry-After") == "" {
			t.Error("a refusal does not say when to come again")
		}
		return nil, w.Code
	}
	var leave []func()
	for _, tt := range []struct {
		name, from string
		want       int
	}{
		{"Kim", "192.0.2.1:1", http.StatusOK},
		{"Kim", "192.0.2.2:1", http.StatusOK},
		{"Kim", "192.0.2.3:1", http.StatusTooManyRequests}, // a third of Kim's
		{"Lee", "192.0.2.1:2", http.StatusOK},
		{"Max", "192.0.2.1:3", http.StatusTooManyRequests}, // a third from the address
		{"Max", "[2001:db8::1]:1", http.StatusOK},
		{"Ned", "[2001:db8::2]:1", http.StatusOK}, // the fifth of all
		{"Oda", "192.0.2.9:1", http.StatusServiceUnavailable},
	} {
		done, got := watch(tt.name, tt.from)
		if got != tt.want {
			t.Fatalf("%s from %s: %d, want %d", tt.name, tt.from, got, tt.want)
		}
		if done != nil {
			leave = append(leave, done)
		}
	}
	for _, done := range leave {
		done()
		done() // a second call counts for nothing
	}
	if len(s.limit.held) != 0 || s.limit.open != 0 {
		t.Errorf("after all have left: %d open, %v held", s.limit.open, s.limit.held)
	}
}
