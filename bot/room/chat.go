package room

import (
	"context"
	"slices"
	"strings"
	"sync"

	"earshot/bot"
	"earshot/models"
)

// request is an objection, or its withdrawal, made in the chat.
type request struct {
	id      string
	objects bool
}

// requests is a queue of requests in order of arrival. It holds only the latest of each person, so that nobody can flood it. Its methods
// may be called from any goroutine.
type requests struct {
	added chan struct{} // signals an addition

	mu      sync.Mutex
	waiting []request
}

func newRequests() *requests { return &requests{added: make(chan struct{}, 1)} }

// add queues a request, replacing an earlier one of the same person.
func (q *requests) add(r request) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if i := slices.IndexFunc(q.waiting, func(o request) bool { return o.id == r.id }); i >= 0 {
		q.waiting[i] = r
	} else {
		q.waiting = append(q.waiting, r)
	}
	ring(q.added)
}

// next takes the oldest request.
func (q *requests) next() (r request, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		return r, false
	}
	r, q.waiting = q.waiting[0], q.waiting[1:]
	return r, true
}

// ring sends a signal on a channel with a buffer of one.
func ring(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// requestOf parses a chat message. It returns false if the message is not one of the bot's commands.
func requestOf(id, text string) (request, bool) {
	word, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(text)), " ")
	r := request{id: id, objects: word == bot.OptOut}
	return r, id != "" && (r.objects || word == bot.OptIn)
}

// objectByChat puts an objection made in the chat into force, and stores it.
func (s *stay) objectByChat(id string) {
	if s.pipe.Object(id, true) {
		s.consent(id, models.ConsentObjected, "chat")
	}
}

// answer handles requests until the context ends.
func (s *stay) answer(ctx context.Context, q *requests) {
	for {
		select {
		case <-q.added:
		case <-ctx.Done():
			return
		}
		for r, ok := q.next(); ok && ctx.Err() == nil; r, ok = q.next() {
			s.grant(ctx, r)
		}
	}
}

// grant handles a request. An objection is usually in force already, unless an earlier request was still being handled.
func (s *stay) grant(ctx context.Context, r request) {
	if r.objects {
		s.objectByChat(r.id)
		s.say(ctx, r.id, s.cfg.Notice.OptedOutLine())
		return
	}
	if s.object(ctx, r.id, false) {
		s.consent(r.id, models.ConsentWithdrew, "chat")
	}
}
