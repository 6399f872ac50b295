package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/janus"
	"earshot/bot/janus/localserver"
	"earshot/cmd/earshot/stage"
	"earshot/models"
	"earshot/moderation/review"
)

// janusServer starts a Janus for one test, or skips the test where there is none.
func janusServer(t *testing.T) *localserver.Server {
	t.Helper()
	server, err := localserver.Start(t.Context(), t.TempDir(), localserver.Options{})
	if errors.Is(err, localserver.ErrAbsent) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Kill)
	return server
}

// janusSecrets opens the test rooms to a moderator, as the environment does.
func janusSecrets(variable string) (string, error) {
	return map[string]string{"EARSHOT_JANUS_SECRET": localserver.RoomSecret}[variable], nil
}

// TestJanusPutsTheRightWordsUnderTheRightNames plays the demo's voices in a VideoRoom of a real Janus, which the bot joins
// as "earshot join" does: SQLite holds what was said, by whom, with the planted violations and no other.
func TestJanusPutsTheRightWordsUnderTheRightNames(t *testing.T) {
	if testing.Short() {
		t.Skip("plays for 45 seconds")
	}
	t.Parallel()
	server := janusServer(t)
	s, l := openTestStation(t, t.TempDir())
	a, out := testApp()
	room, connector, err := s.connector(wish{address: server.URL("room/1234"), secret: janusSecrets})
	if err != nil {
		t.Fatal(err)
	}
	var session models.Session
	err = s.run(t.Context(), l, func(ctx context.Context) error {
		session, err = perform(ctx, a, s, l, stay{room: room, connector: connector}, func(ctx context.Context, v stage.Voice) error {
			return janus.Publish(ctx, janus.PublishConfig{
				URL: server.URL("room/1234"), Name: v.Name, Peer: s.peers, Next: next(v),
			})
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	info, err := s.store.Session(t.Context(), session.ID)
	if err != nil || info.Reason != models.EndLeft || info.Pending != 0 || info.Failed != 0 || info.Gaps != 0 {
		t.Errorf("session %+v, %v", info, err)
	}
	play, err := stage.Script()
	if err != nil {
		t.Fatal(err)
	}
	us := lines(t, s, session.ID)
	checkWords(t, play, us)
	checkFlags(t, s, play, us)
	checkOverlap(t, us)
	if !strings.Contains(out.String(), "can: mute unmute remove") {
		t.Errorf("the terminal shows no rights: %s", out)
	}
}

// janusPage publishes the microphone into a VideoRoom, in the words of Janus's own protocol, and tells what it sees.
const janusPage = `<!doctype html><script>
const tell = (what) => fetch('/tell', {method: 'POST', body: what});
(async () => {
  const ws = new WebSocket('ws://%s/', 'janus-protocol'), waiting = {};
  let session, handle, n = 0;
  const ask = (what, ack) => new Promise((done) => {
    const id = 'x' + n++;
    waiting[id] = {done, ack};
    ws.send(JSON.stringify({transaction: id, session_id: session, handle_id: handle, ...what}));
  });
  ws.onmessage = (m) => {
    const e = JSON.parse(m.data), data = e.plugindata && e.plugindata.data || {};
    if (data.moderation) tell('moderation ' + data.moderation);
    if (data.reason === 'kicked') tell('kicked');
    const w = waiting[e.transaction];
    if (w && e.janus !== 'ack') { delete waiting[e.transaction]; w.done(e); }
  };
  await new Promise((open) => { ws.onopen = open; });
  session = (await ask({janus: 'create'})).data.id;
  handle = (await ask({janus: 'attach', plugin: 'janus.plugin.videoroom'})).data.id;
  await ask({janus: 'message', body: {request: 'join', ptype: 'publisher', room: 1234, display: 'Ana'}});
  const pc = new RTCPeerConnection();
  (await navigator.mediaDevices.getUserMedia({audio: true})).getTracks().forEach((t) => pc.addTrack(t));
  pc.onicegatheringstatechange = async () => {
    if (pc.iceGatheringState !== 'complete') return;
    const e = await ask({janus: 'message', body: {request: 'publish'}, jsep: {type: 'offer', sdp: pc.localDescription.sdp}});
    await pc.setRemoteDescription(e.jsep);
    tell('published');
  };
  await pc.setLocalDescription(await pc.createOffer());
})().catch((e) => tell('error ' + e));
</script>`

func (g *pageReport) serveJanus(t *testing.T, server *localserver.Server) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, janusPage, server.Addr()) })
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

// TestJanusBrowser has a real browser in a VideoRoom: its words are written down under its name, it is muted, and sent out,
// and both are seen by it and by the bot.
func TestJanusBrowser(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium on the PATH: scripts/deps.sh --tests installs it")
	}
	t.Parallel()
	server, g := janusServer(t), &pageReport{}
	page := g.serveJanus(t, server)
	s, l := openTestStation(t, t.TempDir())
	room, connector, err := s.connector(wish{address: server.URL("room/1234"), secret: janusSecrets})
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
				if e.Utterance == nil || !matches(*e.Utterance) {
					continue
				}
				seen = true
				hands, ana := connector.(bot.Hands), e.Utterance.SpeakerID
				carryOut(ctx, t, hands, bot.Order{Verb: models.VerbMute, Target: ana}, func() bool { return g.saw("moderation muted", "") })
				carryOut(ctx, t, hands, bot.Order{Verb: models.VerbUnmute, Target: ana}, func() bool { return g.saw("moderation unmuted", "") })
				carryOut(ctx, t, hands, bot.Order{Verb: models.VerbRemove, Target: ana}, func() bool { return g.saw("kicked", "") })
				return
			}
		}()
		_, err := s.listenIn(ctx, stay{room: room, connector: connector})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if !seen {
		t.Errorf("the browser's words were not written down; it told %q", g.told)
	}
}
