package server_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"earshot/bot/audio"
	"earshot/bot/audio/wav"
	"earshot/bot/bottest"
	"earshot/bot/lounge"
	"earshot/bot/lounge/server"
	"earshot/bot/lounge/server/budget"
	"earshot/bot/peer"
	"earshot/bot/room"
	"earshot/models"
	"earshot/models/waittest"
)

// request does one request with its own connection and returns status, headers and body.
func request(t *testing.T, method, url, kind, body string, header ...string) (int, http.Header, string) {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	c := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, resp.Header, string(b)
}

// offer makes a real SDP offer.
func offer(t *testing.T) string {
	t.Helper()
	c, err := bottest.Factory(t).Receiver(peer.Handler{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	o, err := c.Offer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestRefusals(t *testing.T) {
	base, _ := open(t, server.Config{HostToken: "sesame", Limits: budget.Limits{People: 1, Rooms: 1}})
	good := offer(t)
	status, header, _ := request(t, "POST", base+"/whip/lounge?name=Ana", "application/sdp", good)
	if status != http.StatusCreated || header.Get("Location") == "" || header.Get("ETag") == "" ||
		header.Get("Content-Type") != "application/sdp" {
		t.Fatalf("a good offer got %d %v", status, header)
	}
	res := base + strings.TrimPrefix(header.Get("Location"), "..")
	etag := header.Get("ETag")
	const sdp, frag = "application/sdp", "application/trickle-ice-sdpfrag"
	cand := "a=mid:0\r\na=candidate:1 1 udp 2130706431 127.0.0.1 9 typ host\r\n"
	for _, tt := range []struct {
		name, method, url, kind, body string
		header                        []string
		want                          int
	}{
		{name: "room is full", method: "POST", url: base + "/whip/lounge", kind: sdp, body: good, want: 503},
		{name: "too many rooms", method: "POST", url: base + "/whip/other", kind: sdp, body: good, want: 503},
		{name: "room name", method: "POST", url: base + "/whip/Lounge!", kind: sdp, body: good, want: 404},
		{name: "media type", method: "POST", url: base + "/whip/lounge", kind: "text/plain", body: good, want: 415},
		{name: "no SDP", method: "POST", url: base + "/whip/lounge", kind: sdp, body: "hello", want: 400},
		{
			name: "broken SDP", method: "POST", url: base + "/whip/lounge", kind: sdp,
			body: "v=0\r\nm=audio 9 X 111\r\na=rtpmap:111 opus/48000/2\r\n", want: 400,
		},
		{name: "video", method: "POST", url: base + "/whip/lounge", kind: sdp, body: strings.Replace(good, "m=audio", "m=video", 1), want: 422},
		{name: "too long", method: "POST", url: base + "/whip/lounge", kind: sdp, body: good + strings.Repeat("a=x\r\n", 20000), want: 413},
		{
			name: "wrong token", method: "POST", url: base + "/whip/lounge", kind: sdp, body: good,
			header: []string{"Authorization", "Bearer simsalabim"}, want: 401,
		},
		{
			name: "another site", method: "POST", url: base + "/whip/lounge", kind: sdp, body: good,
			header: []string{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"}, want: 403,
		},
		{name: "unknown speaker", method: "POST", url: base + "/whep/lounge/nobody", kind: sdp, body: good, want: 404},
		{name: "GET of the endpoint", method: "GET", url: base + "/whip/lounge", want: 405},
		{name: "OPTIONS", method: "OPTIONS", url: base + "/whip/lounge", want: 204},
		{name: "candidate", method: "PATCH", url: res, kind: frag, body: cand, header: []string{"If-Match", etag}, want: 204},
		{
			name: "bad candidate", method: "PATCH", url: res, kind: frag, body: "a=candidate:nonsense\r\n",
			header: []string{"If-Match", etag}, want: 400,
		},
		{name: "ICE restart", method: "PATCH", url: res, kind: frag, body: cand, header: []string{"If-Match", "*"}, want: 422},
		{name: "no If-Match", method: "PATCH", url: res, kind: frag, body: cand, want: 428},
		{name: "wrong If-Match", method: "PATCH", url: res, kind: frag, body: cand, header: []string{"If-Match", `"x"`}, want: 412},
		{name: "PATCH of another type", method: "PATCH", url: res, kind: sdp, body: cand, header: []string{"If-Match", etag}, want: 415},
		{name: "name", method: "PUT", url: res, kind: "application/json", body: `{"name":"Ana Maria","muted":true}`, want: 204},
		{name: "no JSON", method: "PUT", url: res, kind: "application/json", body: `{`, want: 400},
		{name: "unknown session", method: "DELETE", url: base + "/res/guess", want: 404},
		{name: "page", method: "GET", url: base + "/room/lounge", want: 200},
		{name: "root", method: "GET", url: base + "/", want: 302},
		{name: "leave", method: "DELETE", url: res, want: 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, _, body := request(t, tt.method, tt.url, tt.kind, tt.body, tt.header...); got != tt.want {
				t.Errorf("got %d %s, want %d", got, body, tt.want)
			}
		})
	}
}

// watch reads a room's events until the test ends.
func watch(t *testing.T, base, room, query string) func(what string, ok func(lounge.Event) bool) lounge.Event {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, base+"/rooms/"+room+"/events?"+query, nil)
	c := (*peer.Factory)(nil).HTTPClient()
	resp, err := c.Do(req) //nolint:bodyclose // closed with the stream
	if err != nil {
		t.Fatal(err)
	}
	events := make(chan lounge.Event, 1000)
	done := make(chan struct{})
	go func() {
		defer close(done)
		lines := bufio.NewScanner(resp.Body)
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				var e lounge.Event
				if err := json.Unmarshal([]byte(data), &e); err != nil {
					t.Error(err)
				}
				events <- e
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-done; resp.Body.Close(); c.CloseIdleConnections() })
	return func(what string, ok func(lounge.Event) bool) lounge.Event {
		t.Helper()
		deadline := time.After(patience)
		for {
			select {
			case e := <-events:
				if ok(e) {
					return e
				}
			case <-deadline:
				t.Fatalf("no event: %s", what)
			}
		}
	}
}

// TestEvents follows people through joining, talking, renaming, replacing themselves and leaving, and sees the bot.
func TestEvents(t *testing.T) {
	base, _ := open(t, server.Config{HostToken: "sesame"})
	next := watch(t, base, "lounge", "")
	next("state", func(e lounge.Event) bool { return e.Type == lounge.EventRoom && e.You != "" && len(e.People) == 0 })
	e, _ := listen(t, base, "lounge")
	next("the bot listens", func(e lounge.Event) bool {
		return len(e.Listeners) == 1 && e.Listeners[0].Name == "Earshot (unverified)"
	})

	const key = "0123456789abcdef"
	ctx, cancel := context.WithCancel(context.Background())
	published := make(chan error, 2)
	publish := func(name, token string, n int) {
		published <- lounge.Publish(ctx, lounge.PublishConfig{
			BaseURL: base, Room: "lounge", Name: name, Key: key, Token: token, Peer: bottest.Factory(t), Source: &frames{tag: 1, of: n},
		})
	}
	go publish("Ana", "", 100000)
	ana := next("Ana", func(e lounge.Event) bool { return e.Type == lounge.EventPerson }).Person
	if ana.Name != "Ana" || ana.Role != models.RoleGuest || strings.Contains(ana.ID, key) {
		t.Errorf("person %+v, want Ana as a guest", ana)
	}
	next("Ana talks", func(e lounge.Event) bool { return e.Type == lounge.EventTalking && e.ID == ana.ID && e.Talking })
	go publish("Ana again", "sesame", 50)
	next("the first Ana goes", func(e lounge.Event) bool { return e.Type == lounge.EventLeft && e.Track == ana.Track })
	again := next("Ana again", func(e lounge.Event) bool { return e.Type == lounge.EventPerson }).Person
	if again.ID != ana.ID || again.Track == ana.Track || again.Name != "Ana again" || again.Role != models.RoleHost {
		t.Errorf("person %+v, want the same person on another track, as host by the token", again)
	}
	next("Ana leaves", func(e lounge.Event) bool { return e.Type == lounge.EventLeft && e.Track == again.Track })
	e.until(t, "Ana left for the bot", func() bool { return e.has("left Ana again") })
	cancel()
	for range 2 {
		<-published //nolint:errcheck // however it ends
	}
	for _, tr := range e.tracks {
		e.until(t, "track ends", func() bool { return tr.ended })
	}
}

type store struct {
	clips chan models.Clip
	gaps  chan models.Gap
}

func (s store) Clip(_ context.Context, c models.Clip) error { s.clips <- c; return nil }
func (s store) Gap(_ context.Context, g models.Gap) error   { s.gaps <- g; return nil }
func (store) Speaker(context.Context, models.Speaker) error { return nil }

// TestRecordingToClip publishes a recorded sentence and hears it through room, connector and pipeline: one clip with
// the right name and about the recording's length.
func TestRecordingToClip(t *testing.T) {
	f, err := os.Open("../../../transcribe/fixture/eval/00.wav")
	if err != nil {
		t.Fatal(err)
	}
	pcm, err := wav.ReadAll(f)
	f.Close()
	if err != nil {
		t.Fatal(err)
	}
	var ogg bytes.Buffer
	if err := audio.EncodeOgg(&ogg, pcm, audio.EncoderConfig{}); err != nil {
		t.Fatal(err)
	}
	base, _ := open(t, server.Config{})
	c, err := lounge.NewClient(lounge.ClientConfig{URL: "lounge" + strings.TrimPrefix(base, "http") + "/lounge", Peer: bottest.Factory(t)})
	if err != nil {
		t.Fatal(err)
	}
	s := store{make(chan models.Clip, 10), make(chan models.Gap, 10)}
	room, err := room.New(room.Config{Session: models.Session{ID: "s", Epoch: 1, Started: time.Now()}, Connector: c, Sink: s})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan models.EndReason, 1)
	go func() { r, _ := room.Run(ctx); ended <- r }()
	src, err := lounge.ReadOgg(&ogg, 0)
	if err != nil {
		t.Fatal(err)
	}
	listens := make(chan struct{})
	go func() {
		defer close(listens)
		waittest.Holds(ctx, func() bool { return room.Stats().Packets > 0 })
	}()
	err = lounge.Publish(ctx, lounge.PublishConfig{
		BaseURL: base, Room: "lounge", Name: "Ana", Peer: bottest.Factory(t), Source: &held{Source: src, listens: listens},
	})
	if err != nil {
		t.Fatal(err)
	}
	select {
	case clip := <-s.clips:
		if clip.SpeakerName != "Ana" || clip.VoicedMS < 1500 || clip.ConcealedMS != 0 || len(clip.PCM) != int(clip.DurationMS()*16) {
			t.Errorf("clip of %q: %d ms voiced, %d concealed, %d samples", clip.SpeakerName, clip.VoicedMS, clip.ConcealedMS, len(clip.PCM))
		}
	case <-time.After(patience):
		t.Fatal("nothing was heard")
	}
	cancel()
	if r := <-ended; r != models.EndStopped || len(s.gaps) != 0 {
		t.Errorf("ended as %q with %d gaps", r, len(s.gaps))
	}
}
