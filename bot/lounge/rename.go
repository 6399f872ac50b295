package lounge

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"earshot/bot"
)

// rename lets a visible listener change its name: POST /rooms/{room}/name with {"name":…} and the secret of its event
// stream. It may do so as often as it may write to the chat.
func (s *Server) rename(w http.ResponseWriter, r *http.Request) {
	name, c, ok := s.asked(w, r)
	if !ok {
		return
	}
	b, ok := s.body(w, r, "application/json")
	if !ok {
		return
	}
	var in struct{ Name string }
	if err := json.Unmarshal(b, &in); err != nil || clean(in.Name, maxName) == "" {
		refuse(w, http.StatusBadRequest, `the body must be {"name":…} with a name`)
		return
	}
	if status, title := s.call(name, r.Header.Get(WatcherHeader), c, clean(in.Name, maxName)); title != "" {
		refuse(w, status, title)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// call gives a visible listener another name; title is the refusal.
func (s *Server) call(roomName, secret string, by caller, name string) (status int, title string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rooms[roomName]
	if r == nil || r.watchers[secret] == nil || r.watchers[secret].name == "" {
		return http.StatusForbidden, "follow the room's events as a listener with a name first, and send " + WatcherHeader
	}
	w := r.watchers[secret]
	if !s.mayWrite(by) || !w.chat.take(time.Now()) {
		return http.StatusTooManyRequests, "too many lines and names: wait a moment"
	}
	w.name = s.listenerName(name, w.host)
	r.listening = true
	return http.StatusNoContent, ""
}

// Rename implements bot.Renamer: everybody in the lounge sees the listener's name.
func (c *Client) Rename(ctx context.Context, name string) error {
	s := c.now.Load()
	if s == nil {
		return bot.ErrNotJoined
	}
	if name == "" {
		name = c.name
	}
	_, err := c.post(ctx, s, "/name", map[string]string{"name": name})
	return err
}
