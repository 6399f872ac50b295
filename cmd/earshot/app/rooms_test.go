package app

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"earshot/bot"
	"earshot/bot/fleet"
	"earshot/bot/janus"
	"earshot/bot/jitsi"
	"earshot/bot/livekit"
	"earshot/bot/lounge"
	"earshot/bot/mumble"
	"earshot/models"
)

// roomDocs is what docs/rooms.md says about each kind of room; the first scheme links it to the program.
var roomDocs = []struct {
	name, scheme, right string
	can                 bot.Capabilities
	speakers, names     string
	silence             string
}{
	{"Lounge", "lounge", "the host's token (a message needs none)", lounge.Abilities(), "each on a track", "the name they gave", "yes"},
	{
		"LiveKit", "livekit", "the server's key and secret (a message: `canPublishData`)", livekit.Abilities(), "each on a track",
		"identity and name", "yes",
	},
	{"Janus VideoRoom", "janus+ws", "the room's secret; for a ban also a list of allowed " +
		"tokens", janus.Abilities(), "each on a track", "feed id and display", "yes"},
	{
		"Janus AudioBridge", "janus+ws", "the room's secret", withoutBan(janus.Abilities()), "one mix",
		"id and display, by talking events", "no: only the server's report",
	},
	{
		"Mumble", "mumble", "the bot's certificate in the group admin (a message: Text message)", mumble.Abilities(), "each on a track",
		"certificate, number or name", "yes",
	},
	{
		"Jitsi", "jitsi", "moderator of the meeting (a message needs none)", jitsi.Abilities(), "each on a track",
		"endpoint id; the name in the chat room", "yes",
	},
	{"WHEP", "whep+https", "–", bot.Capabilities{}, "one stream", "the configured name", "–"},
	{"HLS", "hls+https", "–", bot.Capabilities{}, "one mix", "the configured name", "–"},
	{"Icecast", "icecast+https", "–", bot.Capabilities{}, "one mix", "the configured name", "–"},
	{"RTMP", "rtmp", "–", bot.Capabilities{}, "one mix", "the configured name", "–"},
	{"RTSP", "rtsp", "–", bot.Capabilities{}, "one mix", "the configured name", "–"},
	{"SRT", "srt", "–", bot.Capabilities{}, "one mix", "the configured name", "–"},
	{"A file", "file", "–", bot.Capabilities{}, "one mix", "the configured name", "–"},
	{"A sound device", "device", "–", bot.Capabilities{}, "one mix", "the configured name", "–"},
}

// elsewhereDocs is what docs/rooms.md says of places that let no bot in.
var elsewhereDocs = []struct{ place, route, works, not, tried string }{
	{
		"X Spaces", "`hls+https://`: the stream for listeners; or `device://` beside a browser", "lines, flags, evidence, review",
		"telling speakers apart; acting; X documents no way to get the stream's address", "HLS with AAC segments, and the device; not X itself",
	},
	{
		"Clubhouse", "`device://`, beside the app or an emulator", "lines, flags, evidence, review", "telling speakers apart; acting",
		"the device; not Clubhouse itself",
	},
	{
		"Zoom", "`rtmp+listen://`: \"custom live streaming service\", if your plan includes it; or `device://`", "lines, flags, evidence, review",
		"telling speakers apart; acting", "RTMP from ffmpeg and the device; not Zoom itself",
	},
	{
		"Teams", "`rtmp+listen://`: \"custom streaming app\", if your tenant allows it; or `device://`", "lines, flags, evidence, review",
		"telling speakers apart; acting; RTMPS without a proxy in front", "RTMP from ffmpeg and the device; not Teams itself",
	},
	{
		"Discord", "`device://`, beside the app or a browser", "lines, flags, evidence, review", "telling speakers apart; acting",
		"the device; not Discord itself",
	},
	{
		"Telegram", "`device://`, beside the app or a browser", "lines, flags, evidence, review", "telling speakers apart; acting",
		"the device; not Telegram itself",
	},
}

func withoutBan(c bot.Capabilities) bot.Capabilities {
	c.Ban = false
	return c
}

// TestRoomsDocumented compares the tables of docs/rooms.md with the capabilities of the connectors.
func TestRoomsDocumented(t *testing.T) {
	data, err := os.ReadFile("../../../docs/rooms.md")
	if err != nil {
		t.Fatal(err)
	}
	verbs := []struct {
		name    string
		verb    models.Verb
		private bool
	}{
		{"message", models.VerbMessage, false},
		{"private message", models.VerbMessage, true},
		{"mute", models.VerbMute, false},
		{"unmute", models.VerbUnmute, false},
		{"to audience", models.VerbToAudience, false},
		{"remove", models.VerbRemove, false},
		{"ban", models.VerbBan, false},
	}
	abilities := "| room | address |"
	hearing := "| room | speakers | who is who | silence confirms an action |\n|---|---|---|---|\n"
	rule := "\n|---|---|"
	for _, v := range verbs {
		abilities += " " + v.name + " |"
		rule += "---|"
	}
	abilities += " right |" + rule + "---|\n"
	for _, d := range roomDocs {
		if _, err := models.ParseServer(d.scheme + "://host"); err != nil {
			t.Errorf("%s: %v", d.name, err)
		}
		abilities += fmt.Sprintf("| %s | `%s://` |", d.name, d.scheme)
		for _, v := range verbs {
			abilities += map[bool]string{true: " yes |", false: " – |"}[d.can.Has(v.verb, v.private)]
		}
		abilities += " " + d.right + " |\n"
		hearing += fmt.Sprintf("| %s | %s | %s | %s |\n", d.name, d.speakers, d.names, d.silence)
	}
	elsewhere := "| place | route | what works | what doesn't | tried |\n|---|---|---|---|---|\n"
	for _, d := range elsewhereDocs {
		elsewhere += fmt.Sprintf("| %s | %s | %s | %s | %s |\n", d.place, d.route, d.works, d.not, d.tried)
	}
	for mark, table := range map[string]string{"abilities": abilities, "hearing": hearing, "elsewhere": elsewhere} {
		if want := "<!-- " + mark + " -->\n\n" + table; !strings.Contains(string(data), want) {
			t.Errorf("docs/rooms.md should have:\n%s", want)
		}
	}
	for k := range fleet.Kinds() {
		found := false
		for _, d := range roomDocs {
			at, err := models.ParseServer(d.scheme + "://host")
			found = found || err == nil && at.Kind == k
		}
		if !found {
			t.Errorf("docs/rooms.md has no row for %v", k)
		}
	}
}
