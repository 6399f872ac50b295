package lounge

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// room is the state of one room. All fields are guarded by Server.mu.
type room struct {
	name      string
	people    map[string]*person  // by person id
	watchers  map[string]*watcher // by secret
	hearing   map[string]*hearing // by resource id
	marks     map[string]*mark    // by person id
	opened    *seat
	listening bool      // who listens has changed, and the watchers are not told yet
	used      time.Time // when it was last in use
}

// person is one publication.
type person struct {
	Person
	out  *forward
	res  *resource
	from string // whom the publication counts for
}

// watcher is one event stream. Its queue is closed by the server when the watcher is too slow or the lounge closes.
type watcher struct {
	id     string
	name   string // of a visible listener; "" for a page
	person string // the page's own publication, while it has one
	was    string // the page's own publication, once it had one
	host   bool   // came with the host's token
	chat   bucket
	queue  chan []byte
	seat   *seat
}

// hearing is one WHEP session.
type hearing struct {
	watcher string // secret of the event stream it belongs to, or ""
	name    string
	public  string
	host    bool // holds the token
	res     *resource
}

// queueLength is how many events a watcher may be behind.
const queueLength = 256

func newRoom(name string) *room {
	return &room{
		name: name, people: map[string]*person{}, watchers: map[string]*watcher{}, hearing: map[string]*hearing{}, marks: map[string]*mark{},
	}
}

// empty reports whether the room can be forgotten: decisions about people keep it.
func (r *room) empty() bool {
	return len(r.people) == 0 && len(r.watchers) == 0 && len(r.hearing) == 0 && len(r.marks) == 0
}

// inUse reports whether somebody speaks in the room, or a host or a bot of it is there.
func (r *room) inUse() bool {
	_, holders := count(r.watchers, func(w *watcher) bool { return w.host })
	return len(r.people) > 0 || holders > 0
}

// close ends all event streams with an event.
func (r *room) close(e Event) {
	r.tell(e)
	for _, w := range r.watchers {
		r.cut(w)
	}
}

// cut ends an event stream; what waits in its queue is still sent.
func (r *room) cut(w *watcher) {
	close(w.queue)
	delete(r.watchers, w.id)
	w.seat.giveBack()
}

// tell sends an event to every watcher; one whose queue is full is cut off and comes back to a fresh state.
func (r *room) tell(e Event) { r.tellSome(e, func(*watcher) bool { return true }) }

// tellSome sends an event to those watchers whom it is for.
func (r *room) tellSome(e Event, to func(*watcher) bool) {
	b := encode(e)
	for _, w := range r.watchers {
		if !to(w) {
			continue
		}
		select {
		case w.queue <- b:
		default:
			r.cut(w)
		}
	}
}

func encode(e Event) []byte {
	b, err := json.Marshal(e)
	if err != nil { // strings and bools always encode
		return []byte(`{}`)
	}
	return b
}

func (r *room) state(you string) Event {
	e := Event{Type: EventRoom, You: you, Listeners: r.listeners(), Audience: r.audience()}
	if w := r.watchers[you]; w != nil && w.host {
		e.Rights = hostRights()
	}
	for _, p := range r.people {
		e.People = append(e.People, p.Person)
	}
	slices.SortFunc(e.People, func(a, b Person) int { return strings.Compare(a.Track, b.Track) })
	return e
}

// listeners are those who hear without speaking: named event streams (bots), pages that hear before they have a
// microphone in the room, and WHEP sessions of strangers.
func (r *room) listeners() []Listener {
	var out []Listener
	seen := map[string]bool{}
	for _, w := range r.watchers {
		if w.name != "" && w.person == "" {
			out = append(out, Listener{ID: publicID(w.id), Name: w.name, Bot: w.host})
			seen[w.id] = true
		}
	}
	for _, h := range r.hearing {
		w := r.watchers[h.watcher]
		if w != nil && (w.person != "" || seen[w.id]) {
			continue
		}
		id := h.public
		if w != nil {
			id = publicID(w.id)
			seen[w.id] = true
		}
		out = append(out, Listener{ID: id, Name: h.name})
	}
	slices.SortFunc(out, func(a, b Listener) int { return strings.Compare(a.Name+a.ID, b.Name+b.ID) })
	return out
}

// publicID is the id by which others may know a secret's holder.
func publicID(secret string) string { return personID("listener", secret) }

// tellPerson tells that somebody came or changed, if the publication is still the current one.
func (r *room) tellPerson(p *person) {
	if r.people[p.ID] == p {
		c := p.Person
		r.tell(Event{Type: EventPerson, Person: &c})
	}
}
