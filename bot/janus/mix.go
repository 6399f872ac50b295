package janus

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"earshot/bot"
	"earshot/models"
)

const (
	// mixDelay is how long mixed audio is held back for the server's talking events: the server averages over many packets (2 s
	// by default) before it sends one.
	mixDelay = 2 * time.Second
	mixLook  = 20 * time.Millisecond
	mixMost  = 512 // packets that wait: over 10 s
)

// The speaker to whom audio of several people is attributed.
const (
	severalID   = "mix"
	severalName = "Several people"
)

// mix attributes the packets of one mixed track to the people who the server says are talking. While one person talks, the audio
// is theirs, with the platform's attribution, and so is what came just before the event that they stopped: a little silence in the
// server's average is enough to send it. Audio of nobody, or of several at once, belongs to no single speaker. It implements
// peer.Sink. Its methods may be called from any goroutine.
type mix struct {
	handler bot.RoomHandler

	mu      sync.Mutex
	waiting []held
	talkers []string // who talks now, in the order in which they began
	stopped []stop   // who talked until just now
	alone   string   // the speaker last reported as talking alone
	turn    turn
	names   map[string]string
	closed  bool
	turns   int
}

// held is a packet that is being held back.
type held struct {
	raw   []byte
	level uint8
	at    time.Time
}

// stop is the server's event that somebody stopped talking.
type stop struct {
	id string
	at time.Time
}

// turn is whose audio it is now.
type turn struct {
	id string
	to bot.TrackSink
}

func newMix(handler bot.RoomHandler) *mix { return &mix{handler: handler, names: map[string]string{}} }

// Packet implements peer.Sink.
func (m *mix) Packet(raw []byte, levelExtID uint8) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed || len(m.waiting) >= mixMost {
		return
	}
	m.waiting = append(m.waiting, held{append([]byte(nil), raw...), levelExtID, time.Now()})
}

// End implements peer.Sink; the mix ends by close alone.
func (m *mix) End() {}

// named records somebody's display name.
func (m *mix) named(id, name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.names[id] = name
}

// talking records a talking event.
func (m *mix) talking(id string, on bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := slices.Index(m.talkers, id)
	switch {
	case on && at < 0:
		m.talkers = append(m.talkers, id)
	case !on && at >= 0:
		now := time.Now()
		m.talkers = slices.Delete(m.talkers, at, at+1)
		m.stopped = slices.DeleteFunc(m.stopped, func(s stop) bool { return now.Sub(s.at) > 2*mixDelay }) // nothing waits for so long
		m.stopped = append(m.stopped, stop{id, now})
	}
	m.tell()
}

// tell reports who talks alone, and so whose audio must arrive. People who talk at the same time can't be heard apart, and would
// be taken for unheard. The caller holds mu.
func (m *mix) tell() {
	alone := ""
	if len(m.talkers) == 1 {
		alone = m.talkers[0]
	}
	if alone == m.alone {
		return
	}
	if m.alone != "" {
		m.handler.Talking(m.alone, false)
	}
	if m.alone = alone; alone != "" {
		m.handler.Talking(alone, true)
	}
}

// whose is the speaker of audio received at a time, by what is known now: the only one who can have talked then.
func (m *mix) whose(came time.Time) string {
	may := slices.Clone(m.talkers)
	for _, s := range m.stopped {
		if !came.After(s.at) && !slices.Contains(may, s.id) {
			may = append(may, s.id)
		}
	}
	if len(may) == 1 {
		return may[0]
	}
	return severalID
}

// deal passes on packets that were held long enough.
func (m *mix) deal(now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for n < len(m.waiting) && now.Sub(m.waiting[n].at) >= mixDelay {
		n++
	}
	if n == 0 || m.closed {
		return
	}
	for _, h := range m.waiting[:n] {
		m.begin(m.whose(h.at))
		m.turn.to.Packet(h.raw, h.level)
	}
	m.waiting = slices.Delete(m.waiting, 0, n)
}

// begin opens a turn if it is not the current speaker's; the caller holds mu.
func (m *mix) begin(id string) {
	if m.turn.to != nil && m.turn.id == id {
		return
	}
	if m.turn.to != nil {
		m.turn.to.End()
	}
	m.turns++
	info := bot.TrackInfo{
		Track: fmt.Sprintf("%s.%d", trackName(id), m.turns), SpeakerID: id, SpeakerName: m.names[id],
		Role: models.RoleSpeaker, Attribution: models.AttributionPlatform,
	}
	if id == severalID {
		info.SpeakerName, info.Role, info.Attribution = severalName, "", models.AttributionUnknown
	}
	m.turn = turn{id, m.handler.Track(info)}
}

// close ends the turn for good. Packets still held are passed on first.
func (m *mix) close() {
	m.deal(time.Now().Add(mixDelay))
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	if m.turn.to != nil {
		m.turn.to.End()
		m.turn.to = nil
	}
}
