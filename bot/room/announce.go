package room

import (
	"context"
	"errors"
	"maps"
	"time"

	"earshot/bot"
	"earshot/models"
)

const (
	// announceSettle is how long after the join those who are there already become known.
	announceSettle = 500 * time.Millisecond
	// announceEvery is the least time between two announcements to late joiners.
	announceEvery = time.Minute
	// announceAgain is how long after a failed announcement the same people are told again; it doubles up to announceEvery.
	announceAgain = 5 * time.Second
	// announceTries is how often that is tried, over some six minutes. Then it waits for somebody new, or other rights.
	announceTries = 8
	// maxGreeted is of how many it is remembered that they were told; of more only while they are there.
	maxGreeted = 4096
	// announceUnseen is the same for one that the server took.
	announceUnseen = 2
)

// announce says who the bot is once it is in the room, again when somebody came who has not been told, and again when it
// was not delivered. It returns when the visit ends.
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
	mute, failed := false, 0
	for pause := announceSettle; sleep(ctx, pause); {
		select {
		case <-v.news: // what is news by now is looked at now
		default:
		}
		pause = announceSettle // people often come in twos and threes
		whom, fresh := v.untold()
		can, _ := v.room.can()
		switch {
		case v.room.act.moderator == nil || !can.Message:
			if !mute {
				v.cannotAnnounce(can)
			}
			mute = true
		case fresh:
			mute = false
			switch err := v.post(ctx, notice.Text(), whom, failed > 0); {
			case err == nil:
				failed, pause = 0, announceEvery
				continue
			case failed < tryAgain(err):
				pause = min(announceAgain<<failed, announceEvery)
				failed++
				continue
			}
			failed = 0
			if !sleep(ctx, announceEvery) {
				return
			}
		default:
			failed = 0
		}
		select {
		case <-v.news:
		case <-ctx.Done():
			return
		}
	}
}

// tryAgain is how often an announcement that failed like this is tried again. One that the server took, and whose effect
// nobody saw, may have been read: it is not to be said over and over.
func tryAgain(err error) int {
	switch {
	case final(err):
		return 0
	case errors.Is(err, errNoEffect):
		return announceUnseen
	default:
		return announceTries
	}
}

// cannotAnnounce tells the host that the room has nothing to announce in.
func (v *visit) cannotAnnounce(can bot.Capabilities) {
	v.room.log.Info("no announcement: this room has no chat that the bot may write to")
	v.room.note(
		can,
		"this room has no chat for the bot: only its name says that it listens. Please tell the people yourself, and that whoever objects "+
			"tells you; you then enter that they are not to be written down.",
	)
}

// untold lists who is there and has not been told yet, and reports whether there is something to say. A room in which
// nobody is known to be is told once: listeners may be there whom the server does not name.
func (v *visit) untold() (whom []string, fresh bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	r := v.room
	if v.settled && len(r.greeted) > maxGreeted {
		maps.DeleteFunc(r.greeted, func(id string, _ bool) bool { return !v.people[id] })
	}
	for id := range v.people {
		if !r.greeted[id] {
			whom = append(whom, id)
		}
	}
	return whom, len(whom) > 0 || !r.announced
}

// post says a line to the room, and notes for whom it was delivered or not: of those who wait for it, once.
func (v *visit) post(ctx context.Context, text string, whom []string, again bool) error {
	out := v.room.act.do(ctx, models.Action{Verb: models.VerbMessage, Text: text}, ActOptions{})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	late := v.noteTold(whom, out)
	can, _ := v.room.can()
	if out.Action.State == models.ActionSeen {
		v.room.log.Info("announced", "how", out.How, "ms", out.Took.Milliseconds())
		if late {
			v.room.note(can, "the bot has announced itself now")
		}
		return nil
	}
	v.room.log.Warn("the announcement was not delivered", "err", out.Action.Error)
	if late && !again {
		v.room.note(can, "the bot could not announce itself ("+out.Action.Error+"). Please tell the people yourself.")
	}
	return out.Steps[len(out.Steps)-1].Err
}

// noteTold notes what came of an announcement for each of those whom it was for. It reports whether the host should hear
// of it: somebody could not be told for the first time, or is told after all.
func (v *visit) noteTold(whom []string, out Outcome) (late bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	r, seen := v.room, out.Action.State == models.ActionSeen
	if len(whom) == 0 {
		whom = []string{""}
	}
	for _, id := range whom {
		waited := r.waiting[id]
		late = late || waited == seen
		switch {
		case seen:
			delete(r.waiting, id)
			r.greeted[id] = true
			r.consent(id, models.ConsentTold, out.How)
		case !waited:
			r.waiting[id] = true
			r.consent(id, models.ConsentNotTold, out.Action.Error)
		}
	}
	r.announced = r.announced || seen
	return late
}
