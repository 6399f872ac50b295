package room

import (
	"context"
	"slices"
	"strings"

	"earshot/bot"
	"earshot/models"
)

// Said implements ChatHandler: people say there that they don't want to be written down.
func (v *visit) Said(id, text string) {
	word, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(text)), " ")
	objects := word == bot.OptOut
	if id == "" || !objects && word != bot.OptIn {
		return
	}
	if objects { // at once, whatever else waits: nothing of what they say next is to be heard
		if v.room.pipe.object(id, true) {
			v.room.consent(id, models.ConsentObjected, "chat")
		}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.over {
		return
	}
	v.wishes = v.wishes.with(wish{id, objects})
	select {
	case v.words <- struct{}{}:
	default:
	}
}

// wish is what somebody wants, said in the chat.
type wish struct {
	id      string
	objects bool
}

// wishes wait for an answer, in the order in which people first said something: of each person only what they said last, so
// that they are no more than the people are, and nobody's flood drowns another's word.
type wishes []wish

// with adds a wish, in place of what its person said before.
func (ws wishes) with(w wish) wishes {
	if i := slices.IndexFunc(ws, func(o wish) bool { return o.id == w.id }); i >= 0 {
		ws[i] = w
		return ws
	}
	return append(ws, w)
}

// answerChat answers what was said in the chat until the visit ends.
func (v *visit) answerChat(ctx context.Context) {
	for {
		select {
		case <-v.words:
		case <-ctx.Done():
			return
		}
		for w, ok := v.nextWish(); ok && ctx.Err() == nil; w, ok = v.nextWish() {
			v.grant(ctx, w)
		}
	}
}

// nextWish takes the wish that waits longest.
func (v *visit) nextWish() (w wish, ok bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.wishes) == 0 {
		return w, false
	}
	w, v.wishes = v.wishes[0], v.wishes[1:]
	return w, true
}

// grant answers a wish. An objection is in force already, unless it came while an earlier word was being answered.
func (v *visit) grant(ctx context.Context, w wish) {
	if w.objects {
		if v.room.pipe.object(w.id, true) {
			v.room.consent(w.id, models.ConsentObjected, "chat")
		}
		v.room.say(ctx, w.id, v.room.cfg.Notice.OptedOutLine())
		return
	}
	if v.room.Object(ctx, w.id, false) {
		v.room.consent(w.id, models.ConsentWithdrew, "chat")
	}
}

// consent has somebody's word stored.
func (r *Room) consent(id string, what models.ConsentWhat, how string) {
	r.out.consent(models.Consent{
		Session: r.cfg.Session.ID, Room: r.cfg.Room.ID, SpeakerID: id, SpeakerName: r.pipe.name(id, ""), What: what, How: how,
	})
}
