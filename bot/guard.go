package bot

import (
	"context"
	"time"

	"earshot/models"
)

const (
	guardLook  = time.Second
	guardTwice = 2 // looks in a row without effect, before a mute counts as undone
	guardMutes = 2 // mutes again, before the right to speak is taken
)

// guarded is a mute that should be in force, in a room in which people can undo it themselves.
type guarded struct {
	action models.Action
	until  time.Time // zero: until it is undone by an action
	missed int
	again  int
}

// guard takes up a mute that took effect, and lets go of one that was undone or overtaken by something harsher.
func (r *Room) guard(out Outcome) {
	if out.Action.State != models.ActionSeen {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	id := out.Action.TargetID
	switch {
	case out.Done == models.VerbMute && r.rights.SelfUnmute:
		g := &guarded{action: out.Action}
		if out.Action.ForMS > 0 {
			g.until = time.Now().Add(time.Duration(out.Action.ForMS) * time.Millisecond)
		}
		r.guards[id] = g
	case out.Done == models.VerbUnmute || out.Done == models.VerbToAudience || out.Done == models.VerbRemove || out.Done == models.VerbBan:
		delete(r.guards, id)
	}
}

// due are the guarded mutes of people who are here. Those whose time is over are forgotten.
func (v *visit) due() (out []*guarded) {
	v.mu.Lock()
	defer v.mu.Unlock()
	r := v.room
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, g := range r.guards {
		switch {
		case !g.until.IsZero() && time.Now().After(g.until):
			delete(r.guards, id)
		case v.people[id]:
			out = append(out, g)
		}
	}
	return out
}

// undone reports whether a mute is no longer in force. It asks the connector, so no lock is held.
func (v *visit) undone(g *guarded) bool {
	ok, _ := v.room.act.hands.Effect(Order{Verb: models.VerbMute, Target: g.action.TargetID})
	if ok {
		g.missed = 0
		return false
	}
	g.missed++
	return g.missed >= guardTwice
}

// keepMuted mutes again who undid a mute before its time, and takes the right to speak from who does so again and again.
func (v *visit) keepMuted(ctx context.Context) {
	if v.room.act.hands == nil {
		return
	}
	t := time.NewTicker(guardLook)
	defer t.Stop()
	for {
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
		for _, g := range v.due() {
			if v.undone(g) {
				v.muteAgain(ctx, g)
			}
		}
	}
}

func (v *visit) muteAgain(ctx context.Context, g *guarded) {
	g.missed = 0
	g.again++
	a, verb := g.action, models.VerbMute
	can, _ := v.room.can()
	if g.again > guardMutes && can.ToAudience {
		verb = models.VerbToAudience
	}
	a.Verb = verb
	out := v.room.act.do(ctx, a, ActOptions{Limit: verb})
	if ctx.Err() != nil {
		return
	}
	name := v.room.pipe.name(a.TargetID, a.TargetName)
	log := v.room.log.With("action", a.ID, "speaker", a.TargetID, "verb", string(verb))
	switch out.Done {
	case models.VerbToAudience:
		v.room.guard(out)
		log.Info("a mute was undone again and again")
		v.room.note(can, name+" undid the mute again and again and was moved to the audience")
	case verb:
		log.Info("a mute was undone, muted again")
		v.room.note(can, name+" undid the mute and was muted again")
	default:
		log.Warn("a mute was undone", "err", out.Action.Error)
		v.room.note(can, name+" undid the mute, and it could not be set again: "+out.Action.Error)
	}
}
