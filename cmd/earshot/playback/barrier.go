package playback

import (
	"context"
	"sync"
	"time"

	"earshot/bot"
	"earshot/bot/lounge"
)

// Connector is a connector that can act in its room.
type Connector interface {
	bot.Connector
	bot.Moderator
}

// Barrier is a connector that opens when sound of a number of tracks has reached the bot. That a track is announced is not enough: what
// is sent before its connection stands is lost, and on a busy machine that takes seconds.
type Barrier struct {
	Connector
	n    int
	open chan struct{} // closed when all are heard

	mu    sync.Mutex
	heard map[string]bool // tracks
}

// NewBarrier returns a barrier that opens when sound of n tracks has reached the bot through c.
func NewBarrier(c Connector, n int) *Barrier {
	return &Barrier{Connector: c, n: n, open: make(chan struct{}), heard: map[string]bool{}}
}

// Run connects with a handler that notices the first packet of each track.
func (b *Barrier) Run(ctx context.Context, to bot.RoomHandler) error {
	return b.Connector.Run(ctx, b.Handler(to))
}

// Handler returns a handler that notices the first packet of each track, for a connector that can't act.
func (b *Barrier) Handler(to bot.RoomHandler) bot.RoomHandler { return barrierHandler{to, b} }

func (b *Barrier) hears(track string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.heard[track] {
		return
	}
	b.heard[track] = true
	if len(b.heard) == b.n {
		close(b.open)
	}
}

// Hold holds a recording back, with silence in its place, until the barrier opens.
func (b *Barrier) Hold(s lounge.Source) lounge.Source { return SilenceUntil(s, b.open) }

type barrierHandler struct {
	bot.RoomHandler
	barrier *Barrier
}

// Track opens a track whose first packet the barrier notices.
func (e barrierHandler) Track(info bot.TrackInfo) bot.TrackSink {
	return &barrierSink{TrackSink: e.RoomHandler.Track(info), hears: func() { e.barrier.hears(info.Track) }}
}

// Said implements bot.ChatHandler: people write /optout in a demo's chat, too.
func (e barrierHandler) Said(speakerID, text string) {
	if to, ok := e.RoomHandler.(bot.ChatHandler); ok {
		to.Said(speakerID, text)
	}
}

// Crowded implements bot.CrowdHandler.
func (e barrierHandler) Crowded(open int) {
	if to, ok := e.RoomHandler.(bot.CrowdHandler); ok {
		to.Crowded(open)
	}
}

// Aside implements bot.AsideHandler.
func (e barrierHandler) Aside(people int) {
	if to, ok := e.RoomHandler.(bot.AsideHandler); ok {
		to.Aside(people)
	}
}

// Broke implements bot.BreakHandler.
func (e barrierHandler) Broke(d time.Duration) {
	if to, ok := e.RoomHandler.(bot.BreakHandler); ok {
		to.Broke(d)
	}
}

type barrierSink struct {
	bot.TrackSink
	once  sync.Once
	hears func()
}

// Packet implements bot.TrackSink.
func (s *barrierSink) Packet(raw []byte, levelExtID uint8) {
	s.once.Do(s.hears)
	s.TrackSink.Packet(raw, levelExtID)
}
