package room

import (
	"context"
	"sync"
	"time"

	"earshot/bot"
	"earshot/models"
)

// Act carries an action out in the room and reports what came of it. It blocks until the effect was seen and stays, or
// nothing more can be tried: some seconds. It may be called from any goroutine while Run runs; for one person one after
// the other. Nothing is remembered of it: whoever calls it sees to it that what is for some time ends, and is kept until
// then.
func (r *Room) Act(ctx context.Context, a models.Action, o ActOptions) Outcome {
	out := r.act.do(ctx, a, o)
	log := r.log.With(
		"action", a.ID, "verb", string(a.Verb), "speaker", a.TargetID, "tries", out.Action.Attempts, "ms", out.Took.Milliseconds(),
	)
	if out.Done != "" {
		log.Info("action took effect", "done", string(out.Done), "how", out.How)
		if out.Done == models.VerbRemove || out.Done == models.VerbBan {
			r.sentOut(a.TargetID)
		}
	} else {
		log.Warn("action failed", "err", out.Action.Error)
	}
	return out
}

// Can tells what the bot may do now; false while it is not in the room.
func (r *Room) Can() (bot.Capabilities, bool) { return r.can() }

// Inside reports whether the bot is in the room now.
func (r *Room) Inside() bool {
	_, inside := r.can()
	return inside
}

// Verbs lists what can be done in the room now; nothing while the bot is not in it.
func (r *Room) Verbs() (out []models.Verb) {
	can, inside := r.can()
	for _, v := range []models.Verb{
		models.VerbNudge, models.VerbWarn, models.VerbMute, models.VerbUnmute, models.VerbToAudience, models.VerbToStage, models.VerbRemove,
		models.VerbBan, models.VerbUnban, models.VerbNewcomersListen,
	} {
		if inside && (can.Has(v, false) || can.Has(v, true)) {
			out = append(out, v)
		}
	}
	return out
}

func (r *Room) can() (bot.Capabilities, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.rights, r.inside
}

func (r *Room) setCan(c bot.Capabilities, inside bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rights, r.inside = c, inside
}

// InForce reports whether a verb is in force against somebody now, by what the room's server has told so far.
func (r *Room) InForce(verb models.Verb, speakerID string) bool {
	if r.act.moderator == nil {
		return false
	}
	ok, _ := r.act.moderator.Effect(bot.Command{Verb: verb, Target: speakerID})
	return ok
}

// Elapsed is the time since the session's start by the clock that clips are timed with: the wall clock may have been set,
// or the machine asleep.
func (r *Room) Elapsed() time.Duration { return r.now() }

// Note tells the host something, with Config.Watch.
func (r *Room) Note(text string) {
	can, _ := r.can()
	r.note(can, text)
}

// note tells the host something.
func (r *Room) note(can bot.Capabilities, text string) {
	r.cfg.Watch(Status{State: StateListening, Can: can, Note: text})
}

// tellMissing tells the host, before the first word, what the rules may want and the bot may not do.
func (r *Room) tellMissing(can bot.Capabilities) {
	list := can.Missing(r.cfg.Needs)
	if list == "" {
		return
	}
	r.log.Warn("rights are missing", "verbs", list)
	r.note(can, "the rules may ask for "+list+", and the bot has no right to do this here: it will only tell you")
}

// sentOut remembers whom the bot removed: a removal bars nobody from coming back.
func (r *Room) sentOut(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.removed == nil {
		r.removed = map[string]bool{}
	}
	r.removed[id] = true
}

// isBack tells the host, once, that somebody came who had been removed.
func (r *Room) isBack(id string, can bot.Capabilities) {
	r.mu.Lock()
	back := r.removed[id]
	delete(r.removed, id)
	r.mu.Unlock()
	if back {
		r.log.Warn("somebody who was removed is back", "speaker", id)
		r.note(can, r.pipe.name(id, id)+" was removed and is back")
	}
}

// oneByOne keeps calls from different goroutines apart.
func oneByOne(watch func(Status)) func(Status) {
	var mu sync.Mutex
	return func(s Status) {
		mu.Lock()
		defer mu.Unlock()
		watch(s)
	}
}
