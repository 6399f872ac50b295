package rooms

import (
	"net/http"
	"strconv"

	"earshot/bot/lounge"
	"earshot/bot/lounge/server/budget"
	"earshot/models"
)

// Say completes a line with its sender and sends it.
func (g *Registry) Say(roomName, secret string, by budget.Caller, c *lounge.Chat) *lounge.Problem {
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

var mustWatch = lounge.Refusal(http.StatusForbidden, "follow the room's events first, and send "+lounge.WatcherHeader)

// send does what say says, and reports whether the sender's name is a host's now; the caller holds the room's lock.
func (g *Registry) send(r *room, secret string, by budget.Caller, c *lounge.Chat) (claimed bool, no *lounge.Problem) {
	from := r.watchers[secret]
	if from == nil {
		return false, mustWatch
	}
	if !g.budget.MayWrite(by) || !from.chat.take(c.At) {
		return false, lounge.Refusal(http.StatusTooManyRequests, "too many lines: wait a moment")
	}
	claimed, refusal := g.sign(c, r, from)
	if refusal != "" {
		return false, lounge.Refusal(http.StatusConflict, refusal)
	}
	c.ID = strconv.FormatInt(g.lines.Add(1), 10)
	return claimed, r.pass(c, from)
}

// Caption sends a caption to everybody in a room.
func (g *Registry) Caption(roomName string, c *lounge.Caption) *lounge.Problem {
	r := g.find(roomName)
	if r == nil {
		return mustWatch
	}
	defer r.mu.Unlock()
	r.tell(lounge.Event{Type: lounge.EventCaption, Caption: c})
	return nil
}

// sign puts a line's sender into it. Who neither speaks nor listens under a name brings one along: a host's is claimed by it, and
// the refusal says why not under this one.
func (g *Registry) sign(c *lounge.Chat, r *room, from *watcher) (claimed bool, refusal string) {
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
		return false, g.names.Misleads(c.Name)
	}
	return false, ""
}

// pass sends a line to everybody, or to the one whom it is for and its sender.
func (r *room) pass(c *lounge.Chat, from *watcher) *lounge.Problem {
	e := lounge.Event{Type: lounge.EventChat, Chat: c}
	if c.To == "" {
		r.tell(e)
		return nil
	}
	reached := false
	for _, w := range r.watchers {
		reached = reached || w.person == c.To
	}
	if !reached {
		return lounge.Refusal(http.StatusConflict, "that person has no page open to read it")
	}
	r.tellSome(e, func(w *watcher) bool { return w.person == c.To || w == from })
	return nil
}
