package jitsi_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"earshot/bot/bottest"
	"earshot/bot/internal/roomtest"
	"earshot/bot/jitsi"
	"earshot/bot/jitsi/jitsitest"
	"earshot/models"
	"earshot/models/waittest"
)

// anywhere is a server that the test does not contact.
var anywhere = jitsi.Config{URL: "jitsi://" + jitsitest.Host, Hidden: true}

// status dials once and returns the status of the response.
func status(t *testing.T, url, authorization string) (int, *websocket.Conn) {
	t.Helper()
	ws, resp, err := websocket.DefaultDialer.DialContext(t.Context(), url, http.Header{"Authorization": {authorization}})
	if resp == nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode, ws
}

// TestEndpointRefuses: a wrong token is refused, and so is a request that names no meeting.
func TestEndpointRefuses(t *testing.T) {
	_, url, stop := endpointOf(t, anywhere, nil)
	id := strings.Repeat("a", 64)
	for name, x := range map[string]struct {
		query, authorization string
		want                 int
	}{
		"good":               {"?sessionId=" + id, "Bearer " + token, http.StatusSwitchingProtocols},
		"no token":           {"?sessionId=" + id, "", http.StatusUnauthorized},
		"another token":      {"?sessionId=" + id, "Bearer " + token + "x", http.StatusUnauthorized},
		"no meeting":         {"", "Bearer " + token, http.StatusBadRequest},
		"a long meeting":     {"?sessionId=" + id + "a", "Bearer " + token, http.StatusBadRequest},
		"a path as its room": {"?sessionId=x&room=a/b", "Bearer " + token, http.StatusBadRequest},
		"a room's address":   {"?sessionId=" + id + "&room=x@conference." + jitsitest.Host, "Bearer " + token, http.StatusSwitchingProtocols},
		"a breakout room":    {"?sessionId=x&room=x@breakout." + jitsitest.Host, "Bearer " + token, http.StatusForbidden},
	} {
		got, ws := status(t, url+"/"+x.query, x.authorization)
		if got != x.want {
			t.Errorf("%s: HTTP %d, want %d", name, got, x.want)
		}
		if ws != nil {
			_ = ws.Close()
		}
	}
	for n := 0; ; n++ { // one meeting may be running
		got, ws := status(t, url+"/?sessionId=full-"+string(rune('a'+n%26))+string(rune('a'+n/26)), "Bearer "+token)
		if ws != nil {
			defer ws.Close()
			continue
		}
		if got != http.StatusServiceUnavailable || n < 60 || n > 64 {
			t.Errorf("meeting %d: HTTP %d", n, got)
		}
		break
	}
	stop()
}

// TestShortTokensAreRefused: a missing token, or one that could be guessed, is a configuration error.
func TestShortTokensAreRefused(t *testing.T) {
	for _, bad := range []string{"", "fifteen letters"} {
		_, err := jitsi.NewEndpoint(jitsi.EndpointConfig{Server: anywhere, Token: bad})
		if err == nil || !strings.Contains(models.Hint(err), "EARSHOT_JITSI_TOKEN") {
			t.Errorf("%q: %v (%s)", bad, err, models.Hint(err))
		}
	}
	for _, bad := range []jitsi.Config{{URL: "livekit://h"}, {URL: "jitsi://h", User: "bot"}} {
		if _, err := jitsi.NewEndpoint(jitsi.EndpointConfig{Server: bad, Token: token}); err == nil || models.Hint(err) == "" {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

// TestDismissed: a meeting that ended normally is heard again when its bridge dials; one that the bot was sent out of is refused.
func TestDismissed(t *testing.T) {
	heard, refuse := make(chan models.Room, 8), make(chan time.Duration, 8)
	e, url, _ := endpointOf(t, anywhere, func(ctx context.Context, i jitsi.Invitation) time.Duration {
		heard <- i.Room
		if err := i.Connector.Run(ctx, roomtest.NewListener()); ctx.Err() == nil && !strings.Contains(err.Error(), "ended the session") {
			t.Error(err)
		}
		select {
		case d := <-refuse:
			return d
		case <-ctx.Done():
			return 0
		}
	})
	for _, d := range []time.Duration{0, time.Hour} {
		b, hangUp := dial(t, url+"/?sessionId=m1")
		waittest.Until(t, "the bridge", func() bool { return b.Dials() > 0 })
		if r := <-heard; r.ID != "jitsi://"+jitsitest.Host+"/m1" {
			t.Errorf("room %+v", r)
		}
		refuse <- d
		hangUp()
		waittest.Until(t, "the end", func() bool { return !e.Has("m1") })
	}
	b, _ := dial(t, url+"/?sessionId=m1")
	waittest.Until(t, "the refusal", func() bool { return b.Refused() == http.StatusGone })
}

// TestTheMeetingsRoomIsFound: if a bridge names no room, the meeting's room is found by its id among those that the server lists. A meeting
// that no room belongs to is not heard.
func TestTheMeetingsRoomIsFound(t *testing.T) {
	t.Parallel()
	s := bottest.Serve(t, jitsitest.ErrAbsent, func() (*jitsitest.Server, error) { return jitsitest.Start(t.Context(), t.TempDir()) })
	for _, room := range []string{"one", "two", "three"} {
		if err := s.Focus(t.Context(), room); err != nil {
			t.Fatal(err)
		}
	}
	probed(t, s.Config())
	heard := make(chan models.Room, 8)
	_, url, stop := endpointOf(t, s.Config(), func(ctx context.Context, i jitsi.Invitation) time.Duration {
		heard <- i.Room
		<-ctx.Done()
		return 0
	})
	nobody, _ := dial(t, url+"/?sessionId=id-none")
	dial(t, url+"/?sessionId="+jitsitest.MeetingID("two"))
	waittest.Until(t, "the meeting", func() bool { return len(heard) > 0 })
	if r := <-heard; r.ID != "jitsi://"+jitsitest.Host+"/two" {
		t.Errorf("found %+v", r)
	}
	waittest.Until(t, "the refusal of the other", func() bool { return nobody.Refused() == http.StatusGone })
	stop()
	if len(heard) > 0 {
		t.Errorf("heard %+v too", <-heard)
	}
}

// TestJigasiIsToldApart: Jitsi's older transcriber sends audio in messages of a different kind. The bot hangs up, and the stay ends with
// advice on what to do. If a bridge sends such messages later, they are ignored.
func TestJigasiIsToldApart(t *testing.T) {
	ended := make(chan error, 8)
	_, url, _ := endpointOf(t, anywhere, func(ctx context.Context, i jitsi.Invitation) time.Duration {
		ended <- i.Connector.Run(ctx, roomtest.NewListener())
		return 0
	})
	_, ws := status(t, url+"/?sessionId=jigasi", "Bearer "+token)
	sound := make([]byte, 60+640)
	copy(sound, "d856f03e|en")
	if err := ws.WriteMessage(websocket.BinaryMessage, sound); err != nil {
		t.Fatal(err)
	}
	_, _, err := ws.ReadMessage()
	if !websocket.IsCloseError(err, websocket.CloseUnsupportedData) {
		t.Errorf("it was answered %v", err)
	}
	if err := <-ended; !strings.Contains(err.Error(), "Jigasi") || !strings.Contains(models.Hint(err), "url-template") {
		t.Errorf("it ended with %v (%s)", err, models.Hint(err))
	}
	_, ws = status(t, url+"/?sessionId=bridge", "Bearer "+token)
	defer ws.Close()
	for _, m := range []struct {
		kind int
		text string
	}{{websocket.TextMessage, `{"event":"info"}`}, {websocket.BinaryMessage, "x"}, {websocket.TextMessage, `{"event":"ping","id":7}`}} {
		if err := ws.WriteMessage(m.kind, []byte(m.text)); err != nil {
			t.Fatal(err)
		}
	}
	if _, pong, err := ws.ReadMessage(); err != nil || !strings.Contains(string(pong), "7") {
		t.Errorf("the bridge was answered %q, %v", pong, err)
	}
}

// probed probes a server that supports everything, with correct and with incorrect settings.
func probed(t *testing.T, right jitsi.Config) {
	t.Helper()
	right.Peer = bottest.Factory(t)
	probe := func(c jitsi.Config) (found jitsi.Found, err error) {
		waittest.Until(t, "an answer", func() bool { // on a busy machine it may come late
			var late interface{ Timeout() bool }
			found, err = c.Probe(t.Context())
			return !errors.As(err, &late) || !late.Timeout()
		})
		return found, err
	}
	found, err := probe(right)
	if err != nil || !found.Listed || !found.Moderation || !strings.Contains(found.String(), "has moderation") {
		t.Errorf("%+v, %v", found, err)
	}
	for what, change := range map[string]func(*jitsi.Config){
		"jitsi.muc":              func(c *jitsi.Config) { c.MUC = "rooms." + jitsitest.Host },
		"jitsi.domain":           func(c *jitsi.Config) { c.Domain = "nowhere.test" },
		"EARSHOT_JITSI_PASSWORD": func(c *jitsi.Config) { c.User, c.Password = jitsitest.Moderator, "a guess" },
		"password_file":          func(c *jitsi.Config) { c.User, c.Password = jitsitest.Moderator, "" },
		"jitsi.xmpp":             func(c *jitsi.Config) { c.XMPP += "x" },
		"jitsi.xmpp, and that the XMPP server runs": func(c *jitsi.Config) { c.XMPP = "ws://127.0.0.1:1/xmpp-websocket" },
	} {
		c := right
		change(&c)
		if _, err := probe(c); err == nil || !strings.Contains(models.Hint(err), what) {
			t.Errorf("%s: %v (%s)", what, err, models.Hint(err))
		}
	}
}

// TestBadMessages: what a bridge sends that makes no sense is passed over, and the meeting goes on. A message of an absurd size ends the
// connection, not the meeting: the bridge may dial again.
func TestBadMessages(t *testing.T) {
	e, url, _ := endpointOf(t, anywhere, nil)
	_, ws := status(t, url+"/?sessionId=odd", "Bearer "+token)
	defer ws.Close()
	answered := func(ws *websocket.Conn) {
		t.Helper()
		if err := ws.WriteMessage(websocket.TextMessage, []byte(`{"event":"ping","id":7}`)); err != nil {
			t.Fatal(err)
		}
		if _, pong, err := ws.ReadMessage(); err != nil || !strings.Contains(string(pong), "7") {
			t.Fatalf("the bridge was answered %q, %v", pong, err)
		}
	}
	start := `{"event":"start","start":{"tag":"a-0","mediaFormat":{"encoding":"opus","sampleRate":48000},` +
		`"customParameters":{"endpointId":"a"}}}`
	for _, text := range []string{
		"", "no JSON", "[]", "7", "null", `{}`, `{"event":7}`, `{"event":"start"}`, `{"event":"start","start":{}}`,
		`{"event":"media","media":{}}`, `{"event":"info"}`, `{"event":"info"}`, start, start,
		strings.Replace(start, "opus", "PCMU", 1), strings.Replace(start, "48000", `"x"`, 1),
		`{"event":"media","media":{"tag":"nobody's","chunk":"1","timestamp":"960","payload":"+AEC"}}`,
		`{"event":"media","media":{"tag":"a-0","chunk":"-1","timestamp":"960","payload":"+AEC"}}`,
		`{"event":"media","media":{"tag":"a-0","chunk":"1","timestamp":"1e99","payload":"+AEC"}}`,
		`{"event":"media","media":{"tag":"a-0","chunk":"1","timestamp":"960","payload":"no base64"}}`,
		`{"event":"media","media":{"tag":"a-0","chunk":"9223372036854775807","timestamp":"9223372036854775807","payload":"+AEC"}}`,
		`{"event":"ping","id":{"a":1}}`, `{"event":"ping"}`, `{"event":"what nobody knows","x":[[[[]]]]}`, strings.Repeat("[", 60_000),
	} {
		if err := ws.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	answered(ws)
	if err := ws.WriteMessage(websocket.TextMessage, make([]byte, 1<<20)); err != nil {
		t.Log(err) // it hangs up before it has read everything
	}
	if _, _, err := ws.ReadMessage(); err == nil {
		t.Error("a message of 1 MiB was taken")
	}
	code, again := status(t, url+"/?sessionId=odd", "Bearer "+token)
	if code != http.StatusSwitchingProtocols || !e.Has("odd") {
		t.Fatalf("the bridge dials again: HTTP %d", code)
	}
	defer again.Close()
	answered(again)
}
