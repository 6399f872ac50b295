package app

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"earshot/configs"
	"earshot/moderation/engine"
)

// TestRulesSayWhatNobodyCanDo: an action in the rules that a kind of room does not support is reported when the rules are checked,
// and for the rooms of a configuration; supported ones are not.
func TestRulesSayWhatNobodyCanDo(t *testing.T) {
	file := filepath.Join(t.TempDir(), "room.yaml")
	rules := "schema: 1\nmode: act\nrules:\n  - {id: a, when: {says: {phrase: x}}, then: [mute: {for: 1m}]}\n" +
		"  - {id: b, when: {says: {phrase: y}}, then: [ask: {offer: [to_audience 5m, newcomers_listen_only, dismiss]}]}\n"
	if err := os.WriteFile(file, []byte(rules), 0o600); err != nil {
		t.Fatal(err)
	}
	set, err := engine.Load(RulesOptions(), file)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"not possible in rooms of the kinds device, file, hls, icecast, rtmp, rtsp, srt, whep: mute, to_audience, newcomers_listen_only",
		"not possible in rooms of the kinds janus, jitsi: to_audience",
	}
	if got := CannotBeDone(set); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	cfg := testConfig(t, t.TempDir())
	cfg.Rules = []string{file}
	cfg.Rooms = []configs.Room{{URL: "janus+ws://127.0.0.1:8188/room/1"}, {URL: "lounge://127.0.0.1:8484/a"}}
	if got := CannotInRooms(cfg); len(got) != 1 ||
		got[0] != "janus+ws://127.0.0.1:8188/room/1: the rules may ask for actions that are not possible there: to_audience" {
		t.Errorf("%q", got)
	}
}
