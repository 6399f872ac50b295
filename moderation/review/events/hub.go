package events

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"sync"
	"time"

	"earshot/models"
)

var (
	// ErrSlow says that a watcher did not keep up and was dropped. It may subscribe again after the last event it received.
	ErrSlow = errors.New("watcher was too slow")
	// ErrGone says that the events after a cursor are no longer held. The watcher must read the store and subscribe again.
	ErrGone = errors.New("events after this cursor are no longer held")
	// ErrClosed says the hub was closed.
	ErrClosed = errors.New("event hub is closed")
)

// HubConfig sizes a Hub; zero fields take their defaults.
type HubConfig struct {
	// Replay is how many past events are held for resuming (default 2048). Partials and floors are not among them: only the latest
	// of each is held.
	Replay int
	// Buffer is how many events may wait for one watcher before it is dropped (default 256).
	Buffer int
	// Lineage is the secret of hubs that show the same events: a cursor of one is valid at all of them. Empty: there is only this one.
	Lineage string
}

// Hub distributes events to watchers. Publishing never blocks: each watcher has a bounded buffer and is dropped when it is full, so
// that a slow reader affects nobody else. Memory is bounded by Replay events and Buffer events per watcher.
type Hub struct {
	cursorText
	buffer int

	mu       sync.Mutex
	seq      uint64
	evicted  uint64 // the latest event that has left the ring
	ring     []models.Event
	next     int // the ring's oldest entry, once it is full
	now      *standing
	watchers map[*Watcher]struct{}
	closed   bool
}

// NewHub returns a hub without watchers.
func NewHub(c HubConfig) *Hub {
	if c.Replay <= 0 {
		c.Replay = 2048
	}
	if c.Buffer <= 0 {
		c.Buffer = 256
	}
	if c.Lineage == "" {
		c.Lineage = rand.Text()
	}
	name := sha256.Sum256([]byte("hub " + c.Lineage))
	return &Hub{
		cursorText: cursorText{hex.EncodeToString(name[:5]), models.BlindOf(c.Lineage)},
		buffer:     c.Buffer,
		ring:       make([]models.Event, 0, c.Replay),
		now:        newStanding(),
		watchers:   make(map[*Watcher]struct{}),
	}
}

// Publish numbers the event, keeps it for resuming and sends it to all watchers. It never blocks; any goroutine may call it.
// Ownership of what the event points to passes to the hub: watchers share it and nobody may change it. Publish an utterance or a
// flag after it has been stored, never before, so that a page read from the store plus the later events misses nothing. It returns
// the event's number.
func (h *Hub) Publish(e models.Event) uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	e.Seq = h.seq + 1
	h.show(e)
	return e.Seq
}

// show adds the next event; the caller holds the lock.
func (h *Hub) show(e models.Event) {
	h.seq = e.Seq
	h.now.note(e, time.Now())
	if !passes(e) {
		h.keep(e)
	}
	h.send(e)
}

// send sends an event to who watches; the caller holds the lock.
func (h *Hub) send(e models.Event) {
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

// Cursor returns the position after the latest event. Take it before reading the store, and subscribe after it.
func (h *Hub) Cursor() Cursor {
	h.mu.Lock()
	defer h.mu.Unlock()
	return Cursor{Hub: h.id, Seq: h.seq}
}

// Watchers returns the current number of watchers.
func (h *Hub) Watchers() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.watchers)
}

// Subscribe starts watching one session, or all if session is "". Held events after the cursor come first, then the latest partial
// of each unfinished line, and the list of who may speak next; the zero Cursor starts with those. The caller must Close the watcher.
// Errors: ErrGone if the cursor belongs to another run or is too old, ErrClosed.
func (h *Hub) Subscribe(session string, after Cursor) (*Watcher, error) {
	return h.subscribe(&Watcher{session: session}, after)
}

func (h *Hub) subscribe(w *Watcher, after Cursor) (*Watcher, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, ErrClosed
	}
	w.hub = h
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

// Forget drops the held events that match, so that resuming watchers don't receive erased data. Publish its replacement afterwards.
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

// Reset forgets all events after an erasure. Watching pages reload: their pending events are dropped. Other watchers get an event
// without content and lose nothing.
func (h *Hub) Reset() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.restart(h.seq + 1)
}

// restart forgets all events and continues after one; the caller holds the lock.
func (h *Hub) restart(seq uint64) {
	clear(h.ring)
	h.now.clear()
	h.ring, h.next = h.ring[:0], 0
	h.seq, h.evicted = seq, seq
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

// begin forgets all events: those after seq follow. Watching pages reload.
func (h *Hub) begin(seq uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.restart(seq)
}

// receive adds an event that others have numbered, the next after all before.
func (h *Hub) receive(e models.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if blank(e) && e.SessionID == "" { // events are missing
		h.restart(e.Seq)
		return
	}
	h.show(e)
}

// pass sends an event of this process alone to those who watch now. The latest alarm is sent to others when they come.
func (h *Hub) pass(e models.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	e.Seq = h.seq
	if e.Alarm != nil {
		h.now.alarm = &e
	}
	h.send(e)
}

// blank reports whether an event has no content: it was forgotten, or says that all were.
func blank(e models.Event) bool {
	return e.Session == nil && e.Speaker == nil && e.Partial == nil && e.Utterance == nil && e.Flag == nil && e.Gap == nil &&
		e.Evidence == nil && e.Decision == nil && e.Action == nil && e.Floor == nil && e.Alarm == nil &&
		e.Consent == nil && e.Summary == nil && e.Room == nil && e.Health == nil && e.Rules == nil && e.Claim == nil && e.Access == nil
}

// Close ends all watchers with ErrClosed and refuses new ones; publishing remains possible without effect. It lets
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
	page    bool  // pending events may be dropped
	all     bool  // it passes on what it receives, and needs every event
	access  bool  // it needs nothing but changes of access
	err     error // guarded by hub.mu
}

func (w *Watcher) wants(e models.Event) bool {
	if w.access || e.Access != nil {
		return w.all || w.access && e.Access != nil
	}
	if e.Floor != nil && w.session == "" && !w.all { // who speaks next is shown only on a session's own page
		return false
	}
	// A page shows which session follows its own, what prevents the bot from joining its room, and how many flags wait in all rooms.
	elsewhere := e.Session != nil || e.Room != nil || e.Flag != nil
	return w.session == "" || w.session == e.SessionID || e.Alarm != nil || w.page && elsewhere
}

// Events delivers events in order of Seq. The channel is closed when the watcher is closed or dropped, after the pending events. The
// events are shared: read only.
func (w *Watcher) Events() <-chan models.Event { return w.events }

// Err says why the channel was closed: ErrSlow, ErrClosed, or nil when Close was called or nothing was closed.
func (w *Watcher) Err() error {
	w.hub.mu.Lock()
	defer w.hub.mu.Unlock()
	return w.err
}

// Close stops watching; a second call does nothing.
func (w *Watcher) Close() {
	w.hub.mu.Lock()
	defer w.hub.mu.Unlock()
	w.hub.drop(w, nil)
}
