package room

import (
	"context"
	"maps"
	"time"

	"earshot/models"
)

// Why a track is not listened to although it is there.
const (
	heardNow  int32 = iota
	paused          // a host wants a pause
	objection       // the speaker does not want to be written down
)

// closed says whether somebody's sound is not to be listened to; the caller holds p.mu.
func (p *pipeline) closed(id string) int32 {
	switch _, objects := p.objects[id]; {
	case objects:
		return objection
	case p.pausedAt != 0:
		return paused
	}
	return heardNow
}

// setShut tells every feed whether it is listened to; the caller holds p.mu.
func (p *pipeline) setShut() {
	for _, f := range p.feeds {
		f.shut.Store(p.closed(f.info.SpeakerID))
		select {
		case f.news <- struct{}{}:
		default:
		}
	}
}

// object notes whether somebody objects to being written down, and reports whether that is news. From this moment on
// their packets are dropped before anything looks at them, and what was not yet cut of their speech is thrown away.
func (p *pipeline) object(id string, objects bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	since, did := p.objects[id]
	if did == objects {
		return false
	}
	if objects {
		p.objects[id] = p.now()
		maps.DeleteFunc(p.recents, func(_ string, r *recent) bool { return r.speaker == id })
	} else {
		delete(p.objects, id)
		p.notHeard(id, since)
	}
	p.setShut()
	return true
}

// notHeard stores the time in which somebody was not listened to because they object; the caller holds p.mu.
func (p *pipeline) notHeard(id string, since time.Duration) {
	if _, here := p.people[id]; !here {
		return
	}
	now := p.now()
	p.out.gap(models.Gap{
		Session: p.session.ID, SpeakerID: id, SpeakerName: p.people[id].Name, StartMS: since.Milliseconds(), EndMS: now.Milliseconds(),
		LostMS: (now - since).Milliseconds(), Cause: models.GapObjected,
	})
}

// recall finds out, the first time that somebody is seen, whether they object; the caller holds p.mu.
func (p *pipeline) recall(id string) {
	if p.asked[id] || p.objected == nil {
		return
	}
	p.asked[id] = true
	if _, known := p.objects[id]; !known && p.objected(id) {
		p.objects[id] = p.now()
	}
}

// pause begins or ends a pause in which nobody is listened to, and reports whether that is news.
func (p *pipeline) pause(on bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if on == (p.pausedAt != 0) {
		return false
	}
	if on {
		p.pausedAt = max(now, 1)
	} else {
		p.endPause(now)
	}
	p.setShut()
	return true
}

// endPause stores a pause; the caller holds p.mu.
func (p *pipeline) endPause(now time.Duration) {
	from := p.pausedAt
	p.pausedAt = 0
	p.lastVoice.Store(int64(now)) // silence is counted anew
	p.out.gap(models.Gap{
		Session: p.session.ID, StartMS: from.Milliseconds(), EndMS: now.Milliseconds(), LostMS: (now - from).Milliseconds(),
		Cause: models.GapPaused,
	})
}

func (p *pipeline) isPaused() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pausedAt != 0
}

// endShut stores, at the end of a session, what was not listened to until then.
func (p *pipeline) endShut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pausedAt != 0 {
		p.endPause(p.now())
	}
	for id, since := range p.objects {
		p.notHeard(id, since)
	}
	clear(p.objects)
}

// Pause stops or resumes listening for the whole room; what was said before is kept. People in the room are told in its
// chat, and the bot's name shows the pause, or the host is told that it can't. It may be called from any goroutine,
// before and during Run, and blocks while the line is delivered: some
// seconds. It reports whether that changed anything.
func (r *Room) Pause(ctx context.Context, on bool) bool {
	if !r.pipe.pause(on) {
		return false
	}
	r.log.Info("listening paused or resumed", "paused", on)
	select {
	case r.pauses <- struct{}{}:
	default:
	}
	text := r.cfg.Notice.ResumedLine()
	if on {
		text = r.cfg.Notice.PausedLine()
	}
	r.say(ctx, "", text)
	return true
}

// Paused reports whether a host has paused listening.
func (r *Room) Paused() bool { return r.pipe.isPaused() }

// Object has somebody not written down from now on, or, without objects, again. Their track is dropped before it is
// decoded. They are told, in private where that is possible. It may be called from any goroutine, before and during
// Run, and blocks while the line is delivered. It reports whether that changed anything.
func (r *Room) Object(ctx context.Context, id string, objects bool) bool {
	if !r.pipe.object(id, objects) {
		return false
	}
	r.log.Info("somebody objects, or no longer", "speaker", id, "objects", objects)
	text := r.cfg.Notice.OptedInLine()
	if objects {
		text = r.cfg.Notice.OptedOutLine()
	}
	r.say(ctx, id, text)
	return true
}

// say writes a line into the room's chat, to one person or, with "" or where nobody can be written to in private, to all.
func (r *Room) say(ctx context.Context, to, text string) {
	can, inside := r.can()
	if !inside || r.act.moderator == nil || !can.Message && !can.PrivateMessage {
		return
	}
	a := models.Action{Verb: models.VerbMessage, Text: text}
	if to != "" {
		a.Verb, a.TargetID, a.TargetName = models.VerbNudge, to, r.pipe.name(to, to)
	}
	if out := r.act.do(ctx, a, ActOptions{}); out.Action.State != models.ActionSeen && ctx.Err() == nil {
		r.log.Warn("a line was not delivered", "err", out.Action.Error)
	}
}

// isClosed reports whether somebody is not listened to by somebody's wish.
func (p *pipeline) isClosed(id string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed(id) != heardNow
}
