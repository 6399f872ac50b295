package room

import (
	"context"
	"slices"
	"strings"
	"sync"

	"earshot/bot"
	"earshot/models"
)

// wish is what somebody wants, said in the chat.
type wish struct {
	id      string
	objects bool
}

// wishes wait for an answer, in the order in which people first said something: of each person only what they said last, so
// that they are no more than the people are, and nobody's flood drowns another's word. Its methods may be called from any
// goroutine.
type wishes struct {
	words chan struct{} // rings when there is one

	mu      sync.Mutex
	waiting []wish
}

func newWishes() *wishes { return &wishes{words: make(chan struct{}, 1)} }

// add adds a wish, in place of what its person said before.
func (ws *wishes) add(w wish) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if i := slices.IndexFunc(ws.waiting, func(o wish) bool { return o.id == w.id }); i >= 0 {
		ws.waiting[i] = w
	} else {
		ws.waiting = append(ws.waiting, w)
	}
	select {
	case ws.words <- struct{}{}:
	default:
	}
}

// next takes the wish that waits longest.
func (ws *wishes) next() (w wish, ok bool) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if len(ws.waiting) == 0 {
		return w, false
	}
	w, ws.waiting = ws.waiting[0], ws.waiting[1:]
	return w, true
}

// wishOf finds what a line in the chat asks of the bot; false: nothing.
func wishOf(id, text string) (wish, bool) {
	word, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(text)), " ")
	w := wish{id: id, objects: word == bot.OptOut}
	return w, id != "" && (w.objects || word == bot.OptIn)
}

// objectByChat has an objection that was said in the chat in force, and stored.
func (s *stay) objectByChat(id string) {
	if s.pipe.Object(id, true) {
		s.consent(id, models.ConsentObjected, "chat")
	}
}

// answer answers what was said in the chat until the context ends.
func (s *stay) answer(ctx context.Context, ws *wishes) {
	for {
		select {
		case <-ws.words:
		case <-ctx.Done():
			return
		}
		for w, ok := ws.next(); ok && ctx.Err() == nil; w, ok = ws.next() {
			s.grant(ctx, w)
		}
	}
}

// grant answers a wish. An objection is in force already, unless it came while an earlier word was being answered.
func (s *stay) grant(ctx context.Context, w wish) {
	if w.objects {
		s.objectByChat(w.id)
		s.say(ctx, w.id, s.cfg.Notice.OptedOutLine())
		return
	}
	if s.object(ctx, w.id, false) {
		s.consent(w.id, models.ConsentWithdrew, "chat")
	}
}
