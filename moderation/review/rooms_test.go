package review

import (
	"strings"
	"testing"
	"time"

	"earshot/models"
)

// TestRoomsSayTheirTrouble: each room says in a sentence what is wrong, at the top, on the rooms page and the health page.
func TestRoomsSayTheirTrouble(t *testing.T) {
	in := func(x models.RoomState) models.RoomState {
		x.Room, x.Session, x.Name = "open-mic", "s1", "Open mic"
		return x
	}
	away := models.RoomState{Room: "stage", Name: "Stage", Session: "soon"}
	for name, tt := range map[string]struct {
		state        models.RoomState
		says, health string
	}{
		"well": {in(models.RoomState{State: "listening"}), "listening for", ""},
		"deaf": {in(models.RoomState{State: "listening", Deaf: []string{"Ben", "Ana"}}), "Cannot hear Ben, Ana: shown as talking", ""},
		"silent": {
			in(models.RoomState{State: "listening", Quiet: models.Quiet{Since: start, Silent: true}}), "Only silence has arrived since ",
			"Open mic: Only silence has arrived since ",
		},
		"music":  {in(models.RoomState{State: "listening", Quiet: models.Quiet{Since: start}}), "No speech since ", ""},
		"paused": {in(models.RoomState{State: "listening", Paused: true}), "A host has paused listening.", ""},
		"note": {
			in(models.RoomState{State: "listening", Note: "Nobody could be told."}), "Nobody could be told.", "Open mic: Nobody could be told.",
		},
		"kicked": {
			in(models.RoomState{State: "waiting", Problem: "failed:server: no route"}), "Not in the room: no route. Earshot keeps trying.",
			"Open mic: Not in the room",
		},
		"joining": {
			models.RoomState{Room: away.Room, Name: away.Name, Session: away.Session, State: "joining"}, "Joining the room.", "",
		},
		"unreachable": {
			models.RoomState{Room: away.Room, Name: away.Name, Session: away.Session, State: "waiting", Problem: "connection refused"},
			"Not in the room: connection refused. Earshot keeps trying.", "Stage: Not in the room: connection refused.",
		},
		"scheduled": {
			models.RoomState{Room: away.Room, Name: away.Name, State: "waiting", Next: start.Add(26 * time.Hour)},
			"Joins tomorrow at 22:14 UTC.", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := room()
			m.sessions = append(m.sessions, models.Session{ID: "soon", Room: "stage", Name: "Stage", Started: start})
			f := &fakeDesk{}
			s := serve(t, m, func(c *Config) {
				withDesk(f)(c)
				c.States = func() []models.RoomState { return []models.RoomState{tt.state} }
			})
			body := ask(t, s, "GET", "/").Body.String()
			inOrder(t, body, tt.says)
			if waits := tt.state.Session == "soon"; strings.Contains(body, `href="/s/soon"`) == waits {
				t.Error("a session that has not joined is listed, or one that has is not")
			}
			health := ask(t, s, "GET", "/health").Body.String()
			if tt.health != "" {
				inOrder(t, health, `class="ill"`, tt.health)
			} else if strings.Contains(health, `class="ill"`) {
				t.Error("trouble where there is none")
			}
		})
	}
}

// TestEmptyRoomsInvite: with a running service the first page offers to invite the bot, and its commands are those that work with a
// running service.
func TestEmptyRoomsInvite(t *testing.T) {
	f := &fakeDesk{}
	s := serve(t, &memory{}, func(c *Config) {
		withDesk(f)(c)
		c.States = func() []models.RoomState { return nil }
	})
	body := ask(t, s, "GET", "/").Body.String()
	inOrder(
		t, body, "No rooms yet", `action="/invite"`, "under <code>servers</code>", "earshot invite livekit://",
		"earshot invite lounge://127.0.0.1:8484/my-room",
		"rooms.example/stage",
	)
	for _, alone := range []string{"earshot join", "earshot demo"} {
		if strings.Contains(body, alone) {
			t.Errorf("%s can't run beside the service", alone)
		}
	}
}

// TestChangesSayWhose: the audit log says whose flag was changed and in which room.
func TestChangesSayWhose(t *testing.T) {
	m := room()
	m.trail = []models.AuditEntry{
		{At: start, By: "Kim", What: "flag confirmed", Target: m.flags[0].ID, Session: "s1"},
		{At: start, By: "Kim", What: "text corrected", Target: "s1/1/1/t-Ana", Session: "s1"},
		{At: start, By: "Kim", What: "sent the bot out", Target: "lounge://a/stage"},
		{At: start, By: "Kim", What: "flag dismissed", Target: "erased", Session: "gone"},
	}
	inOrder(
		t, ask(t, serve(t, m, nil), "GET", "/health").Body.String(), "flag confirmed", "Rule scam.guaranteed", "of <bdi>Ben</bdi>",
		`href="/flags/`+m.flags[0].ID, "Open mic", "text corrected", `href="/s/s1"`, "Open mic", "sent the bot out", "lounge://a/stage",
		"flag dismissed",
	)
}

// TestSpeakersHaveOneColour: a person has the same colour in the queue, in a search and on the session's page.
func TestSpeakersHaveOneColour(t *testing.T) {
	m := room()
	m.speakers[0].FirstMS = 9000 // Ana came first, and has the first colour
	s := serve(t, m, nil)
	for _, path := range []string{"/s/s1", "/queue", "/search?q=coin"} {
		body := ask(t, s, "GET", path).Body.String()
		if !strings.Contains(body, `"name c1"`) {
			t.Errorf("%s: Ben has another colour", path)
		}
	}
}
