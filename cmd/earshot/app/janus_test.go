package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"golang.org/x/sync/errgroup"

	"earshot/bot"
	"earshot/bot/fleet"
	"earshot/bot/janus"
	"earshot/bot/janus/janustest"
	"earshot/cmd/earshot/playback"
	"earshot/models"
	"earshot/transcribe/fixture"
	"earshot/transcribe/fixture/eval"
)

// janusServer starts a Janus for one test, or skips the test where there is none.
func janusServer(t *testing.T) *janustest.Server {
	t.Helper()
	server, err := janustest.Start(t.Context(), t.TempDir(), janustest.Options{})
	if errors.Is(err, janustest.ErrAbsent) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Kill)
	return server
}

// janusSecrets are the secrets of a moderator of the test rooms, as environment variables.
func janusSecrets(variable string) (string, error) {
	return map[string]string{"EARSHOT_JANUS_SECRET": janustest.RoomSecret}[variable], nil
}

// TestJanusPutsTheRightWordsUnderTheRightNames plays the demo's voices in a VideoRoom of a real Janus.
func TestJanusPutsTheRightWordsUnderTheRightNames(t *testing.T) {
	if testing.Short() {
		t.Skip("plays for 45 seconds")
	}
	t.Parallel()
	server := janusServer(t)
	rightWords(t, janusSecrets, fleet.JoinRequest{Address: server.URL("room/1234")}, "mute unmute remove",
		func(ctx context.Context, s *App, v playback.Voice) error {
			return janus.Publish(ctx, janus.PublishConfig{URL: server.URL("room/1234"), Name: v.Name, Peer: s.Peers, Next: v.Packets()})
		})
}

// janusPage publishes the microphone into a VideoRoom, by Janus's own protocol, and reports what it sees.
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

// TestJanusBrowser has a real browser and two other publishers in one VideoRoom, all speaking at the same time: everybody's words
// are stored under their own name. The browser is muted and removed, and both it and the bot notice.
func TestJanusBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	b := newBrowser(t)
	t.Parallel()
	server, g := janusServer(t), &pageReport{}
	page := g.serve(t, fmt.Sprintf(janusPage, server.Addr()), nil)
	all := evalSentences(t)
	others := map[string]eval.Sentence{"Ben": all[2], "Cem": all[3]}
	s, l := openTestApp(t, t.TempDir())
	trust(s, janusSecrets, server.URL("room/1234"))
	room, connector, err := s.Connector(t.Context(), fleet.JoinRequest{Address: server.URL("room/1234")})
	if err != nil {
		t.Fatal(err)
	}
	hands := connector.(playback.Connector)
	barrier := playback.NewBarrier(hands, 1+len(others))
	b.visit(t, s, l, page, fleet.SessionRequest{Room: room, Connector: barrier}, func(ctx context.Context, group *errgroup.Group) {
		for name, line := range others {
			pause := make([]float32, 2*models.SampleRate)
			line.PCM = slices.Concat(line.PCM, pause, line.PCM, pause, line.PCM) // for a busy machine, which may miss a part
			src := barrier.Hold(paused(t, line))
			group.Go(func() error {
				voice := playback.Voice{Name: name, Source: src}
				return janus.Publish(
					ctx, janus.PublishConfig{URL: server.URL("room/1234"), Name: name, Peer: s.Peers, Next: voice.Packets()},
				)
			})
		}
	}, func(ctx context.Context, ana models.Utterance) {
		for name, line := range others {
			comes(ctx, t, "the words of "+name, func() bool {
				return slices.ContainsFunc(lines(t, s, ana.Session), func(u models.Utterance) bool {
					errs, words := fixture.WER(line.Text, u.Text)
					return u.SpeakerName == name && errs*10 <= words
				})
			})
		}
		carryOut(ctx, t, hands, bot.Command{Verb: models.VerbMute, Target: ana.SpeakerID}, func() bool { return g.saw("moderation muted", "") })
		carryOut(ctx, t, hands, bot.Command{Verb: models.VerbUnmute, Target: ana.SpeakerID}, func() bool {
			return g.saw("moderation unmuted", "")
		})
		carryOut(ctx, t, hands, bot.Command{Verb: models.VerbRemove, Target: ana.SpeakerID}, func() bool { return g.saw("kicked", "") })
		for _, u := range lines(t, s, ana.Session) {
			if _, other := others[u.SpeakerName]; !other && u.SpeakerName != "Ana" || u.Attribution != models.AttributionTrack {
				t.Errorf("a line of %q, %s", u.SpeakerName, u.Attribution)
			}
		}
	})
}
