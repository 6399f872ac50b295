package review

import (
	"net/url"
	"strings"
	"testing"

	"earshot/models"
)

// twoAnas is a room with an address, in which two people are called Ana and a third was named by a host.
func twoAnas() *memory {
	m := heardRoom()
	for i := range m.sessions {
		if m.sessions[i].Room == "open-mic" {
			m.sessions[i].Room, m.sessions[i].Name = "livekit://rooms.example/open-mic", "Open mic"
		}
	}
	other := m.sessions[1]
	other.ID, other.Room = "other", "livekit://elsewhere.example/open-mic"
	evening := m.sessions[1]
	evening.ID, evening.Room, evening.Name = "third", "lounge://localhost/evening", "A whole evening"
	m.sessions = append(m.sessions, other, evening)
	m.speakers = append(m.speakers, models.Speaker{Session: "s1", ID: "ana-2", Name: "Ana", FirstMS: 5})
	m.names = map[string]string{"Ben": "Benjamin"}
	return m
}

// TestRoomsAreCalledByTheirNames: wherever a room is chosen or named, it is called as the host called it; the address is added where
// several are called the same.
func TestRoomsAreCalledByTheirNames(t *testing.T) {
	m := twoAnas()
	s := serve(t, m, nil)
	for _, path := range []string{"/queue", "/search"} {
		inOrder(t, ask(t, s, "GET", path).Body.String(),
			`<option value="lounge://localhost/evening">A whole evening</option>`,
			`<option value="livekit://elsewhere.example/open-mic">Open mic (livekit://elsewhere.example/open-mic)</option>`,
			`<option value="livekit://rooms.example/open-mic">Open mic (livekit://rooms.example/open-mic)</option>`)
	}
	body := ask(t, s, "GET", "/queue?room="+url.QueryEscape("lounge://localhost/evening")).Body.String()
	inOrder(t, body, `<option value="lounge://localhost/evening" selected>A whole evening</option>`)
	body = ask(t, s, "GET", "/people/"+url.PathEscape("lounge://localhost/evening")+"/Ben").Body.String()
	inOrder(t, body, "Identities", "<code>Ben</code> in <bdi>A whole evening</bdi>")
}

// TestNamesakesAreToldApart: people with one name come with their ids where they are chosen, under the name that a host gave.
func TestNamesakesAreToldApart(t *testing.T) {
	m := twoAnas()
	m.ledger = []models.Consent{
		{Session: "s1", SpeakerID: "ana-2", SpeakerName: "Ana", What: models.ConsentObjected, How: "command", By: "cli:kim", At: start},
		{Session: "s1", What: models.ConsentTold, How: "chat", At: start},
	}
	s := serve(t, m, withDesk(&fakeDesk{}))
	body := ask(t, s, "GET", "/s/s1/consent").Body.String()
	inOrder(t, body, "<bdi>everyone present</bdi> was notified", "in the room&#39;s chat", "<bdi>Ana (ana-2)</bdi> objected",
		`<span class="dim">recorded by <bdi>kim on the command line</bdi>`,
		"<bdi>Ana (Ana)</bdi>", "Stop transcribing", "<bdi>Ana (ana-2)</bdi>", "not transcribed", "Transcribe again", "<bdi>Benjamin</bdi>")
	body = ask(t, s, "GET", "/search?q=coin&room="+url.QueryEscape("livekit://rooms.example/open-mic")).Body.String()
	inOrder(t, body, `<option value="Ana">Ana (Ana)</option>`, `<option value="ana-2">Ana (ana-2)</option>`,
		`<option value="Ben">Benjamin</option>`, `<bdi>Benjamin</bdi>`)
}

// TestCommandsAreNamedAsPeopleWould: what was done by a command says so in words.
func TestCommandsAreNamedAsPeopleWould(t *testing.T) {
	m := twoAnas()
	m.flags[0].Status, m.flags[0].DecidedBy = models.FlagConfirmed, "cli:kim"
	m.flags[0].Decided = start
	m.lines[0].Original, m.lines[0].EditedBy = "Bye my coin", "cli:kim"
	m.trail = []models.AuditEntry{{At: start, By: "cli:kim", What: "removed"}, {At: start, By: "cli", What: "removed"}}
	m.strikes = []models.LedgerEntry{{ID: "l1", Ledger: "conduct", Person: "Ben", Session: "s1", Points: 1, By: "cli:kim", At: start}}
	c := &calendar{times: []models.ScheduledTime{
		{ID: "t1", Room: "stage", Date: "2026-12-24", From: 600, Minutes: 60, Zone: "UTC", By: "cli:kim"},
	}}
	s := serve(t, m, func(x *Config) { withDesk(&fakeDesk{})(x); x.Scheduler = c })
	for _, path := range []string{"/queue", "/s/s1", "/health", "/people/x/Ben", "/schedule"} {
		body := ask(t, s, "GET", path).Body.String()
		if !strings.Contains(body, "kim on the command line") || strings.Contains(body, "cli:kim") {
			t.Errorf("%s: somebody is called cli:kim, or nothing", path)
		}
	}
	inOrder(t, ask(t, s, "GET", "/health").Body.String(), "somebody on the command line")
	w := post(t, s, "/flags/"+m.flags[0].ID, url.Values{"status": {"dismissed"}})
	inOrder(t, w.Body.String(), "already confirmed by kim on the command line")
}
