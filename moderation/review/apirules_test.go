package review

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"earshot/models"
	"earshot/moderation/engine"
	"earshot/moderation/review/auth"
)

// order sends JSON to the API with a key.
func order(t *testing.T, s *served, path, key, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(body))
	r.Host, r.RemoteAddr = "127.0.0.1:8484", "192.0.2.1:4711"
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// keyed creates a user with some access in a room ("": in all), and a key of theirs.
func keyed(d *accessMemory, room string, access models.Access) string {
	token, hash := newToken()
	u := models.User{ID: fmt.Sprintf("u%d", len(d.users)), Name: fmt.Sprintf("user %d", len(d.users)), Access: access}
	if room != "" {
		u.Access, u.Rooms = models.AccessNone, map[string]models.Access{room: access}
	}
	d.users = append(d.users, u)
	d.creds = append(d.creds, models.Credential{Hash: hash, Kind: models.CredentialKey, User: u.ID})
	return token
}

// TestKeysDoWhatTheirRoleMay: redacting is for hosts of the room, replays are for those who may decide everywhere or in the room in
// question, and everybody with a key may try words.
func TestKeysDoWhatTheirRoleMay(t *testing.T) {
	book := &primer{}
	s, d := guarded(t, auth.ModeRequired, func(c *Config) { c.Rules, c.Tuner = book, book })
	m, _ := s.store.(*memory)
	k, room := m.lines[0].Key, m.sessions[0].Room
	for i, x := range m.sessions {
		if x.ID == "s1" {
			room = m.sessions[i].Room
		}
	}
	redaction := fmt.Sprintf("/api/sessions/s1/utterances/%d/%d/%s/redaction", k.Epoch, k.Seq, k.Track)
	const try, replay, tuning, take = "/api/rules/try", "/api/rules/replay", "/api/rules/tune", "/api/rules/take"
	words, text := `{"words":[4]}`, `{"text":["my coin"]}`
	reviewer, host, viewer := keyed(d, "", models.AccessReviewer), keyed(d, "", models.AccessHost), keyed(d, "", models.AccessViewer)
	owner := keyed(d, "", models.AccessOwner)
	there, elsewhere := keyed(d, room, models.AccessHost), keyed(d, "another", models.AccessHost)
	for _, tt := range []struct {
		path, key, body string
		want            int
	}{
		{redaction, "", words, 401},
		{redaction, viewer, words, 403},
		{redaction, reviewer, words, 403},
		{redaction, elsewhere, words, 404},
		{redaction, there, words, 200},
		{redaction, host, `{"all":true}`, 200},
		{redaction, host, `{}`, 400},
		{redaction, host, `{"all":true,"words":[1]}`, 400},
		{redaction, host, `{"words":["a"]}`, 400},
		{redaction, host, `{"word":[1]}`, 400},
		{strings.Replace(redaction, "/s1/", "/none/", 1), host, words, 404},
		{try, "", text, 401},
		{try, viewer, text, 200},
		{try, viewer, `{"text":[" "]}`, 400},
		{try, viewer, `{"text":["x"],"word_p":1.5}`, 400},
		{try, viewer, `{"text":["x"],"profile":"nope"}`, 400},
		{try, viewer, `{"text":["` + strings.Repeat("a ", 2000) + `"]}`, 400},
		{replay, "", `{}`, 401},
		{replay, viewer, `{}`, 403},
		{replay, there, `{}`, 403},
		{replay, elsewhere, `{"room":"` + room + `"}`, 403},
		{replay, there, `{"room":"` + room + `"}`, 200},
		{tuning, "", `{}`, 401},
		{tuning, viewer, `{}`, 403},
		{tuning, there, `{}`, 403},
		{tuning, reviewer, `{"since":"yesterday"}`, 400},
		{tuning, reviewer, `{"rule":"scam.guaranteed"}`, 200},
		{take, reviewer, `{"proposal":"a1"}`, 403},
		{take, host, `{"proposal":"a1"}`, 403},
		{take, owner, `{}`, 400},
		{take, owner, `{"proposal":"gone"}`, 404},
		{take, owner, `{"proposal":"a1"}`, 200},
		{replay, reviewer, `{"since":"yesterday"}`, 400},
		{replay, reviewer, `{"since":"12h"}`, 200},
	} {
		if w := order(t, s, tt.path, tt.key, tt.body); w.Code != tt.want {
			t.Errorf("%s %.60s: %d %s, want %d", tt.path, tt.body, w.Code, w.Body, tt.want)
		}
	}
	if book.takenBy == "" {
		t.Error("nobody is noted for the change of a rule")
	}
	if strings.ContainsAny(m.lines[0].Text, "abcdefghijklmnopqrstuvwxyz") {
		t.Errorf("the line is %q", m.lines[0].Text)
	}
	if want := start.Add(time.Minute).Add(-12 * time.Hour); !book.since.Equal(want) || book.room != "" {
		t.Errorf("replayed room %q since %v, want all since %v", book.room, book.since, want)
	}
}

func TestWordsAreTriedByKey(t *testing.T) {
	s := serve(t, heardRoom(), func(c *Config) { c.Rules = &primer{} })
	for body, enforced := range map[string]bool{`{"text":["buy","my coin"]}`: true, `{"text":["my coin"],"word_p":0}`: false} {
		var got engine.Tried
		w := order(t, s, "/api/rules/try", "", body)
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || len(got.Verdicts) != 1 || got.Verdicts[0].WouldEnforce != enforced ||
			len(got.Others) != 1 {
			t.Errorf("%s: %v %s", body, err, w.Body)
		}
	}
	if w := order(t, serve(t, heardRoom(), nil), "/api/rules/try", "", `{"text":["x"]}`); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("without rules: %d", w.Code)
	}
}
