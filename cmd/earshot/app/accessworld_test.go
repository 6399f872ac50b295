//go:build !race

package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/bot/fleet"
	"earshot/cmd/earshot/internal/programtest"
	"earshot/configs"
	"earshot/models"
	"earshot/models/waittest"
)

// The users in the tests of access: those with access to room "aside" alone, by login or by key, and those who see all rooms.
const (
	asNobody   = "nobody"
	asViewer   = "viewer"
	asReviewer = "reviewer"
	asHost     = "host"
	asKey      = "key"
	asWide     = "viewer everywhere"
	asOwner    = "owner"
)

// accessWorld is a running app whose record holds two rooms.
type accessWorld struct {
	t      *testing.T
	s      *App
	web    *httptest.Server
	routes []string
	auth   map[string]http.Header
	spare  string // id of a key that nobody uses
}

// worldTime is when everything in the rooms was said: the same time in all worlds, even if a test runs over midnight.
var worldTime = sync.OnceValue(func() time.Time { return time.Now().UTC().Truncate(24 * time.Hour).Add(-30 * time.Hour) })

// roomAt returns the id of the test room with a name.
func roomAt(name string) string {
	at, err := models.ParseAddress(roomAddress(name))
	if err != nil {
		panic(err) // a mistake in the test
	}
	return at.ID()
}

func roomAddress(name string) string { return "lounge://127.0.0.1:9/" + name }

// newAccessWorld creates the rooms with these names, each with some lines, and serves them.
func newAccessWorld(t *testing.T, rooms map[string]int) *accessWorld {
	t.Helper()
	dir := t.TempDir()
	rules := filepath.Join(dir, "rules.yaml")
	programtest.Write(t, rules, silly) // the shipped ones take long to read, and a test opens many worlds
	s, l := openTestAppWith(t, dir, "EARSHOT_ACCESS=required", "EARSHOT_RULES="+rules)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	s.invited("")
	trust(s, noSecrets, roomAddress("any"))
	page := s.pages(l)
	w := &accessWorld{t: t, s: s, web: httptest.NewServer(s.serving(page)), routes: page.Routes(), auth: map[string]http.Header{}}
	t.Cleanup(w.web.Close)
	for name, lines := range rooms {
		w.fill(name, lines)
	}
	w.listen(rooms)
	w.enter()
	return w
}

// listen has the bot wait for its scheduled time in the rooms, until the test ends.
func (w *accessWorld) listen(rooms map[string]int) {
	far := strings.ToLower(time.Now().AddDate(0, 0, 3).Weekday().String()[:3])
	var wanted []fleet.JoinRequest
	for name := range rooms {
		times, err := newSchedule(configs.Room{URL: roomAddress(name), Schedule: []string{far + " 20:00-21:00"}})
		w.must(err)
		wanted = append(wanted, fleet.JoinRequest{Address: roomAddress(name), Name: name, Standing: true, Schedule: times})
	}
	ctx, stop := context.WithCancel(w.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.s.Fleet.Run(ctx, wanted, nil) }()
	w.t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			w.t.Error(err)
		}
	})
	waittest.Until(w.t, "the bot waits in the rooms", func() bool {
		states := w.s.Fleet.States()
		return len(states) == len(rooms) && !slices.ContainsFunc(states, func(r models.RoomState) bool { return r.Next.IsZero() })
	})
}

func (w *accessWorld) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// enter creates the users and keys.
func (w *accessWorld) enter() {
	aside := func(a models.Access) map[string]models.Access { return map[string]models.Access{roomAt("aside"): a} }
	for _, u := range []models.User{
		{ID: asOwner, Access: models.AccessOwner},
		{ID: asWide, Access: models.AccessViewer},
		{ID: asViewer, Rooms: aside(models.AccessViewer)},
		{ID: asReviewer, Rooms: aside(models.AccessReviewer)},
		{ID: asHost, Rooms: aside(models.AccessHost)},
	} {
		u.Name = u.ID
		w.must(w.s.Store.PutUser(w.t.Context(), u, "test", worldTime()))
		w.credential(models.Credential{Kind: models.CredentialSession, User: u.ID, Hash: u.ID})
		w.auth[u.ID] = http.Header{"Cookie": {"earshot=" + u.ID}}
	}
	w.credential(models.Credential{
		Kind: models.CredentialKey, User: asOwner, Label: "a key", Hash: asKey, Access: models.AccessHost, Rooms: []string{roomAt("aside")},
	})
	w.auth[asKey] = http.Header{"Authorization": {"Bearer " + asKey}}
	w.auth[asNobody] = http.Header{}
	w.spare = w.credential(models.Credential{Kind: models.CredentialKey, User: asOwner, Label: "spare", Hash: "spare"})[:16]
}

// credential stores a credential whose token is its Hash.
func (w *accessWorld) credential(c models.Credential) string {
	sum := sha256.Sum256([]byte(c.Hash))
	c.Hash, c.Created = hex.EncodeToString(sum[:]), worldTime()
	w.must(w.s.Store.PutCredential(w.t.Context(), c, "test"))
	return c.Hash
}

// fill stores a session in a room with lines, flags, audio and everything that resulted from them. Everything that is said, shown or
// named there contains the name of the room.
func (w *accessWorld) fill(name string, lines int) {
	ctx, store, began := w.t.Context(), w.s.Store, worldTime()
	id, ana, ben := name+"-1", name+"-ana", name+"-ben"
	_, err := store.StartSession(ctx, models.Session{
		ID: id, Room: roomAt(name), Name: "The " + name, URL: roomAddress(name), Started: began,
	})
	w.must(err)
	w.must(store.PutSpeaker(ctx, models.Speaker{Session: id, ID: ana, Name: "Ana " + name}))
	w.must(store.PutSpeaker(ctx, models.Speaker{Session: id, ID: ben, Name: "Ben " + name}))
	for seq := 1; seq <= lines; seq++ {
		w.must(store.Put(ctx, worldLine(id, name, seq)))
	}
	w.must(store.PutGap(ctx, models.Gap{
		Session: id, SpeakerID: ana, SpeakerName: "Ana " + name, StartMS: 5, EndMS: 9, Cause: models.GapLoss,
	}))
	w.must(store.PutConsent(ctx, models.Consent{
		Session: id, SpeakerID: ana, SpeakerName: "Ana " + name, What: models.ConsentTold, How: name, At: began,
	}))
	w.must(store.PutSummary(ctx, models.Summary{Session: id, Kind: models.SummarySession, Headline: "About " + name, Created: began}))
	w.must(store.NamePerson(ctx, roomAt(name), ana, "Anastasia "+name, asOwner, began))
	w.must(store.EndSession(ctx, id, models.EndLeft, began.Add(time.Hour)))
}

// worldLine is a line with two flags, one of which was decided on and acted on.
func worldLine(session, name string, seq int) models.Record {
	at := worldTime().Add(time.Duration(seq) * time.Second)
	ana, called := name+"-ana", "Ana "+name
	u := models.Utterance{
		Key: models.Key{Session: session, Epoch: 1, Track: "t1", Seq: seq}, SpeakerID: ana, SpeakerName: called,
		Attribution: models.AttributionTrack, StartMS: int64(seq) * 1000, EndMS: int64(seq)*1000 + 900,
		Text: "common " + name, Words: []models.Word{{Text: " common", P: 1}, {Text: " " + name, StartMS: 1, EndMS: 2, P: 1}},
		State: models.UtteranceOK, VoicedMS: 900, Committed: at,
	}
	r := models.Record{Session: session, Utterance: &u}
	for _, rule := range []string{"rule.common", "rule." + name} {
		r.Flags = append(r.Flags, models.Flag{
			ID: fmt.Sprintf("%s-%s-%d", name, rule, seq), Session: session, Utterance: u.Key, SpeakerID: ana, SpeakerName: called,
			Rule: rule, Pack: "pack", Level: models.LevelHigh, Mode: models.ModeSuggest, Title: "Of " + name, Why: "Because of " + name,
			Matched: u.Words[1:], Status: models.FlagOpen, Created: at,
		})
	}
	id := fmt.Sprintf("%s-%d", name, seq)
	r.Decisions = []models.Decision{{
		ID: "d-" + id, Session: session, Flag: r.Flags[0].ID, Utterance: u.Key, SpeakerID: ana, SpeakerName: called, Why: name, Created: at,
	}}
	r.Actions = []models.Action{{
		ID: "a-" + id, Session: session, Decision: "d-" + id, Verb: models.VerbMute, TargetID: ana, TargetName: called, By: name, Created: at,
	}}
	r.Ledger = []models.LedgerEntry{{
		ID: "l-" + id, Ledger: "conduct", Person: ana, Scope: roomAt(name), Session: session, Points: 1, By: name, At: at,
	}}
	r.Evidence = &models.Evidence{
		Utterance: u.Key, StartMS: u.StartMS, EndMS: u.EndMS, Ogg: []byte("OggS " + name), Expires: worldTime().Add(240 * time.Hour),
	}
	return r
}

// answerOf returns the answer of the server to a user.
type answerOf struct {
	code   int
	header http.Header
	body   string
}

// ask sends a form, or JSON to the API, as a user. Of a stream it reads only the beginning.
func (w *accessWorld) ask(who, method, target, body string) answerOf {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.web.URL+target, strings.NewReader(body))
	w.must(err)
	for k, v := range w.auth[who] {
		r.Header[k] = v
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if strings.HasPrefix(target, "/api/") {
			r.Header.Set("Content-Type", "application/json")
		}
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	w.must(err)
	defer res.Body.Close()
	a := answerOf{code: res.StatusCode, header: res.Header}
	if !strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		b, err := io.ReadAll(res.Body)
		w.must(err)
		a.body = string(b)
	}
	return a
}

// state is everything about a room and about access that a request could have changed.
func (w *accessWorld) state(name string) string {
	w.t.Helper()
	ctx, store, id := w.t.Context(), w.s.Store, name+"-1"
	lines, err1 := store.Utterances(ctx, id)
	flags, err2 := store.Flags(ctx, id)
	people, err3 := store.Identities(ctx, roomAt(name), 100)
	names, err4 := store.Names(ctx, roomAt(name))
	consents, err5 := store.Consents(ctx, id, "", "", 100)
	sum, err6 := store.Summary(ctx, id, models.SummarySession)
	if errors.Is(err6, models.ErrNotFound) { // a correction made it void
		err6 = nil
	}
	users, err7 := store.Users(ctx)
	keys, err8 := store.Credentials(ctx, models.CredentialKey)
	trail, err9 := store.Audit(ctx, 1000)
	for _, err := range []error{err1, err2, err3, err4, err5, err6, err7, err8, err9} {
		w.must(err)
	}
	return fmt.Sprint(lines, flags, people, names, consents, sum, users, keys, trail)
}

// fillIn replaces the placeholders in a pattern's path with ids from a room.
func (w *accessWorld) fillIn(path, room string) string {
	person := url.PathEscape(roomAt(room)) + "/" + room + "-ana"
	line := "/1/1/t1"
	evidence := models.EvidenceID(models.Key{Session: room + "-1", Epoch: 1, Track: "t1", Seq: 1})
	return strings.NewReplacer(
		"/s/{id}", "/s/"+room+"-1", "/sessions/{id}", "/sessions/"+room+"-1", "/events/{id}", "/events/"+room+"-1",
		"/{epoch}/{seq}/{track}", line, "/flags/{id}", "/flags/"+room+"-rule.common-1", "/rules/{id}", "/rules/rule."+room,
		"/speakers/{speaker}", "/speakers/"+room+"-ana",
		"/people/{room}/{speaker}", "/people/"+person, "/people/{speaker}", "/people/"+room+"-ana",
		"/rooms/{id}", "/rooms/"+url.PathEscape(roomAt(room)), "{file}", evidence+".ogg", "{format}", "txt",
		"/users/{id}", "/users/"+url.PathEscape(asViewer), "/keys/{id}", "/keys/"+w.spare, "{$}", "",
	).Replace(path)
}
