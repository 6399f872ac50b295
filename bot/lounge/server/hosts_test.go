package server_test

import (
	"net/http"
	"strings"
	"testing"

	"earshot/bot"
	"earshot/bot/lounge"
	"earshot/bot/lounge/server"
	"earshot/models"
)

// TestOnlyTheTokenMakesAHost: who speaks first, alone, or under any name is a guest; who sends the token is a host, first or not.
func TestOnlyTheTokenMakesAHost(t *testing.T) {
	for _, tokens := range []map[string]string{
		{"Ana": "", "Ben": ""}, {"Ana": "", "Ben": hostToken}, {"Ana": hostToken, "Ben": hostToken},
	} {
		base, _ := open(t, server.Config{HostToken: hostToken})
		next := watch(t, base, "lounge", "")
		c := &crowd{t: t, base: base}
		for _, name := range []string{"Ana", "Ben"} {
			if got := c.publish("lounge", name, tokens[name]); got != http.StatusCreated {
				t.Fatalf("%s: %d", name, got)
			}
			want := models.RoleGuest
			if tokens[name] != "" {
				want = models.RoleHost
			}
			p := next(name+" comes", func(e lounge.Event) bool { return e.Type == lounge.EventPerson }).Person
			if p.Name != name || p.Role != want {
				t.Errorf("%s, the token %q: %+v, want the role %s", name, tokens[name], p, want)
			}
		}
		if got := c.publish("lounge", "Cem", "a wrong token, long enough"); got != http.StatusUnauthorized {
			t.Errorf("a wrong token: %d", got)
		}
	}
	base, _ := open(t, server.Config{}) // nobody can be a host
	c := &crowd{t: t, base: base}
	if got := c.publish("lounge", "Cem", "any token"); got != http.StatusUnauthorized {
		t.Errorf("a token where there is none: %d", got)
	}
}

// lookalikesOf are names that pass for the bot's, for the host's (Ana Maria), or say that they are a host's.
var lookalikesOf = []string{
	"Earshot", "E\u0430rshot", "Earshot (official)", "Ana Maria", "\u0410na Maria", "ANA MARIA", "Host", "Ben (host)",
}

// write sends a line to the chat of the room "lounge" from a page that goes by a name, and returns the status.
func (c *crowd) write(you, name string) int {
	c.t.Helper()
	status, _, _ := request(
		c.t, "POST", c.base+"/rooms/lounge/chat", "application/json", `{"text":"hi","name":"`+name+`"}`, lounge.WatcherHeader, you,
	)
	return status
}

// TestNobodyPassesForTheHostOrTheBot: with a microphone, by another name later, in the chat and as a listener.
func TestNobodyPassesForTheHostOrTheBot(t *testing.T) {
	base, _ := open(t, server.Config{HostToken: hostToken})
	c := &crowd{t: t, base: base}
	next := watch(t, base, "lounge", "")
	you := next("state", func(e lounge.Event) bool { return e.Type == lounge.EventRoom }).You
	if got := c.publish("lounge", "Ana Maria", hostToken); got != http.StatusCreated {
		t.Fatalf("the host: %d", got)
	}
	status, header, _ := request(t, "POST", base+"/whip/lounge?name=Ben", "application/sdp", offer(t))
	if status != http.StatusCreated {
		t.Fatalf("a guest: %d", status)
	}
	mine := base + strings.TrimPrefix(header.Get("Location"), "..")
	for i, name := range lookalikesOf {
		if got := c.publish("lounge", name, ""); got != http.StatusConflict {
			t.Errorf("publishing as %q: %d", name, got)
		}
		if got, _, _ := request(t, "PUT", mine, "application/json", `{"name":"`+name+`"}`); got != http.StatusConflict {
			t.Errorf("taking the name %q: %d", name, got)
		}
		if i%2 == 0 { // nobody may write more than a few lines at once
			continue
		}
		if got := c.write(you, name); got != http.StatusConflict {
			t.Errorf("writing as %q: %d", name, got)
		}
	}
	if got := c.follow("lounge", "listener=E%D0%B0rshot", ""); got != http.StatusOK {
		t.Fatalf("a listener: %d", got)
	}
	e := next("a listener", func(e lounge.Event) bool { return e.Type == lounge.EventListeners && len(e.Listeners) == 1 })
	if l := e.Listeners[0]; l.Bot || l.Name != "E\u0430rshot (unverified)" {
		t.Errorf("who only calls itself the bot is shown as %+v", l)
	}
	if got := c.follow("lounge", "listener=Earshot", hostToken); got != http.StatusOK {
		t.Fatalf("the bot: %d", got)
	}
	next("the bot itself", func(e lounge.Event) bool {
		return len(e.Listeners) == 2 && (e.Listeners[0] == lounge.Listener{ID: e.Listeners[0].ID, Name: "Earshot", Bot: true})
	})
}

// TestWhoHadTheHostsNameLosesIt: the name of a host who comes later is nobody else's, whether they speak or listen.
func TestWhoHadTheHostsNameLosesIt(t *testing.T) {
	base, _ := open(t, server.Config{HostToken: hostToken})
	c := &crowd{t: t, base: base}
	next := watch(t, base, "lounge", "")
	if got := c.publish("lounge", "\u0410na", ""); got != http.StatusCreated { // Cyrillic
		t.Fatal(got)
	}
	guest := next("the guest", func(e lounge.Event) bool { return e.Type == lounge.EventPerson }).Person
	if got := c.follow("lounge", "listener=ana", ""); got != http.StatusOK {
		t.Fatal(got)
	}
	if got := c.publish("lounge", "Ana", hostToken); got != http.StatusCreated {
		t.Fatal(got)
	}
	next("the guest has another name", func(e lounge.Event) bool {
		return e.Type == lounge.EventPerson && e.Person.ID == guest.ID && strings.HasPrefix(e.Person.Name, "Guest ")
	})
	next("the listener is marked", func(e lounge.Event) bool {
		return e.Type == lounge.EventListeners && len(e.Listeners) == 1 && e.Listeners[0].Name == "ana (unverified)"
	})
}

// TestChatSaysWhoIsVouchedFor: a line of the host's or the bot's is marked by the lounge, and no other.
func TestChatSaysWhoIsVouchedFor(t *testing.T) {
	base, _ := open(t, server.Config{HostToken: hostToken})
	next := watch(t, base, "lounge", "")
	you := next("state", func(e lounge.Event) bool { return e.Type == lounge.EventRoom }).You
	visitor(t, base, hostToken, bot.Notice{Name: "Earshot"})
	line := next("the bot announces itself", func(e lounge.Event) bool { return e.Type == lounge.EventChat }).Chat
	if !line.Bot || line.Role == models.RoleHost {
		t.Errorf("the bot's line: %+v", line)
	}
	if got := (&crowd{t: t, base: base}).write(you, "Ben"); got != http.StatusCreated {
		t.Fatal(got)
	}
	line = next("Ben writes", func(e lounge.Event) bool { return e.Type == lounge.EventChat && e.Chat.Name == "Ben" }).Chat
	if line.Bot || line.Role != "" {
		t.Errorf("a guest's line: %+v", line)
	}
}
