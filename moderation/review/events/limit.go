package events

import (
	"net/http"
	"sync"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/web"
)

// limit counts the open event streams, so that no visitor and no address can use all of them.
type limit struct {
	most, each int // in all; of one visitor or from one address

	mu   sync.Mutex
	open int
	held map[string]int
}

// take reserves a stream for these keys, until done is called. ok is false if none is left; theirs says that the limit per key was
// the reason.
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

// watching reserves a place for the event stream of a request; it reports false after writing a refusal.
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
		s.Fail(w, r, web.Refuse(http.StatusTooManyRequests, "You have too many live pages open. Close some of them."))
	default:
		w.Header().Set("Retry-After", "10")
		s.Fail(w, r, web.Refuse(http.StatusServiceUnavailable, "Too many live pages are open. Try again in a moment."))
	}
	return nil, false
}
