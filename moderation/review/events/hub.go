package events

import (
	"crypto/rand"
	"errors"
	"strings"
	"sync"
	"time"

	"earshot/models"
)

var (
	// ErrSlow says a watcher did not keep up and was dropped. It may subscribe again after the last event it saw.
	ErrSlow = errors.New("watcher was too slow")
	// ErrGone says the events after a cursor are no longer held. The watcher must read the store and subscribe anew.
	ErrGone = errors.New("events after this cursor are no longer held")
	// ErrClosed says the hub was closed.
	ErrClosed = errors.New("event hub is closed")
)

// HubConfig sizes a Hub; zero fields take their defaults.
type HubConfig struct {
	// Replay is how many past events are held for those who resume (default 2048). Partials and floors are not among them:
	// the latest of each is held beside them.
	Replay int
	// Buffer is how many events may wait for one watcher before it is dropped (default 256).
	Buffer int
}

// Hub hands events to watchers. Publishing never waits: each watcher has a bounded buffer and is dropped when it is
// full, so a slow reader harms no one. Memory is bounded by Replay events and Buffer events per watcher.
type Hub struct {
	cursorText
	buffer int

	mu       sync.Mutex
	seq      uint64
	evicted  uint64 // the latest event that has left the ring
	ring     []models.Event
	next     int // the ring's oldest place, once it is full
	now      standing
	watchers map[*Watcher]struct{}
	closed   bool
}

// NewHub makes a hub without watchers.
func NewHub(c HubConfig) *Hub {
	if c.Replay <= 0 {
		c.Replay = 2048
	}
	if c.Buffer <= 0 {
		c.Buffer = 256
	}
	return &Hub{
		cursorText: cursorText{strings.ToLower(rand.Text()[:10]), models.NewBlind()},
		buffer:     c.Buffer,
		ring:       make([]models.Event, 0, c.Replay),
		now:        newStanding(),
		watchers:   make(map[*Watcher]struct{}),
	}
}

// Publish numbers the event, keeps it for those who resume and offers it to all watchers. It never blocks; any
// goroutine may call it. What the event points at is given away: watchers share it and nobody may change it. Publish an
// utterance or a flag after it is stored, never before, so that a page read from the store plus the events after it
// misses nothing. It returns the event's number.
func (h *Hub) Publish(e models.Event) uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seq++
	e.Seq = h.seq
	h.now.note(e, time.Now())
	if !passes(e) {
		h.keep(e)
	}
	for w := range h.watchers {
		if !w.wants(e) {
			continue
		}
		select {
		case w.events <- e:
		default:
			h.drop(w, ErrSlow)
		}
	}
	return e.Seq
}

func (h *Hub) keep(e models.Event) {
	if len(h.ring) < cap(h.ring) {
		h.ring = append(h.ring, e)
		return
	}
	h.evicted = h.ring[h.next].Seq
	h.ring[h.next] = e
	h.next = (h.next + 1) % len(h.ring)
}

// drop ends a watcher; the caller holds the lock.
func (h *Hub) drop(w *Watcher, err error) {
	if _, ok := h.watchers[w]; !ok {
		return
	}
	delete(h.watchers, w)
	w.err = err
	close(w.events)
}

// Cursor is the place after the latest event. Take it before reading the store, and subscribe after it.
func (h *Hub) Cursor() Cursor {
	h.mu.Lock()
	defer h.mu.Unlock()
	return Cursor{Hub: h.id, Seq: h.seq}
}

// Watchers is how many watchers there are now.
func (h *Hub) Watchers() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.watchers)
}

// Subscribe begins watching one session, or all when session is "". Events after the cursor that are still held come
// first, then the latest partial of each line that is being spoken, and who may speak next; the zero Cursor starts with
// those. The caller must Close the watcher. Errors: ErrGone when the cursor is of another run or too old, ErrClosed.
func (h *Hub) Subscribe(session string, after Cursor) (*Watcher, error) {
	return h.subscribe(session, after, false)
}

func (h *Hub) subscribe(session string, after Cursor, page bool) (*Watcher, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, ErrClosed
	}
	w := &Watcher{hub: h, session: session, page: page}
	var missed []models.Event
	if after != (Cursor{}) {
		if after.Hub != h.id || after.Seq > h.seq || after.Seq < h.evicted {
			return nil, ErrGone
		}
		missed = h.after(w, after.Seq)
	}
	missed = append(missed, h.now.shown(w.session, w.wants, after.Seq, h.seq, time.Now())...)
	w.events = make(chan models.Event, len(missed)+h.buffer)
	for _, e := range missed {
		w.events <- e
	}
	h.watchers[w] = struct{}{}
	return w, nil
}

// after collects the held events that the watcher missed; the caller holds the lock.
func (h *Hub) after(w *Watcher, seq uint64) []models.Event {
	var missed []models.Event
	for i := range h.ring {
		e := h.ring[(h.next+i)%len(h.ring)]
		if e.Seq > seq && w.wants(e) && !blank(e) {
			missed = append(missed, e)
		}
	}
	return missed
}

// Forget drops the held events that match, so that who resumes does not get what was taken out of the record. Publish what
// stands in its place after it.
func (h *Hub) Forget(match func(models.Event) bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, e := range h.ring {
		if match(e) {
			h.ring[i] = models.Event{Seq: e.Seq, SessionID: e.SessionID}
		}
	}
	h.now.forget(match)
}

// Reset forgets all events after something was erased. Pages that watch load anew: what they were still to get is
// dropped. Other watchers get an event without content and lose nothing.
func (h *Hub) Reset() {
	h.mu.Lock()
	defer h.mu.Unlock()
	clear(h.ring)
	h.now.clear()
	h.ring, h.next = h.ring[:0], 0
	h.seq++
	h.evicted = h.seq
	for w := range h.watchers {
		for w.page && len(w.events) > 0 {
			select {
			case <-w.events:
			default:
			}
		}
		select {
		case w.events <- models.Event{Seq: h.seq}:
		default:
			h.drop(w, ErrSlow)
		}
	}
}

// blank reports whether an event has no content: it was forgotten, or says that all were.
func blank(e models.Event) bool {
	return e.Session == nil && e.Speaker == nil && e.Partial == nil && e.Utterance == nil && e.Flag == nil && e.Gap == nil &&
		e.Evidence == nil && e.Decision == nil && e.Action == nil && e.Floor == nil && e.Alarm == nil
}

// Close ends all watchers with ErrClosed and refuses new ones; publishing stays allowed and reaches nobody. It lets
// http.Server.Shutdown finish: register it with RegisterOnShutdown.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for w := range h.watchers {
		h.drop(w, ErrClosed)
	}
}

// Watcher receives events. One goroutine reads Events; any may call Close.
type Watcher struct {
	hub     *Hub
	session string
	events  chan models.Event
	page    bool  // what waits for it may be dropped, guarded by hub.mu
	err     error // guarded by hub.mu
}

func (w *Watcher) wants(e models.Event) bool {
	if e.Floor != nil && w.session == "" { // who speaks next is shown on a session's own page alone
		return false
	}
	return w.session == "" || w.session == e.SessionID || e.Alarm != nil
}

// Events delivers in order of Seq. The channel is closed when the watcher is closed or dropped, after the events that
// were already waiting. The events are shared: read only.
func (w *Watcher) Events() <-chan models.Event { return w.events }

// Err says why the channel was closed: ErrSlow, ErrClosed, or nil when Close was called or nothing was closed.
func (w *Watcher) Err() error {
	w.hub.mu.Lock()
	defer w.hub.mu.Unlock()
	return w.err
}

// Close ends the watching; a second call does nothing.
func (w *Watcher) Close() {
	w.hub.mu.Lock()
	defer w.hub.mu.Unlock()
	w.hub.drop(w, nil)
}
