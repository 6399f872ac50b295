package lounge

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"earshot/models"
)

// WatcherHeader holds the secret of the sender's event stream (Event.You).
const WatcherHeader = "Earshot-Watcher"

// Limits of the chat. Lines are passed on and not kept.
const (
	maxLine   = 1000 // characters
	chatBurst = 6    // lines at once
	chatEvery = time.Second
)

// Chat is one line of a room's chat.
type Chat struct {
	ID string `json:"id"`
	// From is the sender's person id, or the public id of a listener.
	From string      `json:"from"`
	Name string      `json:"name"`
	Role models.Role `json:"role,omitempty"`
	// Bot says that a bot of this room's host wrote it.
	Bot  bool   `json:"bot,omitempty"`
	Text string `json:"text"`
	// To is the person whom alone the line is for; empty: everybody.
	To string    `json:"to,omitempty"`
	At time.Time `json:"at"`
}

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

// chat passes a line on. Whoever follows the room's events may write to everybody; only a host may write to one person.
func (s *Server) chat(w http.ResponseWriter, r *http.Request) {
	name, from, ok := s.asked(w, r)
	if !ok {
		return
	}
	b, ok := s.body(w, r, "application/json")
	if !ok {
		return
	}
	var in struct{ Text, To, Name string }
	if err := json.Unmarshal(b, &in); err != nil || clean(in.Text, maxLine) == "" {
		refuse(w, http.StatusBadRequest, `the body must be {"text":…, "to":…, "name":…} with a text`)
		return
	}
	if in.To != "" && !from.host {
		refuse(w, http.StatusForbidden, "only a host may write to one person")
		return
	}
	c := Chat{Name: cleanName(in.Name, "Guest"), Text: clean(in.Text, maxLine), To: in.To, At: time.Now().UTC()}
	status, title := s.say(name, r.Header.Get(WatcherHeader), from, &c)
	if title != "" {
		refuse(w, status, title)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(c)
}

// sign puts a line's sender into it. Who neither speaks nor listens under a name brings one along; the refusal says why not
// under this one.
func (s *Server) sign(c *Chat, r *room, from *watcher) (refusal string) {
	c.From = publicID(from.id)
	p := r.people[from.person]
	switch {
	case p != nil:
		c.From, c.Name, c.Role = p.ID, p.Name, p.Role
	case from.name != "":
		c.Name, c.Bot = from.name, from.host
	case from.host:
		c.Role = models.RoleHost
		s.claim(c.Name, true)
	default:
		return s.misleads(c.Name, false)
	}
	return ""
}

// say completes a line with its sender and sends it; title is the refusal.
func (s *Server) say(roomName, secret string, by caller, c *Chat) (status int, title string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rooms[roomName]
	if r == nil || r.watchers[secret] == nil {
		return http.StatusForbidden, "follow the room's events first, and send " + WatcherHeader
	}
	from := r.watchers[secret]
	if !s.mayWrite(by) || !from.chat.take(c.At) {
		return http.StatusTooManyRequests, "too many lines: wait a moment"
	}
	if title = s.sign(c, r, from); title != "" {
		return http.StatusConflict, title
	}
	s.lines++
	c.ID = strconv.Itoa(s.lines)
	e := Event{Type: EventChat, Chat: c}
	if c.To == "" {
		r.tell(e)
		return http.StatusCreated, ""
	}
	reached := false
	for _, w := range r.watchers {
		if w.person == c.To {
			reached = true
		}
	}
	if !reached {
		return http.StatusConflict, "that person has no page open to read it"
	}
	r.tellSome(e, func(w *watcher) bool { return w.person == c.To || w == from })
	return http.StatusCreated, ""
}
