package live

import (
	"context"
	"errors"
	"sync"
	"time"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/models"
)

// simulatedRoom is a room's server as people and the bot see it. It outlives the bot, and goes down and comes back.
type simulatedRoom struct {
	mu      sync.Mutex
	down    bool
	cut     chan struct{} // closed when the server goes down
	inn     map[string]time.Time
	muted   map[string]bool
	told    map[string]time.Time // when somebody last read who the bot is
	since   time.Time            // when the bot came; zero: it is not there
	handler bot.RoomHandler
	sinks   map[string]*voiceTrack
	ssrc    uint32
	began   time.Time
}

// voiceTrack is somebody's track, as the bot receives it.
type voiceTrack struct {
	sink bot.TrackSink
	talk bottest.Talker
}

func newVenue() *simulatedRoom {
	return &simulatedRoom{
		cut: make(chan struct{}), inn: map[string]time.Time{}, muted: map[string]bool{}, told: map[string]time.Time{},
		sinks: map[string]*voiceTrack{}, began: time.Now(),
	}
}

var errDown = errors.New("the server is down")

// Run lets the bot in while the server is up.
func (v *simulatedRoom) Run(ctx context.Context, handler bot.RoomHandler) error {
	v.mu.Lock()
	if v.down {
		v.mu.Unlock()
		return errDown
	}
	cut := v.cut
	v.handler, v.since, v.sinks = handler, time.Now(), map[string]*voiceTrack{}
	handler.Joined(bot.Capabilities{Message: true, PrivateMessage: true, Mute: true, Unmute: true})
	for id := range v.inn {
		v.publish(id)
	}
	v.mu.Unlock()
	defer v.left()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-cut:
		return errDown
	}
}

// left records that the bot has left.
func (v *simulatedRoom) left() {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, t := range v.sinks {
		t.sink.End()
	}
	v.handler, v.since, v.sinks = nil, time.Time{}, map[string]*voiceTrack{}
}

// publish announces a person with a track to the bot; the caller holds mu.
func (v *simulatedRoom) publish(id string) {
	v.ssrc++
	v.handler.Speaker(models.Speaker{ID: id, Name: id})
	v.sinks[id] = &voiceTrack{talk: bottest.Talker{SSRC: v.ssrc}, sink: v.handler.Track(bot.TrackInfo{
		Track: "t-" + id, SpeakerID: id, SpeakerName: id, Attribution: models.AttributionTrack,
	})}
}

// come and leave are what people do.
func (v *simulatedRoom) come(id string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, here := v.inn[id]; here {
		return
	}
	v.inn[id] = time.Now()
	if v.handler != nil {
		v.publish(id)
	}
}

func (v *simulatedRoom) leave(id string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.inn, id)
	delete(v.muted, id) // a new track is not muted
	if t := v.sinks[id]; t != nil {
		t.sink.End()
		delete(v.sinks, id)
		v.handler.Left(id)
	}
}

// setDown shuts the server down or starts it again.
func (v *simulatedRoom) setDown(down bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if down == v.down {
		return
	}
	if v.down = down; down {
		close(v.cut)
	} else {
		v.cut = make(chan struct{})
	}
}

// read returns when somebody last read who the bot is.
func (v *simulatedRoom) read(id string) time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.told[id]
}

// state is the visible state of a person and the bot.
func (v *simulatedRoom) state(id string) (here, muted bool, came, botCame time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	came, here = v.inn[id]
	return here, v.muted[id], came, v.since
}

// write sends somebody's message to the chat.
func (v *simulatedRoom) write(id, text string) {
	v.mu.Lock()
	handler := v.handler
	v.mu.Unlock()
	if c, ok := handler.(bot.ChatHandler); ok {
		c.Said(id, text)
	}
}

// say sends packets as somebody's voice, in real time.
func (v *simulatedRoom) say(id string, packets [][]byte) {
	for _, p := range packets {
		v.mu.Lock()
		if t := v.sinks[id]; t != nil && !v.muted[id] {
			t.talk.TS = uint32(time.Since(v.began).Milliseconds() * 48) //nolint:gosec // it wraps
			t.sink.Packet(t.talk.RTP(p), 0)
		}
		v.mu.Unlock()
		time.Sleep(20 * time.Millisecond)
	}
}

// Do implements bot.Moderator.
func (v *simulatedRoom) Execute(_ context.Context, o bot.Command) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.handler == nil {
		return bot.ErrNotJoined
	}
	if _, here := v.inn[o.Target]; o.Target != "" && !here {
		return bot.ErrAbsent
	}
	switch o.Verb {
	case models.VerbMute:
		v.muted[o.Target] = true
	case models.VerbUnmute:
		delete(v.muted, o.Target)
	case models.VerbMessage:
		if o.Target == "" && o.Text == hourNotice.Text() {
			for id := range v.inn {
				v.told[id] = time.Now()
			}
		}
	}
	return nil
}

// Effect implements bot.Moderator.
func (v *simulatedRoom) Effect(o bot.Command) (bool, string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch o.Verb {
	case models.VerbMute:
		return v.muted[o.Target], "the server says so"
	case models.VerbUnmute:
		return !v.muted[o.Target], "the server says so"
	}
	return true, "the server says so"
}
