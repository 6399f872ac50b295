package review

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/pages"
)

// browser keeps cookies and has an address.
type browser struct {
	t      *testing.T
	s      *served
	from   string
	cookie string // the session's
	device string
	header http.Header
}

func (b *browser) do(method, target string, form url.Values) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequestWithContext(b.t.Context(), method, target, strings.NewReader(form.Encode()))
	r.Host, r.RemoteAddr = "127.0.0.1:8484", b.from+":4711"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for k, v := range b.header {
		r.Header[k] = v
	}
	if b.cookie != "" {
		r.AddCookie(&http.Cookie{Name: cookieName, Value: b.cookie})
	}
	if b.device != "" {
		r.AddCookie(&http.Cookie{Name: deviceCookie, Value: b.device})
	}
	w := httptest.NewRecorder()
	b.s.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" {
			b.t.Errorf("cookie %+v", c)
		}
		if c.Name == cookieName {
			b.cookie = c.Value
		} else {
			b.device = c.Value
		}
	}
	return w
}

func (b *browser) code(method, target string, form url.Values) int {
	b.t.Helper()
	return b.do(method, target, form).Code
}

func guarded(t *testing.T, mode auth.Mode, change func(*Config)) (*served, *accessMemory) {
	t.Helper()
	d := &accessMemory{}
	return serve(t, heardRoom(), func(c *Config) {
		c.Mode, c.Local = mode, mode == auth.ModeLocal
		if change != nil {
			change(c)
		}
		c.Members = auth.NewMembers(d, c.Now)
	}), d
}

const (
	secret = "a long enough secret"
	// secretHash is secret as databases store it (argon2id, RFC 9106).
	secretHash = "$argon2id$v=19$m=19456,t=2,p=1$ZWFyc2hvdC10ZXN0LXNhbA$pK4VkcMXDipa9vaIkmQ1BysKdEv8j//sxDd5RuPbXxk"
)

// The limits of guesses at a secret.
const (
	guesses      = 8 // of one address
	guessEvery   = 5 * time.Second
	accountBurst = 40
	accountEvery = 10 * time.Second
)

// The cookies of a login, and of a browser in which somebody logged in before.
const (
	cookieName   = "earshot"
	deviceCookie = "earshot_device"
)

// newToken returns a secret and what databases store of it.
func newToken() (token, hash string) {
	token = rand.Text()
	return token, tokenHash(token)
}

func tokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

func TestThisMachineIsOpenUntilThereIsAnOwner(t *testing.T) {
	s, d := guarded(t, auth.ModeLocal, nil)
	here := &browser{t: t, s: s, from: "127.0.0.1"}
	if got := here.code("GET", "/", nil); got != 200 {
		t.Fatal(got)
	}
	for name, b := range map[string]*browser{
		"another machine": {t: t, s: s, from: "192.0.2.7"},
		"a proxy":         {t: t, s: s, from: "127.0.0.1", header: http.Header{"X-Forwarded-For": {"192.0.2.7"}}},
	} {
		if got := b.code("GET", "/", nil); got != http.StatusSeeOther {
			t.Errorf("%s: %d", name, got)
		}
		if got := b.code("GET", "/setup", nil); got != http.StatusNotFound {
			t.Errorf("%s may create the owner account: %d", name, got)
		}
	}
	inOrder(t, here.do("GET", "/access", nil).Body.String(), "Open to this machine", "/setup")
	if got := here.code("POST", "/setup", url.Values{"name": {"Kim"}, "password": {"short"}}); got != 400 {
		t.Errorf("a short password: %d", got)
	}
	if got := here.code("POST", "/setup", url.Values{"name": {"Kim"}, "password": {secret}}); got != http.StatusSeeOther || here.cookie == "" {
		t.Fatal(got)
	}
	if !strings.HasPrefix(d.users[0].Password, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("stored %q", d.users[0].Password)
	}
	if got := here.code("GET", "/access", nil); got != 200 {
		t.Errorf("the owner: %d", got)
	}
	other := &browser{t: t, s: s, from: "127.0.0.1"}
	if w := other.do("GET", "/s/s1?edit=1", nil); w.Code != http.StatusSeeOther ||
		w.Header().Get("Location") != "/login?next=%2Fs%2Fs1%3Fedit%3D1" {
		t.Errorf("%d %q", w.Code, w.Header().Get("Location"))
	}
	inOrder(t, here.do("GET", "/", nil).Body.String(), "<bdi>Kim</bdi>", "owner", `action="/logout"`)
	if got := other.code("POST", "/setup", url.Values{"name": {"Eve"}, "password": {secret}}); got != http.StatusNotFound {
		t.Errorf("a second owner: %d", got)
	}
}

func TestPasswordLoginAndLogout(t *testing.T) {
	s, d := guarded(t, auth.ModeRequired, nil)
	d.users = []models.User{{ID: "u1", Name: "Kim", Access: models.AccessOwner, Password: secretHash}}
	b := &browser{t: t, s: s, from: "192.0.2.7", cookie: "chosen-by-an-attacker"}
	for _, form := range []url.Values{
		{"name": {"Kim"}, "password": {"wrong"}}, {"name": {"Nobody"}, "password": {secret}}, {"link": {"wrong"}}, {},
	} {
		if got := b.code("POST", "/login", form); got != http.StatusUnauthorized {
			t.Errorf("%v: %d", form, got)
		}
	}
	strange := b.do("GET", "/login", nil).Body.String()
	inOrder(t, strange, `<nav aria-label="Main" hidden>`, `action="/search"`, "hidden>",
		`name="name" value=""`, "autofocus", `name="password"`)
	if strings.Contains(strange, `id="me"`) {
		t.Error("a stranger is shown where to go")
	}
	inOrder(t, b.do("POST", "/login", url.Values{"name": {"Kim"}, "password": {"wrong"}}).Body.String(), "Wrong name or password.",
		`name="name" value="Kim"`, `name="password"`, "required autofocus>")
	inOrder(t, b.do("POST", "/login", url.Values{"link": {"wrong"}}).Body.String(), "This link is no longer valid.", `name="password"`)
	for next, want := range map[string]string{"/queue": "/queue", "//evil.example": "/", "https://evil.example": "/", `/\evil.example`: "/"} {
		w := b.do("POST", "/login", url.Values{"name": {"Kim"}, "password": {secret}, "next": {next}})
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != want {
			t.Errorf("%q: %d to %q", next, w.Code, w.Header().Get("Location"))
		}
	}
	if b.cookie == "chosen-by-an-attacker" || b.code("GET", "/queue", nil) != 200 {
		t.Error("no session of one's own")
	}
	for _, c := range d.creds {
		if c.Hash == b.cookie || len(c.Hash) != 64 {
			t.Error("the token itself is stored")
		}
	}
	old := b.cookie
	b.do("POST", "/logout", nil)
	b.cookie = old
	if got := b.code("GET", "/queue", nil); got != http.StatusSeeOther {
		t.Errorf("after the logout: %d", got)
	}
}

func TestWrongKeysAreThrottledAndValidOnesAlwaysGetIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, d := guarded(t, auth.ModeRequired, func(c *Config) { c.Now = time.Now })
		d.users = []models.User{{ID: "u1", Name: "Kim", Access: models.AccessOwner, Password: secretHash}}
		token, hash := newToken()
		d.creds = []models.Credential{{Hash: hash, Kind: models.CredentialKey, User: "u1"}}
		guesser := &browser{t: t, s: s, from: "192.0.2.7", header: http.Header{"Authorization": {"Bearer wrong"}}}
		codes := map[int]int{}
		for range 1000 {
			codes[guesser.code("GET", "/api/sessions", nil)]++
		}
		if codes[401] != guesses || codes[429] != 1000-guesses {
			t.Errorf("%v", codes)
		}
		time.Sleep(10 * guessEvery)
		if got := guesser.code("GET", "/api/sessions", nil); got != 401 {
			t.Errorf("much later: %d", got)
		}
		guesser.header.Set("Authorization", "Bearer "+token)
		if got := guesser.code("GET", "/api/sessions", nil); got != 200 {
			t.Errorf("a valid key after wrong ones: %d", got)
		}
		other := &browser{t: t, s: s, from: "192.0.2.8", header: http.Header{"Authorization": {"Bearer wrong"}}}
		if got := other.code("GET", "/api/sessions", nil); got != 401 {
			t.Errorf("another address: %d", got)
		}
	})
}

func TestKeysOpenTheAPIAndNothingInTheAddressDoes(t *testing.T) {
	s, d := guarded(t, auth.ModeRequired, nil)
	d.users = []models.User{{ID: "u1", Name: "Kim", Access: models.AccessOwner}}
	token, hash := newToken()
	d.creds = []models.Credential{{Hash: hash, Kind: models.CredentialKey, User: "u1", Access: models.AccessViewer}}
	tests := []struct {
		target, auth string
		want         int
	}{
		{"/api/sessions", "", 401},
		{"/api/sessions", "Bearer " + token, 200},
		{"/api/sessions", "Bearer " + token + "x", 401},
		{"/api/sessions", "Basic " + token, 401},
		{"/api/sessions?key=" + token, "", 401},
		{"/api/sessions?access_token=" + token, "", 401},
		{"/events", "", 401},
		{"/evidence/x.ogg", "", 401},
		{"/static/app.css", "", 200},
		{"/access", "Bearer " + token, 403}, // a viewer's key of an owner
	}
	for _, tt := range tests {
		b := &browser{t: t, s: s, from: "192.0.2.9", header: http.Header{}}
		if tt.auth != "" {
			b.header.Set("Authorization", tt.auth)
		}
		if got := b.code("GET", tt.target, nil); got != tt.want {
			t.Errorf("%s with %.12q: %d, want %d", tt.target, tt.auth, got, tt.want)
		}
	}
}

func TestRoomsAreKeptApart(t *testing.T) {
	s, d := guarded(t, auth.ModeRequired, nil)
	d.users = []models.User{
		{ID: "u1", Name: "Viewer", Rooms: map[string]models.Access{"open-mic": models.AccessViewer}},
		{ID: "u2", Name: "Reviewer", Rooms: map[string]models.Access{"open-mic": models.AccessReviewer}},
		{ID: "u3", Name: "Stranger", Rooms: map[string]models.Access{"book-club": models.AccessHost}},
	}
	as := func(id string) *browser {
		token, hash := newToken()
		d.creds = append(d.creds, models.Credential{Hash: hash, Kind: models.CredentialSession, User: id})
		return &browser{t: t, s: s, from: "192.0.2.7", cookie: token}
	}
	clip := "/evidence/" + models.EvidenceID(heardRoom().flags[0].Utterance) + ".ogg"
	line := pages.LineURL(heardRoom().lines[0].Key)
	confirm := url.Values{"status": {"confirmed"}}
	tests := []struct {
		method, path               string
		form                       url.Values
		viewer, reviewer, stranger int
	}{
		{"GET", "/s/s1", nil, 200, 200, 404},
		{"GET", "/s/s1/timeline", nil, 200, 200, 404},
		{"GET", "/s/s1/export/txt", nil, 200, 200, 404},
		{"GET", "/api/sessions/s1", nil, 200, 200, 404},
		{"GET", "/events/nope", nil, 404, 404, 404},
		{"GET", clip, nil, 200, 200, 404},
		{"GET", line, nil, 403, 200, 404},
		{"GET", "/people/open-mic/Ben", nil, 200, 200, 404},
		{"POST", "/people/open-mic/Ben/erase", url.Values{"name": {"Ben"}}, 403, 403, 404},
		{"GET", "/access", nil, 403, 403, 403},
		{"POST", "/access/key", nil, 403, 403, 403},
		{"POST", "/s/s1/summary", nil, 403, 400, 404},
		{"POST", "/flags/f1", confirm, 403, 303, 404},
		{"POST", "/flags/f1", url.Values{"verb": {"mute"}}, 403, 403, 404},
	}
	for _, tt := range tests {
		for id, want := range map[string]int{"u1": tt.viewer, "u2": tt.reviewer, "u3": tt.stranger} {
			if got := as(id).code(tt.method, tt.path, tt.form); got != want {
				t.Errorf("%s %s %s: %d, want %d", id, tt.method, tt.path, got, want)
			}
		}
	}
	for _, path := range []string{"/", "/queue", "/search?q=coin", "/api/sessions"} {
		if body := as("u3").do("GET", path, nil).Body.String(); strings.Contains(body, "Open mic") || strings.Contains(body, "guaranteed") {
			t.Errorf("%s shows another room", path)
		}
	}
}

func TestOwnerGivesAndTakesAccess(t *testing.T) {
	s, d := guarded(t, auth.ModeRequired, func(c *Config) { c.Setup = "first-token" })
	owner := &browser{t: t, s: s, from: "192.0.2.7"}
	if got := owner.code("GET", "/setup", nil); got != 404 {
		t.Errorf("without the token: %d", got)
	}
	if got := owner.code("POST", "/setup", url.Values{"name": {"Kim"}, "password": {secret}, "token": {"first-token"}}); got != 303 {
		t.Fatal(got)
	}
	body := owner.do("POST", "/access/add", url.Values{"name": {"Lee"}, "access": {"reviewer"}, "room": {"open-mic"}}).Body.String()
	link := regexp.MustCompile(`login\?link=([\w-]+)`).FindStringSubmatch(body)
	if link == nil {
		t.Fatal("no link")
	}
	lee := &browser{t: t, s: s, from: "192.0.2.8"}
	inOrder(t, lee.do("GET", "/login?link="+link[1], nil).Body.String(), `name="link" value="`+link[1])
	for i, want := range []int{303, 401} { // it works once
		if got := lee.code("POST", "/login", url.Values{"link": {link[1]}}); got != want {
			t.Errorf("use %d: %d", i+1, got)
		}
	}
	if got := lee.code("GET", "/s/s1", nil); got != 200 {
		t.Error(got)
	}
	body = owner.do("POST", "/access/key", url.Values{"label": {"bot"}, "access": {"viewer"}}).Body.String()
	key := regexp.MustCompile(`<code>([\w-]{43})</code>`).FindStringSubmatch(body)
	program := &browser{t: t, s: s, from: "192.0.2.9", header: http.Header{"Authorization": {"Bearer " + key[1]}}}
	if got := program.code("GET", "/api/sessions", nil); got != 200 {
		t.Error(got)
	}
	owner.do("POST", "/access/revoke", url.Values{"key": {tokenHash(key[1])[:16]}})
	if got := program.code("GET", "/api/sessions", nil); got != 401 {
		t.Errorf("a revoked key: %d", got)
	}
	owner.do("POST", "/access/remove", url.Values{"user": {d.users[1].ID}})
	if got := lee.code("GET", "/s/s1", nil); got != http.StatusSeeOther {
		t.Errorf("a removed user: %d", got)
	}
	inOrder(t, owner.do("POST", "/access/remove", url.Values{"user": {d.users[0].ID}}).Body.String(), "The last owner cannot be removed")
}
