package rooms

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"

	"earshot/bot/lounge"
	"earshot/bot/lounge/names"
	"earshot/bot/lounge/server/budget"
	"earshot/bot/lounge/server/forward"
)

// room is the state of one room. Its methods are for whoever holds mu.
type room struct {
	name string

	mu        sync.Mutex
	people    map[string]*Speaker // by person id
	watchers  map[string]*watcher // by secret
	hearing   map[*hearing]struct{}
	marks     map[string]*mark // by person id
	opened    *budget.Reservation
	listening bool      // who listens has changed, and the watchers are not told yet
	used      time.Time // when it was last in use
}

// Session is the connection behind a publication, or behind somebody who hears one.
type Session interface {
	ID() string // nobody else knows it
	End(reason error)
	Done() <-chan struct{}
}

// Speaker is one publication. What of its Person may change is guarded by the room's mu.
type Speaker struct {
	lounge.Person
	Out     *forward.Track
	From    string  // whom the publication counts for
	room    *room   // set by join
	Session Session // set by join
}

// watcher is one event stream. Its queue is closed when the watcher is too slow or the room closes.
type watcher struct {
	id       string
	name     string // of a visible listener; "" for a page
	person   string // the page's own publication, while it has one
	was      string // the page's own publication, once it had one
	host     bool   // came with the host's token
	chat     bucket
	Queue    chan []byte
	reserved *budget.Reservation
	room     *room
}

// hearing is one WHEP session.
type hearing struct {
	watcher string // secret of the event stream it belongs to, or ""
	name    string
	host    bool // holds the token
	session Session
	room    *room
}

// queueLength is how many events a watcher may be behind.
const queueLength = 256

func newRoom(name string) *room {
	return &room{
		name: name, people: map[string]*Speaker{}, watchers: map[string]*watcher{}, hearing: map[*hearing]struct{}{}, marks: map[string]*mark{},
	}
}

// empty reports whether the room can be forgotten: decisions about people keep it.
func (r *room) empty() bool {
	return len(r.people) == 0 && len(r.watchers) == 0 && len(r.hearing) == 0 && len(r.marks) == 0
}

// inUse reports whether somebody speaks in the room, or a host or a bot of it is there.
func (r *room) inUse() bool {
	holders, _ := r.count(budget.Watching)
	return len(r.people) > 0 || holders > 0
}

// count counts those of a room who hold a place of a kind: with the host's token, and without.
func (r *room) count(p budget.Place) (holders, strangers int) {
	note := func(host bool) {
		if host {
			holders++
		} else {
			strangers++
		}
	}
	switch p {
	case budget.Speaking:
		for _, p := range r.people {
			note(p.host())
		}
	case budget.Listening:
		for h := range r.hearing {
			note(h.host)
		}
	case budget.Watching, budget.Opening, budget.Places:
		for _, w := range r.watchers {
			note(w.host)
		}
	}
	return holders, strangers
}

// full reports whether the room has no place left for a caller.
func (r *room) full(l budget.Limits, c budget.Caller, p budget.Place) bool {
	holders, strangers := r.count(p)
	return l.Full(c, p, holders, strangers)
}

// close ends all event streams with an event.
func (r *room) close(e lounge.Event) {
	r.tell(e)
	for _, w := range r.watchers {
		r.cut(w)
	}
}

// cut ends an event stream; what waits in its queue is still sent.
func (r *room) cut(w *watcher) {
	close(w.Queue)
	delete(r.watchers, w.id)
	w.reserved.Release()
}

// tell sends an event to every watcher; one whose queue is full is cut off and comes back to a fresh state.
func (r *room) tell(e lounge.Event) { r.tellSome(e, func(*watcher) bool { return true }) }

// tellSome sends an event to those watchers whom it is for.
func (r *room) tellSome(e lounge.Event, to func(*watcher) bool) {
	b := encode(e)
	for _, w := range r.watchers {
		if !to(w) {
			continue
		}
		select {
		case w.Queue <- b:
		default:
			r.cut(w)
		}
	}
}

func encode(e lounge.Event) []byte {
	b, err := json.Marshal(e)
	if err != nil { // strings and bools always encode
		return []byte(`{}`)
	}
	return b
}

func (r *room) state(you string) lounge.Event {
	e := lounge.Event{Type: lounge.EventRoom, You: you, Listeners: r.listeners(), Audience: r.audience()}
	if w := r.watchers[you]; w != nil && w.host {
		e.Rights = lounge.HostRights()
	}
	for _, p := range r.people {
		e.People = append(e.People, p.Person)
	}
	slices.SortFunc(e.People, func(a, b lounge.Person) int { return strings.Compare(a.Track, b.Track) })
	return e
}

// listeners are those who hear without speaking: named event streams (bots), pages that hear before they have a
// microphone in the room, and WHEP sessions of strangers.
func (r *room) listeners() []lounge.Listener {
	var out []lounge.Listener
	seen := map[string]bool{}
	for _, w := range r.watchers {
		if w.name != "" && w.person == "" {
			out = append(out, lounge.Listener{ID: publicID(w.id), Name: w.name, Bot: w.host})
			seen[w.id] = true
		}
	}
	for h := range r.hearing {
		w := r.watchers[h.watcher]
		if w != nil && (w.person != "" || seen[w.id]) {
			continue
		}
		id := h.session.ID()
		if w != nil {
			id = w.id
			seen[w.id] = true
		}
		out = append(out, lounge.Listener{ID: publicID(id), Name: h.name})
	}
	slices.SortFunc(out, func(a, b lounge.Listener) int { return strings.Compare(a.Name+a.ID, b.Name+b.ID) })
	return out
}

// tellPerson tells that somebody came or changed, if the publication is still the current one.
func (r *room) tellPerson(p *Speaker) {
	if r.people[p.ID] == p {
		c := p.Person
		r.tell(lounge.Event{Type: lounge.EventPerson, Person: &c})
	}
}

// tellChanges tells who talks and who listens, where that has changed since the last call.
func (r *room) tellChanges() {
	if r.listening { // however many come and go
		r.listening = false
		r.tell(lounge.Event{Type: lounge.EventListeners, Listeners: r.listeners()})
	}
	for _, p := range r.people {
		if now := p.Out.Talking() && !p.Muted; now != p.Talking {
			p.Talking = now
			r.tell(lounge.Event{Type: lounge.EventTalking, ID: p.ID, Talking: now})
		}
	}
}

// yield gives other names to those who go by one that is taken.
func (r *room) yield(taken *names.Taken) {
	for _, p := range r.people {
		if !p.host() && taken.Misleads(p.Name) != "" {
			p.Name = GuestName(p.ID)
			r.tellPerson(p)
		}
	}
	for _, w := range r.watchers {
		if w.host || w.name == "" {
			continue
		}
		if marked := taken.Mark(w.name); marked != w.name {
			w.name, r.listening = marked, true
		}
	}
	for h := range r.hearing {
		if !h.host && taken.Misleads(h.name) != "" {
			h.name, r.listening = somebody, true
		}
	}
}

// somebody is who listens without a name, or under one that is taken.
const somebody = "Somebody"

// mark is what hosts have decided about one person. It outlives the person's publication.
type mark struct {
	name     string
	muted    bool // nothing they say is passed on
	audience bool // may not publish
	banned   bool // may not publish, and is not shown
}

// audience are those whom a host moved there.
func (r *room) audience() []lounge.Listener {
	var out []lounge.Listener
	for id, m := range r.marks {
		if m.audience {
			out = append(out, lounge.Listener{ID: id, Name: m.name})
		}
	}
	slices.SortFunc(out, func(a, b lounge.Listener) int { return strings.Compare(a.Name+a.ID, b.Name+b.ID) })
	return out
}

// leave takes a publication out of the room, if it is still in it.
func (r *room) leave(p *Speaker) {
	if r.people[p.ID] != p {
		return
	}
	delete(r.people, p.ID)
	r.tell(lounge.Event{Type: lounge.EventLeft, ID: p.ID, Track: p.Track})
	for _, w := range r.watchers {
		if w.person == p.ID {
			w.person = ""
		}
	}
}
