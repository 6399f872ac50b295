package room

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"earshot/bot"
	"earshot/models"
)

// visit is one connection to the room: the RoomHandler of one Connector.Run.
type visit struct {
	room     *Room
	deadline *time.Timer
	alone    context.CancelCauseFunc
	in       chan struct{} // closed at the join
	news     chan struct{} // somebody came, or the rights changed

	mu      sync.Mutex
	since   time.Duration // when it joined
	joined  bool
	settled bool // who was there before is back, or gone
	over    bool
	can     bot.Capabilities
	people  map[string]bool
	talking map[string]bool
	deaf    map[string]*deaf
	timer   *time.Timer // runs while nobody is there
	wishes  wishes
	words   chan struct{} // rings when wishes has something
	crowded time.Time     // when the host was told of too many tracks
}

func newVisit(r *Room, deadline *time.Timer, alone context.CancelCauseFunc) *visit {
	return &visit{
		room: r, deadline: deadline, alone: alone, in: make(chan struct{}), news: make(chan struct{}, 1),
		people: map[string]bool{}, talking: map[string]bool{}, deaf: map[string]*deaf{}, words: make(chan struct{}, 1),
	}
}

// letGo is how long a connector may take to come back once its context has ended; then it is left to itself.
const letGo = 10 * time.Second

var errStuck = errors.New("the connector did not let go within 10 s")

// run connects, and watches over the connection until it is over: when ctx, the connection's, ends, or after a farewell the stay.
func (v *visit) run(stay, ctx context.Context, cancel context.CancelCauseFunc, c bot.Connector) error {
	ended := make(chan error, 1)
	connected, gone := context.WithCancel(ctx)
	go func() {
		defer gone()
		defer func() {
			if p := recover(); p != nil {
				v.room.log.Error("a connector failed", "stack", string(debug.Stack()))
				ended <- bot.Retry(models.EndFailedServer, fmt.Errorf("the connector failed: %v", p))
			}
		}()
		ended <- c.Run(ctx, v)
	}()
	watch, stop := context.WithCancel(ctx)
	defer context.AfterFunc(stay, stop)()
	var group sync.WaitGroup
	group.Go(func() { v.announce(watch) })
	group.Go(func() { v.watch(watch, cancel) })
	group.Go(func() { v.answerChat(watch) })
	group.Go(func() { v.showPause(watch) })
	defer group.Wait()
	defer stop()
	select {
	case err := <-ended:
		return err
	case <-stay.Done():
		v.farewell(connected, stay)
		cancel(context.Cause(stay))
	case <-ctx.Done():
	}
	t := time.NewTimer(letGo)
	defer t.Stop()
	select {
	case err := <-ended:
		return err
	case <-t.C:
		v.room.log.Error("giving a connector up", "err", errStuck)
		v.mu.Lock()
		v.over = true // it may open tracks still
		v.mu.Unlock()
		v.room.pipe.endAll()
		return bot.Retry(models.EndFailedServer, errStuck)
	}
}

// watch ends the connection when those who talk are not heard.
func (v *visit) watch(ctx context.Context, cancel context.CancelCauseFunc) {
	t := time.NewTicker(deafLook)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			v.silent()
			v.settle()
			if err := v.listen(); err != nil {
				cancel(bot.Retry(models.EndFailedServer, err))
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// silent ends the stay when nobody was heard for too long. In a pause nobody can be.
func (v *visit) silent() {
	d := v.room.cfg.Silence
	v.mu.Lock()
	since, joined := v.since, v.joined
	v.mu.Unlock()
	if d <= 0 || !joined || v.room.pipe.isPaused() {
		return
	}
	if v.room.now()-max(since, time.Duration(v.room.pipe.lastVoice.Load())) >= d {
		v.alone(bot.End(models.EndSilence, nil))
	}
}

// Joined implements RoomHandler.
func (v *visit) Joined(can bot.Capabilities) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.over {
		return
	}
	v.can = can
	v.room.setCan(can, true)
	if v.joined { // the rights changed
		v.room.cfg.Watch(Status{State: StateListening, Can: can})
		v.ringNews()
		return
	}
	v.joined = true
	close(v.in)
	v.deadline.Stop()
	v.room.cfg.Breaker.tell(true)
	v.since = v.room.now()
	v.room.endCut()
	v.room.log.Info("listening", "can", can.String())
	v.room.cfg.Watch(Status{State: StateListening, Can: can})
	v.room.tellMissing(can)
	if d := v.room.cfg.Alone; d > 0 {
		v.timer = time.AfterFunc(d, func() { v.alone(bot.End(models.EndAlone, nil)) })
		v.nobody()
	}
}

// Speaker implements RoomHandler.
func (v *visit) Speaker(s models.Speaker) {
	if v.came(s.ID) {
		v.room.pipe.speaker(s)
	}
}

// came notes that somebody is there; false when the visit is over.
func (v *visit) came(id string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.over {
		return false
	}
	if !v.people[id] {
		v.room.isBack(id, v.can)
		v.ringNews()
	}
	v.people[id] = true
	v.room.enters(id, v.arrive(id))
	v.nobody()
	return true
}

// ringNews has it looked whom to tell of the bot.
func (v *visit) ringNews() {
	select {
	case v.news <- struct{}{}:
	default:
	}
}

// Left implements RoomHandler.
func (v *visit) Left(id string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.people, id)
	delete(v.talking, id)
	v.room.goes(id)
	v.depart(id)
	v.nobody()
}

// Track implements RoomHandler.
func (v *visit) Track(i bot.TrackInfo) bot.TrackSink {
	var here bool
	if i.Attribution == models.AttributionUnknown { // the mixed voices of several people are not one more
		v.mu.Lock()
		here = !v.over
		v.mu.Unlock()
	} else {
		here = v.came(i.SpeakerID)
	}
	if !here {
		return nowhere{}
	}
	f := v.room.pipe.track(i)
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.over { // meanwhile
		f.End()
	}
	return f
}

// nowhere takes the packets of a connection that was given up.
type nowhere struct{}

// Packet implements TrackSink.
func (nowhere) Packet([]byte, uint8) {}

// End implements TrackSink.
func (nowhere) End() {}

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
	v.room.setCan(bot.Capabilities{}, false)
	v.room.nobodyHere()
	if v.timer != nil {
		v.timer.Stop()
	}
	now := v.room.now()
	for id, d := range v.deaf {
		v.undeaf(id, d, min(now, d.last))
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
