package review

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"earshot/models"
	"earshot/moderation/review/auth"
)

// fakeDesk is an Inviter, Links, Servers and a Listener that records its calls.
type fakeDesk struct {
	link    models.Invitation
	paused  atomic.Bool
	asked   atomic.Int32 // how often whether it is paused was asked
	returns time.Time    // when it comes back after Leave
	// strange makes the servers ones that nobody has allowed.
	strange bool
	err     error

	mu  sync.Mutex // several pages may ask it at once
	did []string
}

func (f *fakeDesk) note(what string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.did = append(f.did, what)
}

func (f *fakeDesk) rooms() []models.RoomState {
	return []models.RoomState{{Room: "stage", State: "listening"}, {Room: "other"}}
}

func (f *fakeDesk) Terms(_ context.Context, i models.Invitation) (models.Terms, error) {
	if !strings.HasPrefix(i.URL, "lounge://") {
		return models.Terms{}, fmt.Errorf("%w: no kind of room", models.ErrInvalid)
	}
	return models.Terms{
		Room: models.Room{ID: "stage", Name: "Stage", URL: i.URL}, Notice: "I am Earshot.", ModerateOnly: i.Profile == "secret",
		Strange: f.strange, Server: "lounge://a", NoChat: strings.HasSuffix(i.URL, "/mute"),
	}, nil
}

func (f *fakeDesk) Invite(_ context.Context, i models.Invitation) (models.RoomState, error) {
	f.note("invite " + i.URL + " by " + i.By)
	return models.RoomState{Room: "stage"}, f.err
}

func (f *fakeDesk) Leave(_ context.Context, room, by string) (returns time.Time, err error) {
	f.note("leave " + room + " by " + by)
	return f.returns, f.err
}

func (f *fakeDesk) Link(_ context.Context, i models.Invitation) (string, error) {
	f.link = i
	return "https://earshot.example/invite/s3cret", f.err
}

func (f *fakeDesk) Linked(_ context.Context, secret string) (models.Invitation, error) {
	if secret != "s3cret" || f.link.URL == "" {
		return models.Invitation{}, models.ErrNotFound
	}
	return f.link, nil
}

func (f *fakeDesk) Follow(ctx context.Context, secret string) (models.RoomState, error) {
	i, err := f.Linked(ctx, secret)
	if err == nil {
		f.link = models.Invitation{}
		return f.Invite(ctx, i)
	}
	return models.RoomState{}, err
}

func (f *fakeDesk) Pause(_ context.Context, name string, on bool, by string) error {
	f.paused.Store(on)
	f.note(fmt.Sprintf("pause %s %t by %s", name, on, by))
	return f.err
}

func (f *fakeDesk) Paused(context.Context, string) bool {
	f.asked.Add(1)
	return f.paused.Load()
}

func (f *fakeDesk) Object(_ context.Context, c models.Consent) (models.Consent, error) {
	f.note(fmt.Sprintf("%s %s by %s, %s", c.SpeakerID, c.What, c.By, c.How))
	return c, f.err
}

func (f *fakeDesk) took() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := strings.Join(f.did, "; ")
	f.did = nil
	return out
}

// owned is an access store with one owner and no keys.
func owned() *accessMemory {
	return &accessMemory{users: []models.User{{ID: "u0", Name: "Kim", Access: models.AccessOwner}}}
}

// keyFor adds somebody with a key for programs.
func keyFor(d *accessMemory, name string, may models.Access) string {
	token, hash := newToken()
	d.users = append(d.users, models.User{ID: name, Name: name, Access: may})
	d.creds = append(d.creds, models.Credential{Hash: hash, Kind: models.CredentialKey, User: name})
	return token
}

func withDesk(f *fakeDesk) func(*Config) {
	return func(c *Config) { c.Inviter, c.Links, c.Servers, c.Listener, c.States = f, f, f, f, f.rooms }
}

// send sends a browser's form, or a program's JSON.
func send(t *testing.T, s http.Handler, method, path, body, key string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	r.Host = "127.0.0.1"
	if strings.HasPrefix(body, "{") {
		r.Header.Set("Content-Type", "application/json")
	} else if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// TestInvitationPage shows what the bot does before anything happens, and invites when the button is pressed.
func TestInvitationPage(t *testing.T) {
	f := &fakeDesk{}
	s := serve(t, heardRoom(), withDesk(f))
	q := url.Values{"url": {"lounge://a/stage"}}.Encode()
	page := send(t, s, "GET", "/invite?"+q, "", "").Body.String()
	for _, want := range []string{"Into <bdi>Stage</bdi>", "I am Earshot.", "What is stored", `name="do" value="invite"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if !strings.Contains(page, "/optout") || strings.Contains(page, "write in the chat") {
		t.Error("a room with a chat: the page does not say how to object there")
	}
	mute := send(t, s, "GET", "/invite?url=lounge%3A%2F%2Fa%2Fmute", "", "").Body.String()
	if strings.Contains(mute, "/optout") || !strings.Contains(mute, "write in the chat") || !strings.Contains(mute, "person optout") {
		t.Error("a room without a chat: the page does not say how to object there")
	}
	if done := f.took(); done != "" {
		t.Errorf("looking did %q", done)
	}
	if w := send(t, s, "POST", "/invite", q+"&do=invite", ""); w.Code != http.StatusSeeOther || f.took() != "invite lounge://a/stage by host" {
		t.Errorf("inviting: %d", w.Code)
	}
	f.err = fmt.Errorf("%w: the bot listens there already", models.ErrConflict)
	if w := send(t, s, "POST", "/invite", q, ""); w.Code != http.StatusConflict ||
		!strings.Contains(w.Body.String(), "the bot listens there already") {
		t.Errorf("inviting twice: %d", w.Code)
	}
	if w := send(t, s, "GET", "/invite?url=ftp%3A%2F%2Fx", "", ""); !strings.Contains(w.Body.String(), "no kind of room") {
		t.Error("a wrong address is not told")
	}
}

// TestInvitationLink: whoever has it can view it without a login, and invite once; viewing does not use it up.
func TestInvitationLink(t *testing.T) {
	f := &fakeDesk{}
	s := serve(t, heardRoom(), func(c *Config) { withDesk(f)(c); c.Members, c.Mode = auth.NewMembers(owned(), nil), auth.ModeRequired })
	if w := send(t, s, "GET", "/invite", "", ""); w.Code != http.StatusSeeOther {
		t.Errorf("without a login: %d", w.Code)
	}
	f.link = models.Invitation{URL: "lounge://a/stage", By: "Kim", Expires: time.Now().Add(time.Hour)}
	for range 2 {
		if w := send(t, s, "GET", "/invite/s3cret", "", ""); w.Code != http.StatusOK ||
			!strings.Contains(w.Body.String(), `action="/invite/s3cret"`) {
			t.Fatalf("looking: %d", w.Code)
		}
	}
	if w := send(t, s, "POST", "/invite/s3cret", "do=invite", ""); w.Code != http.StatusOK || f.took() != "invite lounge://a/stage by Kim" {
		t.Errorf("following: %d", w.Code)
	}
	for method, path := range map[string]string{"POST": "/invite/s3cret", "GET": "/invite/s3cret"} {
		if w := send(t, s, method, path, "", ""); w.Code != http.StatusNotFound || f.took() != "" {
			t.Errorf("%s again: %d", method, w.Code)
		}
	}
	if w := send(t, s, "POST", "/invite", "url=lounge://a/b", ""); w.Code != http.StatusUnauthorized || f.took() != "" {
		t.Errorf("the other form without a login: %d", w.Code)
	}
}

// TestListeningByAPIAndPage: hosts pause, resume, leave and leave people out; viewers do none of it.
func TestListeningByAPIAndPage(t *testing.T) {
	f := &fakeDesk{}
	m := heardRoom()
	speaker, room := m.speakers[0].ID, roomOfSession(t, m, "s1")
	access := owned()
	host, viewer := keyFor(access, "host", models.AccessHost), keyFor(access, "viewer", models.AccessViewer)
	s := serve(t, m, func(c *Config) { withDesk(f)(c); c.Members, c.Mode = auth.NewMembers(access, nil), auth.ModeRequired })
	for _, x := range []struct{ method, path, body, did string }{
		{"POST", "/api/rooms", `{"url":"lounge://a/stage","profile":"x"}`, "invite lounge://a/stage by host"},
		{"DELETE", "/api/rooms/" + room, "", "leave " + room + " by host"},
		{"POST", "/api/rooms/" + room + "/pause", "", "pause " + room + " true by host"},
		{"POST", "/api/rooms/" + room + "/resume", "", "pause " + room + " false by host"},
		{"POST", "/api/sessions/s1/people/" + speaker + "/objection", `{"objects":true}`, speaker + " objected by host, api"},
		{"POST", "/s/s1/listening", "do=pause", "pause s1 true by host"},
		{"POST", "/s/s1/listening", "do=leave", "leave " + room + " by host"},
		{"POST", "/s/s1/consent", "objects=0&speaker=" + speaker, speaker + " withdrew by host, page"},
	} {
		if w := send(t, s, x.method, x.path, x.body, viewer); w.Code != http.StatusForbidden || f.took() != "" {
			t.Errorf("%s %s by a viewer: %d", x.method, x.path, w.Code)
		}
		if w := send(t, s, x.method, x.path, x.body, ""); w.Code != http.StatusUnauthorized || f.took() != "" {
			t.Errorf("%s %s by nobody: %d", x.method, x.path, w.Code)
		}
		if w := send(t, s, x.method, x.path, x.body, host); w.Code >= 400 {
			t.Errorf("%s %s: %d %s", x.method, x.path, w.Code, w.Body)
		}
		if did := f.took(); did != x.did {
			t.Errorf("%s %s did %q, want %q", x.method, x.path, did, x.did)
		}
	}
	for path, want := range map[string]int{"/api/sessions/s1/people/nobody/objection": 404, "/api/sessions/none/people/x/objection": 404} {
		if w := send(t, s, "POST", path, `{"objects":true}`, host); w.Code != want {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	f.err = models.WithHint(errors.New("the bot is not in this room now"), "look")
	if w := send(t, s, "POST", "/api/rooms/"+room+"/pause", "", host); w.Code != http.StatusConflict ||
		!strings.Contains(w.Body.String(), "not in this room now") {
		t.Errorf("pausing where it is not: %d %s", w.Code, w.Body)
	}
}

// TestLedgerPage shows the ledger and gives it as a table in which no cell is a formula.
func TestLedgerPage(t *testing.T) {
	m := heardRoom()
	m.ledger = []models.Consent{
		{Session: "s1", SpeakerID: "x", SpeakerName: "=HYPERLINK(1)", What: models.ConsentObjected, How: "chat", At: m.sessions[0].Started},
		{Session: "s1", What: models.ConsentTold, How: "seen", At: m.sessions[0].Started},
	}
	s := serve(t, m, nil)
	page := send(t, s, "GET", "/s/s1/consent", "", "").Body.String()
	for _, want := range []string{"everyone present", "was notified", "objected: not transcribed", "=HYPERLINK(1)"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	file := send(t, s, "GET", "/s/s1/consent.csv", "", "").Body.String()
	if strings.Count(file, "\n") != 3 || !strings.Contains(file, "'=HYPERLINK(1)") {
		t.Errorf("the table is %q", file)
	}
}

func roomOfSession(t *testing.T, m *memory, id string) string {
	t.Helper()
	info, err := m.Session(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return info.Room
}
