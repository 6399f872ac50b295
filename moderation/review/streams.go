package review

import (
	"net/http"
	"sync"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/web"
)

// streams counts the open event streams, so that no visitor and no address holds all that there are.
type streams struct {
	most, each int // in all; of one visitor or from one address

	mu   sync.Mutex
	open int
	held map[string]int
}

// take takes a place for a stream that counts for these, until done is called. ok is false when there is none left; theirs says
// that it is because of what they hold.
func (s *streams) take(whose ...string) (done func(), theirs, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range whose {
		if s.held[w] >= s.each {
			return nil, true, false
		}
	}
	if s.open >= s.most {
		return nil, false, false
	}
	if s.held == nil {
		s.held = map[string]int{}
	}
	s.count(whose, 1)
	return sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.count(whose, -1)
	}), false, true
}

func (s *streams) count(whose []string, n int) {
	s.open += n
	for _, w := range whose {
		if s.held[w] += n; s.held[w] == 0 {
			delete(s.held, w)
		}
	}
}

// watching takes a place for the event stream that a request asks for; it reports false after writing a refusal.
func (s *Server) watching(w http.ResponseWriter, r *http.Request) (done func(), ok bool) {
	whose := []string{"from " + models.SourceOf(r.RemoteAddr)}
	if v := auth.VisitorOf(r.Context()); !s.auth.Open() && v.Name != "" {
		whose = append(whose, "user "+v.Name)
	}
	done, theirs, ok := s.streams.take(whose...)
	switch {
	case ok:
		return done, true
	case theirs:
		w.Header().Set("Retry-After", "10")
		s.apiError(w, r, web.Refuse(http.StatusTooManyRequests, "Too many of your pages are watching. Close some of them."))
	default:
		w.Header().Set("Retry-After", "10")
		s.apiError(w, r, web.Refuse(http.StatusServiceUnavailable, "Too many pages are watching. Try again in a moment."))
	}
	return nil, false
}
