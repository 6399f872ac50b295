package stage

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

// Curtain is a connector that tells when sound of a number of tracks has come through. That a track is announced is not
// enough: what is sent before its connection stands is lost, and on a busy machine that takes seconds.
type Curtain struct {
	Connector
	n  int
	up chan struct{} // closed when all are heard

	mu    sync.Mutex
	heard map[string]bool // tracks
}

// NewCurtain rises when sound of n tracks has come through.
func NewCurtain(c Connector, n int) *Curtain {
	return &Curtain{Connector: c, n: n, up: make(chan struct{}), heard: map[string]bool{}}
}

// Run connects, with ears that notice the first packet of each track.
func (u *Curtain) Run(ctx context.Context, ears bot.RoomHandler) error {
	return u.Connector.Run(ctx, u.Ears(ears))
}

// Ears are ears that notice the first packet of each track, for a connector that can't act.
func (u *Curtain) Ears(ears bot.RoomHandler) bot.RoomHandler { return curtainEars{ears, u} }

func (u *Curtain) hears(track string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.heard[track] {
		return
	}
	u.heard[track] = true
	if len(u.heard) == u.n {
		close(u.up)
	}
}

// Behind holds a recording back, with silence in its place, until the curtain is up.
func (u *Curtain) Behind(s lounge.Source) lounge.Source { return Held(s, u.up) }

// Held is a recording that begins when up is closed. Until then it is digital silence.
func Held(s lounge.Source, up <-chan struct{}) lounge.Source { return &heldSource{source: s, up: up} }

type heldSource struct {
	source lounge.Source
	up     <-chan struct{}
	began  bool
	at     time.Duration // when the recording begins
}

// Next implements lounge.Source.
func (h *heldSource) Next() (lounge.Frame, error) {
	if !h.began {
		select {
		case <-h.up:
			h.began = true
		default:
			f := lounge.Frame{Opus: []byte{0xf8, 0xff, 0xfe}, At: h.at} // RFC 6716: 20 ms of silence, CELT, one channel
			h.at += silentFrame
			return f, nil
		}
	}
	f, err := h.source.Next()
	f.At += h.at
	return f, err
}

const silentFrame = 20 * time.Millisecond

type curtainEars struct {
	bot.RoomHandler
	curtain *Curtain
}

// Track opens a track whose first packet the curtain notices.
func (e curtainEars) Track(info bot.TrackInfo) bot.TrackSink {
	return &curtainSink{TrackSink: e.RoomHandler.Track(info), hears: func() { e.curtain.hears(info.Track) }}
}

type curtainSink struct {
	bot.TrackSink
	once  sync.Once
	hears func()
}

// Packet implements bot.TrackSink.
func (s *curtainSink) Packet(raw []byte, levelExtID uint8) {
	s.once.Do(s.hears)
	s.TrackSink.Packet(raw, levelExtID)
}
