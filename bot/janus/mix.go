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
	// mixDelay is how long the mixed sound waits for the server's word on who talks: the server takes the mean of many
	// packets (2 s as it comes) before it says so.
	mixDelay = 2 * time.Second
	// mixKeep is how long a turn goes on after the server has said that nobody talks any more.
	mixKeep = 700 * time.Millisecond
	mixLook = 20 * time.Millisecond
	mixMost = 512 // packets that wait: over 10 s
)

// The speaker of what cannot be told apart.
const (
	severalID   = "mix"
	severalName = "Several people"
)

// mix deals the packets of one mixed track out to those who the server says are talking. While one person talks the
// sound is theirs, by the platform's word; what nobody or several are said to say is nobody's own. It implements
// peer.Sink. Its methods may be called from any goroutine.
type mix struct {
	ears bot.RoomHandler

	mu      sync.Mutex
	waiting []held
	talkers []string // who talks now, in the order in which they began
	alone   string   // the one whom the ears know to talk alone
	quiet   time.Time
	turn    turn
	names   map[string]string
	closed  bool
	turns   int
}

// held is a packet that waits.
type held struct {
	raw   []byte
	level uint8
	at    time.Time
}

// turn is whose the sound is now.
type turn struct {
	id string
	to bot.TrackSink
}

func newMix(ears bot.RoomHandler) *mix { return &mix{ears: ears, names: map[string]string{}} }

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

// named notes what somebody is called.
func (m *mix) named(id, name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.names[id] = name
}

// talking notes the server's word on somebody.
func (m *mix) talking(id string, on bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := slices.Index(m.talkers, id)
	switch {
	case on && at < 0:
		m.talkers = append(m.talkers, id)
	case !on && at >= 0:
		m.talkers = slices.Delete(m.talkers, at, at+1)
		if len(m.talkers) == 0 {
			m.quiet = time.Now()
		}
	}
	m.tell()
}

// tell lets the ears know who talks alone: their sound must arrive. Of those who talk at the same time as others none is
// heard apart, and would be taken for unheard. The caller holds mu.
func (m *mix) tell() {
	alone := ""
	if len(m.talkers) == 1 {
		alone = m.talkers[0]
	}
	if alone == m.alone {
		return
	}
	if m.alone != "" {
		m.ears.Talking(m.alone, false)
	}
	if m.alone = alone; alone != "" {
		m.ears.Talking(alone, true)
	}
}

// whose is who the sound belongs to by what is known now.
func (m *mix) whose(now time.Time) string {
	switch {
	case len(m.talkers) == 1:
		return m.talkers[0]
	case len(m.talkers) > 1:
		return severalID
	case m.turn.to != nil && now.Sub(m.quiet) < mixKeep:
		return m.turn.id
	default:
		return severalID
	}
}

// deal passes on what has waited long enough.
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
	m.begin(m.whose(now))
	for _, h := range m.waiting[:n] {
		m.turn.to.Packet(h.raw, h.level)
	}
	m.waiting = slices.Delete(m.waiting, 0, n)
}

// begin opens a turn, when it is another person's than before; the caller holds mu.
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
	m.turn = turn{id, m.ears.Track(info)}
}

// close ends the turn for good. What still waits is passed on first.
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
