package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/livekit"
	"earshot/bot/livekit/localserver"
	"earshot/models"
	"earshot/moderation/review"
)

// liveKitClient is LiveKit's own client for browsers, which scripts/rooms.sh fetches.
const liveKitClient = "../../build/tools/livekit-client-2.23.0.js"

// guestPage joins a room with LiveKit's client and tells the test what it sees there.
const guestPage = `<!doctype html><script src="/client.js"></script><script>
const tell = (what) => fetch('/tell', {method: 'POST', body: what});
(async () => {
  const room = new LivekitClient.Room();
  room.on('dataReceived', (data, from, kind, topic) => tell('line ' + (from ? from.name : '') + ' ' + topic + ' ' + new TextDecoder().decode(data)));
  room.on('trackMuted', (track, who) => tell('muted ' + who.identity));
  await room.connect('ws://%s', '%s');
  await room.localParticipant.setMicrophoneEnabled(true);
  tell('recording ' + room.isRecording);
  for (const p of room.remoteParticipants.values()) tell('sees ' + p.name + ' ' + p.kind);
  room.on('participantConnected', (p) => tell('sees ' + p.name + ' ' + p.kind));
  room.on('recordingStatusChanged', (on) => tell('recording ' + on));
})().catch((e) => tell('error ' + e));
</script>`

// pageReport serves the page and keeps what it tells.
type pageReport struct {
	mu   sync.Mutex
	told []string
}

func (g *pageReport) serve(t *testing.T, server *localserver.Server) string {
	t.Helper()
	script, err := os.ReadFile(liveKitClient)
	if err != nil {
		t.Skip("no LiveKit client for browsers: scripts/rooms.sh fetches it")
	}
	yes := true
	token, err := livekit.Credentials{Key: localserver.Key, Secret: localserver.Secret}.Sign(livekit.Claims{
		Identity: "ana", Name: "Ana", Video: &livekit.Grant{Room: "open-mic", RoomJoin: true, CanPublish: &yes, CanSubscribe: &yes},
	}, time.Now(), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, guestPage, server.Addr(), token) })
	mux.HandleFunc("GET /client.js", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(script) })
	mux.HandleFunc("POST /tell", func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		g.mu.Lock()
		defer g.mu.Unlock()
		g.told = append(g.told, string(b))
	})
	web := httptest.NewServer(mux)
	t.Cleanup(web.Close)
	return web.URL
}

// saw reports whether the page told something with this beginning and this part.
func (g *pageReport) saw(beginning, part string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, s := range g.told {
		if strings.HasPrefix(s, beginning) && strings.Contains(s, part) {
			return true
		}
	}
	return false
}

// TestLiveKitBrowser has a real browser with LiveKit's own client in the room: its words are written down, it sees the
// bot as an agent and the recording sign, reads the bot's line under the bot's name, and is muted.
func TestLiveKitBrowser(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium on the PATH: scripts/deps.sh --tests installs it")
	}
	t.Parallel()
	server, g := liveKit(t), &pageReport{}
	page := g.serve(t, server)
	s, l := openTestStation(t, t.TempDir())
	room, connector, err := s.connector(wish{address: server.URL("open-mic"), secret: secrets})
	if err != nil {
		t.Fatal(err)
	}
	watcher, err := s.hub.Subscribe("", review.Cursor{})
	if err != nil {
		t.Fatal(err)
	}
	defer watcher.Close()
	seen := false
	err = s.run(t.Context(), l, func(ctx context.Context) error {
		ctx, cancel := context.WithTimeoutCause(ctx, 60*time.Second, bot.End(models.EndMaxTime, nil))
		defer cancel()
		browser := startChromium(ctx, t, chromium, page)
		defer browser()
		go func() {
			defer cancel()
			for e := range watcher.Events() {
				if e.Utterance != nil && matches(*e.Utterance) {
					seen = true
					hands := connector.(bot.Hands)
					carryOut(ctx, t, hands, bot.Order{Verb: models.VerbMessage, Text: "mind the rules"}, func() bool { return g.saw("line ", "mind the rules") })
					carryOut(ctx, t, hands, bot.Order{Verb: models.VerbMute, Target: "ana"}, func() bool { return g.saw("muted ana", "") })
					return
				}
			}
		}()
		_, err := s.listenIn(ctx, stay{room: room, connector: connector})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if !seen {
		t.Error("the browser's words were not written down")
	}
	for beginning, part := range map[string]string{"sees " + botName: "4", "recording": "true", "line " + botName + " lk-chat-topic": "mind the rules"} {
		if !g.saw(beginning, part) {
			t.Errorf("the browser did not tell %q with %q; it told %q", beginning, part, g.told)
		}
	}
	if log, err := os.ReadFile(server.Log()); err != nil || !strings.Contains(string(log), "audio/red") {
		t.Errorf("the browser did not publish audio/red: %v", err)
	}
}

// carryOut carries an order out and waits until both sides show it.
func carryOut(ctx context.Context, t *testing.T, hands bot.Hands, o bot.Order, shown func() bool) {
	if err := hands.Do(ctx, o); err != nil {
		t.Errorf("%s: %v", o.Verb, err)
		return
	}
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if ok, _ := hands.Effect(o); ok && shown() {
			return
		}
	}
	t.Errorf("%s: no effect was seen", o.Verb)
}
