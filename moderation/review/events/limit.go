package events

import (
	"net/http"
	"sync"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/web"
)

// limit counts the open event streams, so that no visitor and no address holds all that there are.
type limit struct {
	most, each int // in all; of one visitor or from one address

	mu   sync.Mutex
	open int
	held map[string]int
}

// take takes a place for a stream that counts for these, until done is called. ok is false when there is none left; theirs says
// that it is because of what they hold.
func (l *limit) take(whose ...string) (done func(), theirs, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, w := range whose {
		if l.held[w] >= l.each {
			return nil, true, false
		}
	}
	if l.open >= l.most {
		return nil, false, false
	}
	if l.held == nil {
		l.held = map[string]int{}
	}
	l.count(whose, 1)
	return sync.OnceFunc(func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.count(whose, -1)
	}), false, true
}

func (l *limit) count(whose []string, n int) {
	l.open += n
	for _, w := range whose {
		if l.held[w] += n; l.held[w] == 0 {
			delete(l.held, w)
		}
	}
}

// watching takes a place for the event stream that a request asks for; it reports false after writing a refusal.
func (s *Streams) watching(w http.ResponseWriter, r *http.Request) (done func(), ok bool) {
	whose := []string{"from " + models.SourceOf(r.RemoteAddr)}
	if v := auth.VisitorOf(r.Context()); !s.Access.Open() && v.Name != "" {
		whose = append(whose, "user "+v.Name)
	}
	done, theirs, ok := s.limit.take(whose...)
	switch {
	case ok:
		return done, true
	case theirs:
		w.Header().Set("Retry-After", "10")
		s.Fail(w, r, web.Refuse(http.StatusTooManyRequests, "Too many of your pages are watching. Close some of them."))
	default:
		w.Header().Set("Retry-After", "10")
		s.Fail(w, r, web.Refuse(http.StatusServiceUnavailable, "Too many pages are watching. Try again in a moment."))
	}
	return nil, false
}
