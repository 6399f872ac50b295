package bot

import (
	"context"
	"sync"
	"time"

	"earshot/models"
)

// visit is one connection to the room: the Ears of one Connector.Run.
type visit struct {
	room     *Room
	deadline *time.Timer
	alone    context.CancelCauseFunc

	mu     sync.Mutex
	since  time.Duration // when it joined
	joined bool
	over   bool
	people map[string]bool
	timer  *time.Timer // runs while nobody is there
}

// Joined implements Ears.
func (v *visit) Joined(can Capabilities) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.joined || v.over {
		return
	}
	v.joined = true
	v.deadline.Stop()
	v.since = v.room.now()
	v.room.endCut()
	v.room.log.Info("listening", "can", can.String())
	v.room.cfg.Watch(Status{State: StateListening, Can: can})
	if d := v.room.cfg.Alone; d > 0 {
		v.timer = time.AfterFunc(d, func() { v.alone(End(models.EndAlone, nil)) })
		v.nobody()
	}
}

// Speaker implements Ears.
func (v *visit) Speaker(s models.Speaker) {
	v.mu.Lock()
	v.people[s.ID] = true
	v.nobody()
	v.mu.Unlock()
	v.room.pipe.speaker(s)
}

// Left implements Ears.
func (v *visit) Left(id string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.people, id)
	v.nobody()
}

// Track implements Ears.
func (v *visit) Track(i TrackInfo) TrackSink {
	v.mu.Lock()
	v.people[i.SpeakerID] = true
	v.nobody()
	v.mu.Unlock()
	return v.room.pipe.track(i)
}

// nobody keeps the timer that ends the stay in an empty room; the caller holds mu.
func (v *visit) nobody() {
	if v.timer == nil || v.over {
		return
	}
	if len(v.people) > 0 {
		v.timer.Stop()
	} else {
		v.timer.Reset(v.room.cfg.Alone)
	}
}

// leave ends the visit and reports whether it had joined.
func (v *visit) leave() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.over = true
	if v.timer != nil {
		v.timer.Stop()
	}
	return v.joined
}

// stillness bounds how far back a lost connection is dated: what detects it takes 16 s at most.
const stillness = 20 * time.Second

// beginCut notes since when nothing is heard: a connection that broke was deaf before anybody noticed.
func (r *Room) beginCut(joined time.Duration) {
	now := r.now()
	r.cutAt = now
	last := time.Duration(r.pipe.lastPacket.Load())
	if last > joined && now-last < stillness {
		r.cutAt = last
	}
}

// endCut stores the time in which nothing was heard.
func (r *Room) endCut() {
	if r.cutAt == 0 {
		return
	}
	from, to := r.cutAt.Milliseconds(), r.now().Milliseconds()
	r.cutAt = 0
	r.out.gap(models.Gap{Session: r.cfg.Session.ID, StartMS: from, EndMS: to, LostMS: to - from, Cause: models.GapCut})
}
