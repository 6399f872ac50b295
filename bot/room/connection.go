package room

import (
	"context"
	"fmt"
	"sync"
	"time"

	"earshot/bot"
	"earshot/bot/media"
	"earshot/models"
)

// crowdedEvery is the minimum time between warnings about too many tracks, and between warnings about people in breakout rooms.
const crowdedEvery = time.Minute

// connection is one connection to the room: the RoomHandler of one Connector.Run.
type connection struct {
	*stay
	breaker   *Breaker
	deadline  *time.Timer             // of the join
	leave     context.CancelCauseFunc // ends the session
	in        chan struct{}           // closed once joined
	announcer *announcer
	requests  *requests
	watchdog  *media.Watchdog

	mu      sync.Mutex
	since   time.Duration // when it joined
	joined  bool
	settled bool        // those present before a reconnect have been found again or count as gone
	over    bool        // no longer listening
	ended   bool        // the bot is no longer in the room
	alone   *time.Timer // runs while the room is empty
	crowded time.Time   // when the host was last warned of too many tracks
	parted  time.Time   // when the host was last warned about people in breakout rooms
	aside   bool        // some people are in breakout rooms
}

func newConnection(s *stay, b *Breaker, deadline *time.Timer, leave context.CancelCauseFunc) *connection {
	return &connection{
		stay: s, breaker: b, deadline: deadline, leave: leave, in: make(chan struct{}),
		announcer: newAnnouncer(s), requests: newRequests(), watchdog: s.pipe.Watchdog(),
	}
}

// Joined implements bot.RoomHandler.
func (c *connection) Joined(can bot.Capabilities) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return
	}
	c.rights.set(can, true)
	if c.joined { // the permissions changed
		c.cfg.Watch(Status{State: StateListening, Can: can})
		c.announcer.ring()
		return
	}
	c.joined = true
	close(c.in)
	c.deadline.Stop()
	c.breaker.tell(true)
	c.since = c.clock.now()
	c.pipe.Connected()
	c.log.Info("listening", "can", can.String())
	c.cfg.Watch(Status{State: StateListening, Can: can})
	c.tellMissing(can)
	if d := c.cfg.Alone; d > 0 {
		c.alone = time.AfterFunc(d, func() { c.leave(bot.End(models.EndAlone, nil)) })
		c.watchAlone()
	}
}

// Speaker implements bot.RoomHandler.
func (c *connection) Speaker(s models.Speaker) {
	if c.came(s.ID) {
		c.pipe.Speaker(s)
	}
}

// came records that a person is present. It returns false if the connection is over.
func (c *connection) came(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return false
	}
	now := c.clock.now()
	a := c.people.enter(id, now, !c.joined || now-c.since <= arriving)
	if a.came {
		c.pipe.Event(models.RoomJoin, id)
	}
	if a.seen {
		c.announcer.ring()
	}
	if a.back {
		c.log.Warn("somebody who was removed is back", "speaker", id)
		c.note(c.pipe.Name(id) + " was removed and is back")
	}
	c.watchAlone()
	return true
}

// Left implements bot.RoomHandler.
func (c *connection) Left(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return
	}
	c.watchdog.Left(id)
	c.gone(id)
	c.watchAlone()
}

// gone records that a person has left.
func (c *connection) gone(id string) {
	if c.people.leave(id) {
		c.pipe.Event(models.RoomLeave, id)
	}
}

// Talking implements bot.RoomHandler.
func (c *connection) Talking(id string, on bool) {
	if !c.isOver() {
		c.watchdog.Talking(id, on)
	}
}

// Track implements bot.RoomHandler.
func (c *connection) Track(i bot.TrackInfo) bot.TrackSink {
	here := true
	if i.Attribution != models.AttributionUnknown { // a mix of several people is not a person
		here = c.came(i.SpeakerID)
	}
	if !here || c.isOver() {
		return nowhere{}
	}
	if i.Encrypted {
		return c.encrypted(i)
	}
	c.quiet.heard(i.SpeakerID)
	t := c.pipe.Track(i)
	if c.isOver() { // it may have ended meanwhile
		t.End()
	}
	return t
}

// encrypted tells the host about a track that only the other participants can hear.
func (c *connection) encrypted(i bot.TrackInfo) bot.TrackSink {
	c.log.Warn("a track is encrypted end to end and cannot be heard", "speaker", i.SpeakerID, "track", i.Track)
	name := c.pipe.Name(i.SpeakerID)
	if name == i.SpeakerID && i.SpeakerName != "" {
		name = i.SpeakerName
	}
	c.note(name + " is end-to-end encrypted: not heard. To have them heard, turn encryption off in the room.")
	return c.pipe.Encrypted(i)
}

// nowhere discards packets of a connection that is over.
type nowhere struct{}

// Packet implements bot.TrackSink.
func (nowhere) Packet([]byte, uint8) {}

// End implements bot.TrackSink.
func (nowhere) End() {}

// Said implements bot.ChatHandler: it handles objections.
func (c *connection) Said(id, text string) {
	r, ok := requestOf(id, text)
	if !ok {
		return
	}
	if r.objects { // immediately: nothing they say from now on may be heard
		c.objectByChat(id)
	}
	if !c.isOver() {
		c.requests.add(r)
	}
}

// Crowded implements bot.CrowdHandler.
func (c *connection) Crowded(open int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over || time.Since(c.crowded) < crowdedEvery {
		return
	}
	c.crowded = time.Now()
	c.log.Warn("more tracks than are read at a time", "open", open)
	const text = "%d tracks are open, the most the bot can hear at a time: people on other tracks are heard once one of these ends"
	c.note(fmt.Sprintf(text, open))
}

// Aside implements bot.AsideHandler. It tells the host when the first people go to breakout rooms, and when all have returned.
func (c *connection) Aside(people int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over || c.aside == (people > 0) {
		return
	}
	if people == 0 {
		c.aside = false
		c.note("everybody is back from the breakout rooms")
		return
	}
	if time.Since(c.parted) < crowdedEvery {
		return
	}
	c.aside, c.parted = true, time.Now()
	c.note(fmt.Sprintf("%d people are in breakout rooms, which the bot does not hear", people))
}

// Broke implements bot.BreakHandler.
func (c *connection) Broke(d time.Duration) {
	if !c.isOver() {
		c.log.Warn("the sound had broken off", "ms", d.Milliseconds())
		c.pipe.Broke(d)
	}
}

// watchAlone updates the timer that ends the session in an empty room. The caller holds mu.
func (c *connection) watchAlone() {
	switch {
	case c.alone == nil || c.over:
	case c.people.empty():
		c.alone.Reset(c.cfg.Alone)
	default:
		c.alone.Stop()
	}
}

// silent ends the session if nobody has been heard for too long, not counting pauses.
func (c *connection) silent() {
	since, joined := c.joinedAt()
	if d := c.cfg.Silence; d > 0 && joined && !c.pipe.Paused() && c.clock.now()-max(since, c.pipe.LastVoice()) >= d {
		c.leave(bot.End(models.EndSilence, nil))
	}
}

// settle reports the people who left while the bot was disconnected, once, some time after a reconnect.
func (c *connection) settle() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.joined || c.over || c.settled || c.clock.now()-c.since < returning {
		return
	}
	c.settled = true
	c.announcer.settled.Store(true)
	for _, id := range c.people.missing() {
		c.gone(id)
	}
}

// joinedAt returns when it joined, and false if it has not.
func (c *connection) joinedAt() (time.Duration, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.since, c.joined
}

func (c *connection) isOver() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.over
}

// deafen ends the tracks and makes the connection ignore further events.
func (c *connection) deafen() {
	c.mu.Lock()
	c.over = true
	if c.alone != nil {
		c.alone.Stop()
	}
	c.mu.Unlock()
	c.pipe.EndTracks()
}

// end ends the connection.
func (c *connection) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.over, c.ended = true, true
	c.rights.set(bot.Capabilities{}, false)
	c.people.nobody()
	if c.alone != nil {
		c.alone.Stop()
	}
	c.watchdog.End()
}

// onceIn calls run once the room has been joined, unless the context ends first.
func (c *connection) onceIn(ctx context.Context, run func(context.Context)) {
	select {
	case <-c.in:
		run(ctx)
	case <-ctx.Done():
	}
}
