package app

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"earshot/bot"
	"earshot/bot/fleet"
	"earshot/bot/janus"
	"earshot/bot/livekit"
	"earshot/bot/lounge"
	"earshot/models"
)

// roomDocs is what docs/rooms.md says of each kind of room; the first scheme ties it to the program.
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
	{"Janus VideoRoom", "janus+ws", "the room's secret; a ban also a list of allowed " +
		"tokens", janus.Abilities(), "each on a track", "feed id and display", "yes"},
	{
		"Janus AudioBridge", "janus+ws", "the room's secret", withoutBan(janus.Abilities()), "one mix",
		"id and display, by talking events", "no: the server's word",
	},
	{"WHEP", "whep+https", "–", bot.Capabilities{}, "one stream", "the configured name", "–"},
}

func withoutBan(c bot.Capabilities) bot.Capabilities {
	c.Ban = false
	return c
}

// TestRoomsDocumented compares the tables of docs/rooms.md with what the connectors say of themselves.
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
	hearing := "| room | speakers | who is who | silence is part of the proof |\n|---|---|---|---|\n"
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
	for mark, table := range map[string]string{"abilities": abilities, "hearing": hearing} {
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
