package app

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/fleet"
	"earshot/bot/livekit"
	"earshot/bot/livekit/livekittest"
	"earshot/models"
)

// liveKitClient is LiveKit's own client for browsers, which scripts/rooms.sh fetches.
const liveKitClient = "../../../build/tools/livekit-client-2.23.0.js"

// guestPage joins a room with LiveKit's client and reports to the test what it sees there.
const guestPage = `<!doctype html><script src="/client.js"></script><script>
const tell = (what) => fetch('/tell', {method: 'POST', body: what});
(async () => {
  const room = new LivekitClient.Room();
  room.on('dataReceived', (data, from, kind, topic) =>
    tell('line ' + (from ? from.name : '') + ' ' + topic + ' ' + new TextDecoder().decode(data)));
  room.on('trackMuted', (track, who) => tell('muted ' + who.identity));
  await room.connect('ws://%s', '%s');
  await room.localParticipant.setMicrophoneEnabled(true);
  tell('recording ' + room.isRecording);
  for (const p of room.remoteParticipants.values()) tell('sees ' + p.name + ' ' + p.kind);
  room.on('participantConnected', (p) => tell('sees ' + p.name + ' ' + p.kind));
  room.on('recordingStatusChanged', (on) => tell('recording ' + on));
})().catch((e) => tell('error ' + e));
</script>`

// TestLiveKitBrowser has a real browser with LiveKit's own client in the room: its words are stored, it sees the bot as an agent and
// the recording indicator, reads the bot's message under the bot's name, and is muted.
func TestLiveKitBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	b := newBrowser(t)
	script, err := os.ReadFile(liveKitClient)
	if err != nil {
		t.Skip("no LiveKit client for browsers: scripts/rooms.sh fetches it")
	}
	t.Parallel()
	server, g := liveKit(t), &pageReport{}
	yes := true
	token, err := livekit.Credentials{Key: livekittest.Key, Secret: livekittest.Secret}.Sign(livekit.Claims{
		Identity: "ana", Name: "Ana", Video: &livekit.Grant{Room: "open-mic", RoomJoin: true, CanPublish: &yes, CanSubscribe: &yes},
	}, time.Now(), browserWithin)
	if err != nil {
		t.Fatal(err)
	}
	page := g.serve(t, fmt.Sprintf(guestPage, server.Addr(), token), script)
	s, l := openTestApp(t, t.TempDir())
	trust(s, liveKitSecrets, server.URL("open-mic"))
	room, connector, err := s.Connector(t.Context(), fleet.JoinRequest{Address: server.URL("open-mic")})
	if err != nil {
		t.Fatal(err)
	}
	hands := connector.(bot.Moderator)
	b.visit(t, s, l, page, fleet.SessionRequest{Room: room, Connector: connector}, nil, func(ctx context.Context, _ models.Utterance) {
		carryOut(
			ctx, t, hands, bot.Command{Verb: models.VerbMessage, Text: "mind the rules"},
			func() bool { return g.saw("line ", "mind the rules") },
		)
		carryOut(ctx, t, hands, bot.Command{Verb: models.VerbMute, Target: "ana"}, func() bool { return g.saw("muted ana", "") })
		for beginning, part := range map[string]string{
			"sees " + fleet.BotName: "4", "recording": "true", "line " + fleet.BotName + " lk-chat-topic": "mind the rules",
		} {
			comes(ctx, t, "the browser's "+beginning, func() bool { return g.saw(beginning, part) })
		}
	})
	if log, err := os.ReadFile(server.Log()); err != nil || !strings.Contains(string(log), "audio/red") {
		t.Errorf("the browser did not publish audio/red: %v", err)
	}
}
