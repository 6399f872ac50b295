package bot

import (
	"context"
	"strings"

	"earshot/models"
)

// ChatEars is what a connector may tell besides what Ears takes; the Ears that a Room gives to a connector are such.
type ChatEars interface {
	// Said tells of a line in the room's chat, by the id that the speaker has as a person who talks. Lines of the bot's
	// own are not told. It does not block, and nothing of the line is kept.
	Said(speakerID, text string)
}

// The words in a chat that the bot listens for.
const (
	OptOut = "/optout"
	OptIn  = "/optin"
)

// Said implements ChatEars: people say there that they don't want to be written down.
func (v *visit) Said(id, text string) {
	word, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(text)), " ")
	objects := word == OptOut
	if id == "" || !objects && word != OptIn {
		return
	}
	v.mu.Lock()
	if v.over || len(v.chats) >= maxChats {
		v.mu.Unlock()
		return
	}
	v.chats = append(v.chats, chatWord{id, objects})
	v.mu.Unlock()
	if objects { // at once: nothing of what they say next is to be heard
		if v.room.pipe.object(id, true) {
			v.room.consent(id, models.ConsentObjected, "chat")
		}
	}
	select {
	case v.words <- struct{}{}:
	default:
	}
}

// maxChats bounds the words that wait for an answer.
const maxChats = 256

// chatWord is somebody's wish, said in the chat.
type chatWord struct {
	id      string
	objects bool
}

// answerChat answers what was said in the chat until the visit ends.
func (v *visit) answerChat(ctx context.Context) {
	for {
		select {
		case <-v.words:
		case <-ctx.Done():
			return
		}
		v.mu.Lock()
		words := v.chats
		v.chats = nil
		v.mu.Unlock()
		p := phrasesOf(v.room.cfg.Notice.Language)
		for _, w := range words {
			if w.objects {
				v.room.say(ctx, w.id, p.optedOut)
				continue
			}
			if v.room.Object(ctx, w.id, false) {
				v.room.consent(w.id, models.ConsentWithdrew, "chat")
			}
		}
	}
}

// consent has somebody's word stored.
func (r *Room) consent(id string, what models.ConsentWhat, how string) {
	r.out.consent(models.Consent{
		Session: r.cfg.Session.ID, Room: r.cfg.Room.ID, SpeakerID: id, SpeakerName: r.pipe.name(id, ""), What: what, How: how,
	})
}
