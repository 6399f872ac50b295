package roomtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"earshot/bot"
	"earshot/bot/audio"
	"earshot/models"
)

// Tagged is an endless recording whose packets tell whose they are. They are well-formed, and nobody would like to hear them.
func Tagged(tag byte) Source {
	n := -1
	return func() ([]byte, time.Duration, error) {
		n++
		b := make([]byte, 40+n%7)
		b[0], b[1] = 0xF8, tag // RFC 6716: 20 ms, CELT, one channel
		return b, time.Duration(n) * 20 * time.Millisecond, nil
	}
}

// Listener is a bot.RoomHandler that counts, by speaker, the packets of Tagged.
type Listener struct {
	mu     sync.Mutex
	news   chan struct{} // closed and made anew at each change
	joined int
	people map[string]models.Speaker // who is there, by id
	names  map[string]string         // of everybody who was there, by id, as they were told last
	tracks []*listenerTrack
}

type listenerTrack struct {
	listener *Listener
	info     bot.TrackInfo
	tags     map[byte]int
	ended    bool
}

// NewListener returns a Listener that has heard nothing.
func NewListener() *Listener {
	return &Listener{news: make(chan struct{}), people: map[string]models.Speaker{}, names: map[string]string{}}
}

func (e *Listener) note(f func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	f()
	close(e.news)
	e.news = make(chan struct{})
}

// Joined implements bot.RoomHandler.
func (e *Listener) Joined(bot.Capabilities) { e.note(func() { e.joined++ }) }

// Speaker implements bot.RoomHandler.
func (e *Listener) Speaker(s models.Speaker) {
	e.note(func() { e.people[s.ID], e.names[s.ID] = s, s.Name })
}

// Left implements bot.RoomHandler.
func (e *Listener) Left(id string) { e.note(func() { delete(e.people, id) }) }

// Talking implements bot.RoomHandler.
func (e *Listener) Talking(string, bool) {}

// Track implements bot.RoomHandler. Its speaker's name is the newest, and a later Speaker changes it, as with what the bot writes.
func (e *Listener) Track(i bot.TrackInfo) bot.TrackSink {
	t := &listenerTrack{listener: e, info: i, tags: map[byte]int{}}
	e.note(func() { e.tracks, e.names[i.SpeakerID] = append(e.tracks, t), i.SpeakerName })
	return t
}

// Packet implements bot.TrackSink. Short packets are silence, and so are long ones that begin as a server's own do.
func (t *listenerTrack) Packet(raw []byte, level uint8) {
	p, err := audio.ParsePacket(raw, level)
	if err == nil && len(p.Payload) >= 40 && !bytes.HasPrefix(p.Payload, []byte{0xF8, 0xFF, 0xFE}) {
		t.listener.note(func() { t.tags[p.Payload[1]]++ })
	}
}

// End implements bot.TrackSink.
func (t *listenerTrack) End() { t.listener.note(func() { t.ended = true }) }

// speaker is the name under which the track's sound goes now; the caller holds the listener's mu.
func (t *listenerTrack) speaker() string { return t.listener.names[t.info.SpeakerID] }

// until waits for a condition, which is read under the lock.
func (e *Listener) until(what string, holds func() bool) error {
	late := time.NewTimer(Patience)
	defer late.Stop()
	for {
		e.mu.Lock()
		ok, news := holds(), e.news
		e.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-news:
		case <-late.C:
			e.mu.Lock()
			defer e.mu.Unlock()
			seen := ""
			for _, t := range e.tracks {
				seen += fmt.Sprintf("; %s: %v, ended %v", t.speaker(), t.tags, t.ended)
			}
			return fmt.Errorf("roomtest: not seen within %v: %s (%d people%s)", Patience, what, len(e.people), seen)
		}
	}
}

// Hears waits until so many more packets of everybody came under their own names.
func (e *Listener) Hears(tags map[string]byte, names ...string) error {
	const more = 20
	e.mu.Lock()
	from := map[string]int{}
	for _, n := range names {
		from[n] = e.heard(n, tags[n])
	}
	e.mu.Unlock()
	return e.until(fmt.Sprintf("the sound of %v", names), func() bool {
		for _, n := range names {
			if e.heard(n, tags[n]) < from[n]+more {
				return false
			}
		}
		return true
	})
}

// Heard waits until so many packets of somebody came in all.
func (e *Listener) Heard(tags map[string]byte, name string, packets int) error {
	return e.until(fmt.Sprintf("%d packets of %s", packets, name), func() bool { return e.heard(name, tags[name]) >= packets })
}

// heard counts a tag's packets under a name; the caller holds mu.
func (e *Listener) heard(name string, tag byte) (n int) {
	for _, t := range e.tracks {
		if t.speaker() == name {
			n += t.tags[tag]
		}
	}
	return n
}

// Here reports whether somebody is there.
func (e *Listener) Here(name string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.here(name)
}

// Inside reports whether the bot has joined.
func (e *Listener) Inside() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.joined > 0
}

// here is Here; the caller holds mu.
func (e *Listener) here(name string) bool {
	for _, p := range e.people {
		if p.Name == name {
			return true
		}
	}
	return false
}

// listen runs a connector until leave is called, which returns how it ended.
func (e *Listener) listen(c bot.Connector) (leave func() error) {
	ctx, cancel := context.WithCancelCause(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx, e) }()
	enough := errors.New("enough")
	return sync.OnceValue(func() error {
		cancel(enough)
		if err := <-ended; !errors.Is(err, enough) {
			return fmt.Errorf("roomtest: the connector ended with %w", errOr(err))
		}
		return nil
	})
}
