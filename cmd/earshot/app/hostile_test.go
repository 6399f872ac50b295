package app

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"earshot/cmd/earshot/internal/programtest"
	"earshot/cmd/earshot/secrets"
	"earshot/models"
	"earshot/models/sqlite"
	"earshot/models/waittest"
)

// recorder is a room server that records every byte that is sent to it, and refuses all requests.
type recorder struct {
	*httptest.Server
	mu   sync.Mutex
	sent strings.Builder
	to   string // where it redirects WHEP; "" for nowhere
}

func newRecorder(t *testing.T) *recorder {
	t.Helper()
	r := &recorder{}
	r.Server = httptest.NewServer(http.HandlerFunc(r.serve))
	t.Cleanup(r.Close)
	return r
}

func (r *recorder) note(b []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent.Write(append(b, '\n'))
}

func (r *recorder) heard() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sent.String()
}

func (r *recorder) serve(w http.ResponseWriter, req *http.Request) {
	dump, _ := httputil.DumpRequest(req, true) // what can't be read is not there
	r.note(dump)
	switch {
	case websocket.IsWebSocketUpgrade(req):
		up := websocket.Upgrader{Subprotocols: []string{"janus-protocol"}, CheckOrigin: func(*http.Request) bool { return true }}
		c, err := up.Upgrade(w, req, nil)
		if err != nil {
			return
		}
		defer c.Close()
		for {
			_, data, err := c.ReadMessage()
			if err != nil {
				return
			}
			r.note(data)
		}
	case r.to != "" && strings.Contains(req.URL.Path, "redirect"):
		http.Redirect(w, req, r.to, http.StatusTemporaryRedirect)
	default:
		w.Header().Set("Link", `<stun:127.0.0.1:1>; rel="ice-server"`)
		http.Error(w, "no", http.StatusForbidden)
	}
}

// addresses returns rooms of every kind on the server.
func (r *recorder) addresses(room string) []string {
	host := strings.TrimPrefix(r.URL, "http://")
	return []string{
		"whep+http://" + host + "/" + room, "whep+http://" + host + "/redirect/" + room, "lounge://" + host + "/" + room,
		"janus+ws://" + host + "/room/" + room, "livekit://" + host + "/" + room,
	}
}

// guestbook is a service with users of different roles.
type guestbook struct {
	base    string
	log     *programtest.Output
	secrets []string
}

const configuredRoom = "livekit://127.0.0.1:1/open-mic"

// hostileSite runs a service with every secret set, each for a configured server, one of which can be joined.
func hostileSite(t *testing.T, named *recorder) guestbook {
	t.Helper()
	dir := t.TempDir()
	store, err := sqlite.Open(t.Context(), filepath.Join(dir, "earshot.db"))
	if err != nil {
		t.Fatal(err)
	}
	for name, u := range map[string]models.User{
		"olga": {Access: models.AccessOwner}, "gus": {Access: models.AccessHost},
		"rita": {Rooms: map[string]models.Access{configuredRoom: models.AccessHost}},
	} {
		u.ID, u.Name = name, name
		sum := sha256.Sum256([]byte("key-of-" + name))
		err = store.PutUser(t.Context(), u, "test", time.Now())
		if err == nil {
			err = store.PutCredential(t.Context(), models.Credential{
				Hash: hex.EncodeToString(sum[:]), Kind: models.CredentialKey, User: name, Label: name, Created: time.Now(),
			}, "test")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	g := guestbook{}
	rooms := []string{configuredRoom, "lounge://127.0.0.1:1/hall", "janus+ws://127.0.0.1:1/room/7", named.addresses("stage")[0]}
	env := append(
		os.Environ(), "EARSHOT_DATA_DIR="+dir, "EARSHOT_DECODERS=1", "EARSHOT_ROOMS="+strings.Join(rooms, ","),
		"EARSHOT_TOKEN_URL=whep+"+named.URL,
	)
	for _, s := range secrets.RoomSecrets() {
		mark := "marked-" + strings.ToLower(s.Variable)
		g.secrets = append(g.secrets, mark)
		env = append(env, s.Variable+"="+mark)
	}
	serve := programtest.Serve(t, env)
	g.log, g.base = serve.Log, "http://"+serve.Host
	return g
}

// ask sends a request as a user; form is JSON for the API.
func (g guestbook) ask(t *testing.T, who, method, path, body string) (status int, text string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, g.base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer key-of-"+who)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if strings.HasPrefix(path, "/api/") {
		req.Header.Set("Content-Type", "application/json")
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, _ := io.ReadAll(res.Body) // the status says what is needed
	return res.StatusCode, string(data)
}

// everyWay tries to invite the bot to an address through the API, by a link and on the page.
func (g guestbook) everyWay(t *testing.T, who, address string) (statuses []int) {
	t.Helper()
	for _, try := range []struct{ path, body string }{
		{"/api/invitations", fmt.Sprintf(`{"url": %q}`, address)},
		{"/invite", url.Values{"url": {address}, "do": {"link"}}.Encode()},
		{"/api/rooms", fmt.Sprintf(`{"url": %q}`, address)},
		{"/invite", url.Values{"url": {address}, "do": {"invite"}}.Encode()},
		{"/api/rooms", fmt.Sprintf(`{"url": %q, "allow_server": true, "private_server": true}`, address)},
	} {
		if who == "olga" && strings.Contains(try.body, "allow_server") {
			continue
		}
		status, _ := g.ask(t, who, http.MethodPost, try.path, try.body)
		statuses = append(statuses, status)
	}
	return statuses
}

// TestSecretsReachOnlyTheServersTheyAreFor has hosts invite the bot to a server that records everything it is sent. The bot does not
// connect to a server that nobody configured or allowed, sends no secret to one that an owner allowed, and follows neither into this
// network.
func TestSecretsReachOnlyTheServersTheyAreFor(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	named, attacker, inside := newRecorder(t), newRecorder(t), newRecorder(t)
	attacker.to = inside.URL
	g := hostileSite(t, named)
	waittest.Until(
		t, "the named server is given its secret",
		func() bool { return strings.Contains(named.heard(), "Bearer marked-earshot_token") },
	)

	for _, room := range []string{"open-mic", "backroom"} {
		for _, address := range attacker.addresses(room) {
			for _, who := range []string{"rita", "gus", "olga"} {
				for _, status := range g.everyWay(t, who, address) {
					if status != http.StatusForbidden {
						t.Errorf("%s may invite to %s: %d", who, address, status)
					}
				}
			}
		}
	}
	if got := attacker.heard(); got != "" {
		t.Fatalf("a server that nobody named was sent:\n%s", got)
	}
	t.Run("what is allowed is reached at public addresses alone", func(t *testing.T) { g.allowed(t, attacker, false) })
	if got := attacker.heard(); got != "" {
		t.Fatalf("a server in this network was sent:\n%s", got)
	}
	t.Run("what is allowed in this network is given no secret", func(t *testing.T) { g.allowed(t, attacker, true) })
	waittest.Until(t, "the allowed server is connected to", func() bool {
		heard := attacker.heard()
		return strings.Contains(heard, "POST /stage-true") && strings.Contains(heard, "/rooms/stage-true/events") &&
			strings.Contains(heard, `"janus":"create"`)
	})
	all := attacker.heard() + inside.heard()
	for _, secret := range append(g.secrets, "Bearer") {
		if strings.Contains(all, secret) {
			t.Errorf("a server that the configuration does not name was sent %s", secret)
		}
		if strings.Contains(g.log.String(), secret) && secret != "Bearer" {
			t.Errorf("the log tells %s", secret)
		}
	}
	if inside.heard() != "" {
		t.Errorf("a redirect was followed into this network:\n%s", inside.heard())
	}
}

// allowed has an owner allow the server and a host invite the bot to all of its rooms.
func (g guestbook) allowed(t *testing.T, r *recorder, private bool) {
	t.Helper()
	for _, address := range r.addresses(fmt.Sprint("stage-", private)) {
		if status, text := g.ask(
			t, "olga", http.MethodPost, "/api/servers", fmt.Sprintf(`{"server": %q, "private": %v}`, address, private),
		); status != http.StatusOK {
			t.Fatalf("an owner may not allow %s: %d %s", address, status, text)
		}
		status, text := g.ask(t, "gus", http.MethodPost, "/api/rooms", fmt.Sprintf(`{"url": %q}`, address))
		want := http.StatusOK
		if strings.HasPrefix(address, "livekit") { // which nobody enters without credentials
			want = http.StatusBadRequest
		}
		if status != want {
			t.Errorf("%s: %d %s", address, status, text)
		}
		if status, _ := g.ask(t, "rita", http.MethodPost, "/api/rooms", fmt.Sprintf(`{"url": %q}`, address)); status != http.StatusForbidden {
			t.Errorf("the host of another room may invite to %s: %d", address, status)
		}
	}
	waittest.Until(t, "the service has tried", func() bool {
		_, text := g.ask(t, "olga", http.MethodGet, "/api/rooms", "")
		var found struct{ Rooms []models.RoomState }
		if err := json.Unmarshal([]byte(text), &found); err != nil {
			t.Fatal(err)
		}
		return !slices.ContainsFunc(found.Rooms, func(s models.RoomState) bool {
			return strings.Contains(s.URL, fmt.Sprint("stage-", private)) && s.Problem == ""
		})
	})
}
