package bot

import (
	"context"
	"time"

	"earshot/models"
)

const (
	// announceSettle is how long after the join those who are there already become known.
	announceSettle = 500 * time.Millisecond
	// announceEvery is the least time between two announcements to late joiners.
	announceEvery = time.Minute
)

// announce says who the bot is once it is in the room, and again when somebody came who has not been told. It returns
// when the visit ends.
func (v *visit) announce(ctx context.Context) {
	select {
	case <-v.in:
	case <-ctx.Done():
		return
	}
	notice := v.room.cfg.Notice
	if notice.Name == "" {
		return
	}
	can, _ := v.room.can()
	if v.room.act.hands == nil || !can.Message {
		v.room.log.Info("no announcement: this room has no chat that the bot may write to")
		v.room.note(can, "this room has no chat for the bot: only its name says that it listens. Please tell the people yourself.")
		return
	}
	for pause := announceSettle; ; pause = announceEvery {
		if !sleep(ctx, pause) {
			return
		}
		var whom []string
		for {
			var fresh bool
			if whom, fresh = v.greet(); fresh {
				break
			}
			select {
			case <-v.news:
			case <-ctx.Done():
				return
			}
			if !sleep(ctx, announceSettle) { // people often come in twos and threes
				return
			}
		}
		v.post(ctx, notice.Text(), whom)
	}
}

// greet lists who is there and has not been told yet, takes everybody as told, and reports whether there is something
// to say. A room in which nobody is known to be is told once: listeners may be there whom the server does not name.
func (v *visit) greet() (whom []string, fresh bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	r := v.room
	fresh = !r.announced
	r.announced = true
	for id := range v.people {
		if !r.greeted[id] && len(r.greeted) < maxSpeakers {
			r.greeted[id] = true
			whom, fresh = append(whom, id), true
		}
	}
	return whom, fresh
}

// post says a line to the room, and notes for whom it was delivered or not.
func (v *visit) post(ctx context.Context, text string, whom []string) {
	out := v.room.act.do(ctx, models.Action{Verb: models.VerbMessage, Text: text}, ActOptions{})
	if ctx.Err() != nil {
		return
	}
	what, how := models.ConsentNotTold, out.Action.Error
	if out.Action.State == models.ActionSeen {
		what, how = models.ConsentTold, out.How
	}
	if len(whom) == 0 {
		whom = []string{""}
	}
	for _, id := range whom {
		v.room.consent(id, what, how)
	}
	if out.Action.State == models.ActionSeen {
		v.room.log.Info("announced", "how", out.How, "ms", out.Took.Milliseconds())
		return
	}
	v.room.log.Warn("the announcement was not delivered", "err", out.Action.Error)
	can, _ := v.room.can()
	v.room.note(can, "the bot could not announce itself ("+out.Action.Error+"). Please tell the people yourself.")
}
