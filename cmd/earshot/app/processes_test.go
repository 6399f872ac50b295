package app

import (
	"bufio"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"earshot/cmd/earshot/internal/programtest"
	"earshot/models"
	"earshot/models/postgres"
	"earshot/models/postgres/pgtest"
	"earshot/models/waittest"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/events"
)

// eventStream reads a stream of events until the test ends, and sends its lines to a channel.
func eventStream(t *testing.T, url, after, key string) <-chan string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Last-Event-ID", after)
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = answer.Body.Close() })
	lines := make(chan string, 1000)
	go func() {
		defer close(lines)
		for in := bufio.NewScanner(answer.Body); in.Scan(); {
			lines <- in.Text()
		}
	}()
	return lines
}

// follow waits for a line of a stream that contains a word, and returns the id of its event.
func follow(t *testing.T, lines <-chan string, word string) string {
	t.Helper()
	id, ok := found(t, lines, word)
	if !ok {
		t.Fatalf("the stream ended before %q", word)
	}
	return id
}

// found is follow; it returns false if the stream ended before.
func found(t *testing.T, lines <-chan string, word string) (id string, _ bool) {
	t.Helper()
	patience := time.After(waittest.Patience)
	for {
		select {
		case line, ok := <-lines:
			if !ok {
				return "", false
			}
			if rest, is := strings.CutPrefix(line, "id: "); is {
				id = rest
			}
			if strings.Contains(line, word) {
				return id, true
			}
		case <-patience:
			t.Fatalf("%q does not come", word)
		}
	}
}

// What one process stores appears on the pages of another, even after the database connection by which they notify each other was
// cut, and a page that was disconnected resumes where it was.
func TestPagesShowOtherProcesses(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a database server")
	}
	t.Parallel()
	dsn := pgtest.DSN(t)
	s, l := openTestAppWith(t, t.TempDir(), "EARSHOT_DATABASE="+databaseURL(t, dsn))
	db, err := postgres.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	there := &events.Relay{Here: events.NewHub(events.HubConfig{}), Events: db, Log: slog.New(slog.DiscardHandler)}
	there.Pages = events.NewHub(events.HubConfig{Lineage: db.Lineage()})
	session := models.Session{ID: "far", Room: "far", Started: time.Now()}
	if _, err := db.StartSession(t.Context(), session); err != nil {
		t.Fatal(err)
	}
	seq := 0
	say := func(text string) {
		seq++
		u := models.Utterance{
			Key: models.Key{Session: "far", Epoch: 1, Track: "t", Seq: seq}, SpeakerID: "s", SpeakerName: "Ana", Text: text, EndMS: 1,
			Attribution: models.AttributionTrack, State: models.UtteranceOK, Model: "m",
		}
		if err := db.Put(t.Context(), models.Record{Session: "far", Utterance: &u}); err != nil {
			t.Error(err)
		}
		there.Here.Publish(models.Event{SessionID: "far", Utterance: &u})
	}
	err = s.Run(t.Context(), l, func(ctx context.Context) error {
		ctx, cancel := context.WithCancel(ctx)
		group, ctx := errgroup.WithContext(ctx)
		group.Go(func() error { return there.Run(ctx) })
		url := "http://" + l.Addr().String() + "/api/sessions/far/events"
		var stream <-chan string
		cursor, on := "", false
		for n := 0; !on && n < 6; n++ { // a page that is opened in the first moments after the start has to begin anew
			stream = eventStream(t, url, "", "")
			say("alpha")
			cursor, on = found(t, stream, "alpha")
		}
		if !on {
			t.Fatal("every stream ended before \"alpha\"")
		}
		cutListeners(t, dsn)
		say("bravo")
		follow(t, stream, "bravo")
		say("charlie")
		follow(t, eventStream(t, url, cursor, ""), "bravo")
		s.Hub.Publish(models.Event{SessionID: "near", Gap: &models.Gap{Session: "near"}})
		showsWhoHears(t, "http://"+l.Addr().String(), db)
		w, err := there.Pages.Subscribe("near", there.Pages.Cursor())
		if err != nil {
			t.Error(err)
			w.Close()
		}
		s.Hub.Publish(models.Event{SessionID: "near", Gap: &models.Gap{Session: "near"}})
		if e := <-w.Events(); e.Gap == nil {
			t.Errorf("%+v", e)
		}
		cancel()
		return group.Wait()
	})
	if err != nil {
		t.Fatal(err)
	}
}

// cutListeners closes the database connections over which processes learn of events.
func cutListeners(t *testing.T, dsn string) {
	t.Helper()
	pgtest.Exec(t, dsn, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'earshot events'
		AND datname = current_database()`)
}

// showsWhoHears requires that the pages of a process name the process that is in another room once there are two.
func showsWhoHears(t *testing.T, url string, db *postgres.Store) {
	t.Helper()
	west := models.WantedRoom{Room: models.Room{ID: "west", Name: "west", URL: "lounge://west.example/west"}, Origin: models.RoomInvited}
	if _, err := db.TakeRoom(t.Context(), west, "n2", time.Hour); err != nil {
		t.Fatal(err)
	}
	if _, err := db.StartSession(t.Context(), models.Session{ID: "west", Room: "west", Started: time.Now()}); err != nil {
		t.Fatal(err)
	}
	if page, code := programtest.Get(t, url+"/s/west"); code != http.StatusOK || strings.Contains(page, "heard by") {
		t.Errorf("a process is named although there is one only, %d", code)
	}
	for _, path := range []string{"/", "/s/west"} {
		waittest.Until(t, path+" names the process that hears the room", func() bool {
			if _, _, err := db.Beat(t.Context(), models.Node{ID: "n2", Name: "west"}); err != nil {
				t.Fatal(err)
			}
			page, code := programtest.Get(t, url+path)
			return code == http.StatusOK && strings.Contains(page, "heard by <bdi>west</bdi>")
		})
	}
	if err := db.LeaveNode(t.Context(), "n2"); err != nil {
		t.Error(err)
	}
}

// What one process learns of users applies in the other: streams opened with a key that is revoked, or by a person who is removed,
// end there at once, and failed logins count.
func TestAccessOfTwoProcesses(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a database server")
	}
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var group errgroup.Group
	database := databaseURL(t, pgtest.DSN(t))
	open := func() (*App, string) {
		s, l := openTestAppWith(t, t.TempDir(), "EARSHOT_DATABASE="+database, "EARSHOT_ACCESS=required")
		group.Go(func() error { return s.Run(ctx, l, func(ctx context.Context) error { <-ctx.Done(); return nil }) })
		return s, "http://" + l.Addr().String()
	}
	one, oneURL := open()
	two, twoURL := open()
	waittest.Until(t, "both run", func() bool { return len(nodes(t, two)) == 2 })
	one.Hub.Publish(models.Event{SessionID: "s", Gap: &models.Gap{Session: "s"}})
	waittest.Until(t, "the other hears of events", func() bool { return two.watched.Cursor().Seq > 0 })
	owner := models.User{ID: "kim", Name: "Kim", Access: models.AccessOwner}
	if err := one.Store.PutUser(ctx, owner, "Kim", time.Now()); err != nil {
		t.Fatal(err)
	}
	ben, err := one.access.members.Add(ctx, auth.NewUser{Name: "Ben", Access: models.AccessHost}, "Kim")
	if err != nil {
		t.Fatal(err)
	}
	key := func(user string) (secret, id string) {
		secret, k, err := one.access.members.Key(ctx, auth.NewKey{Label: "k", Access: models.AccessViewer}, user)
		if err != nil {
			t.Fatal(err)
		}
		return secret, k.ID
	}
	// ends requires that a stream of the other process ends before that process checks by itself whether its reader still has access.
	ends := func(secret, why string, take func() error) {
		t.Helper()
		began := time.Now()
		lines := eventStream(t, twoURL+"/events", "", secret)
		follow(t, lines, "retry:")
		if err := take(); err != nil {
			t.Fatal(err)
		}
		follow(t, lines, "data: access")
		if took := time.Since(began); took > 14*time.Second { // it checks by itself at each beat, every 15 s
			t.Errorf("%s: the stream of the other process ended after %v", why, took)
		}
	}
	secret, id := key("Kim")
	guess(t, oneURL, 8)
	ends(secret, "a key is revoked", func() error { return one.access.members.Revoke(ctx, id, "Kim") }) // and the guesses were told before
	// One attempt more is allowed for every five seconds since.
	if codes := guess(t, twoURL, 20); codes[http.StatusTooManyRequests] == 0 {
		t.Errorf("after 8 failed logins at the other process 20 at once answered %v", codes)
	}
	secret, _ = key("Ben")
	ends(secret, "a person is removed", func() error { return one.access.members.Remove(ctx, ben.ID, "Kim") })
	stop()
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
}

// guess tries wrong passwords in quick succession and counts the answers.
func guess(t *testing.T, page string, times int) map[int]int {
	t.Helper()
	codes := make(chan int)
	for range times {
		go func() {
			res, err := http.PostForm(page+"/login", url.Values{"name": {"Kim"}, "password": {"not the password"}})
			if err != nil {
				t.Error(err)
				codes <- 0
				return
			}
			codes <- res.StatusCode
			_ = res.Body.Close()
		}()
	}
	counts := map[int]int{}
	for range times {
		counts[<-codes]++
	}
	return counts
}
