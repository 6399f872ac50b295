package lounge

import (
	"net/http"
	"strconv"
	"time"

	"earshot/models"
)

// Limits of the chat. Lines are passed on and not kept.
const (
	chatBurst = 6 // lines at once
	chatEvery = time.Second
)

// bucket bounds how many lines a watcher may send.
type bucket struct {
	left int
	at   time.Time
}

func (b *bucket) take(now time.Time) bool {
	if b.at.IsZero() {
		b.left, b.at = chatBurst, now
	}
	if n := int(now.Sub(b.at) / chatEvery); n > 0 {
		b.left = min(chatBurst, b.left+n)
		b.at = b.at.Add(time.Duration(n) * chatEvery)
	}
	if b.left == 0 {
		return false
	}
	b.left--
	return true
}

// say completes a line with its sender and sends it.
func (g *registry) say(roomName, secret string, by caller, c *Chat) *Problem {
	r := g.find(roomName)
	if r == nil {
		return mustWatch
	}
	claimed, no := g.send(r, secret, by, c)
	r.mu.Unlock()
	if claimed {
		g.claim(c.Name)
	}
	return no
}

var mustWatch = &Problem{http.StatusForbidden, "follow the room's events first, and send " + WatcherHeader}

// send does what say says, and reports whether the sender's name is a host's now; the caller holds the room's lock.
func (g *registry) send(r *room, secret string, by caller, c *Chat) (claimed bool, no *Problem) {
	from := r.watchers[secret]
	if from == nil {
		return false, mustWatch
	}
	if !g.budget.mayWrite(by) || !from.chat.take(c.At) {
		return false, &Problem{http.StatusTooManyRequests, "too many lines: wait a moment"}
	}
	claimed, refusal := g.sign(c, r, from)
	if refusal != "" {
		return false, &Problem{http.StatusConflict, refusal}
	}
	c.ID = strconv.FormatInt(g.lines.Add(1), 10)
	return claimed, r.pass(c, from)
}

// sign puts a line's sender into it. Who neither speaks nor listens under a name brings one along: a host's is claimed by it, and
// the refusal says why not under this one.
func (g *registry) sign(c *Chat, r *room, from *watcher) (claimed bool, refusal string) {
	c.From = publicID(from.id)
	p := r.people[from.person]
	switch {
	case p != nil:
		c.From, c.Name, c.Role = p.ID, p.Name, p.Role
	case from.name != "":
		c.Name, c.Bot = from.name, from.host
	case from.host:
		c.Role = models.RoleHost
		return true, ""
	default:
		return false, g.names.misleads(c.Name)
	}
	return false, ""
}

// pass sends a line to everybody, or to the one whom it is for and its sender.
func (r *room) pass(c *Chat, from *watcher) *Problem {
	e := Event{Type: EventChat, Chat: c}
	if c.To == "" {
		r.tell(e)
		return nil
	}
	reached := false
	for _, w := range r.watchers {
		reached = reached || w.person == c.To
	}
	if !reached {
		return &Problem{http.StatusConflict, "that person has no page open to read it"}
	}
	r.tellSome(e, func(w *watcher) bool { return w.person == c.To || w == from })
	return nil
}
