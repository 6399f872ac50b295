package jitsi

import (
	"log/slog"
	"strings"
	"sync"
	"time"

	"earshot/bot"
	"earshot/bot/jitsi/wire"
	"earshot/models"
)

// mostTracks limits how many people are heard at a time.
const mostTracks = 256

// opusRate is the RTP clock rate of Opus in Hz (RFC 7587).
const opusRate = 48000

// tracks holds the streams of a stay: those that were announced, and those that are heard. Its methods may be called from any goroutine,
// except media, which only one goroutine may call.
type tracks struct {
	handler bot.RoomHandler
	who     func(endpoint string) models.Speaker
	machine func(endpoint string) bool // reports whether it is a program's
	tell    func(endpoint string)      // tells the handler who that is now
	log     *slog.Logger

	mu     sync.Mutex
	starts map[string]wire.Start
	open   map[string]*talker
}

func newTracks(s *stay, log *slog.Logger) *tracks {
	return &tracks{
		handler: s.handler, who: s.speaker, machine: s.isMachine, tell: s.tell, log: log,
		starts: map[string]wire.Start{}, open: map[string]*talker{},
	}
}

// start records a stream that is announced or changes its format.
func (t *tracks) start(tag string, s wire.Start) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.starts) >= mostStarts && t.starts[tag] == (wire.Start{}) {
		return
	}
	t.end(tag)
	if !strings.EqualFold(s.Encoding, "opus") || s.Rate != opusRate {
		delete(t.starts, tag)
		t.log.Warn("somebody's sound is in a format that cannot be heard: Opus at 48 kHz only",
			"speaker", s.Endpoint, "encoding", s.Encoding, "rate", s.Rate)
		return
	}
	t.starts[tag] = s
}

// media passes on a packet; the first packet of a stream opens its track. It waits if many packets arrive at once.
func (t *tracks) media(tag string, m wire.Media) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s, known := t.starts[tag]
	if !known { // it was not announced, can't be heard, or its speaker has left
		return
	}
	k := t.open[tag]
	if k == nil {
		if t.machine(s.Endpoint) {
			delete(t.starts, tag)
			t.log.Warn("the sound of a program in the meeting (a recorder, a transcriber or a bot) is not heard", "speaker", s.Endpoint)
			return
		}
		if len(t.open) >= mostTracks {
			if h, ok := t.handler.(bot.CrowdHandler); ok {
				h.Crowded(len(t.open))
			}
			return
		}
		who := t.who(s.Endpoint)
		k = newTalker(t.handler.Track(bot.TrackInfo{
			Track: trackName(tag), SpeakerID: who.ID, SpeakerName: who.Name, Role: who.Role, Attribution: models.AttributionTrack,
		}))
		t.open[tag] = k
		t.tell(s.Endpoint) // the handler may have been told a newer name before the track, which has the older one
	}
	if wait := k.pace.Early(time.Now()); wait > 0 {
		t.mu.Unlock()
		time.Sleep(wait)
		t.mu.Lock()
		if t.open[tag] != k { // they left meanwhile
			return
		}
	}
	k.packet(m)
}

// endOf ends the streams of somebody who left.
func (t *tracks) endOf(endpoint string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for tag, s := range t.starts {
		if s.Endpoint == endpoint {
			t.end(tag)
			delete(t.starts, tag)
		}
	}
}

func (t *tracks) endAll() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for tag := range t.open {
		t.end(tag)
	}
	clear(t.starts)
}

// end ends a stream's track, if it has one. The caller holds mu.
func (t *tracks) end(tag string) {
	k := t.open[tag]
	if k == nil {
		return
	}
	delete(t.open, tag)
	if k.bad > 0 {
		t.log.Warn("packets that are no Opus were passed over", "packets", k.bad)
	}
	k.sink.End()
}
