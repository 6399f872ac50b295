//go:build !race

package configs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestNaturalValues: what people write is read, or the message says what to write.
func TestNaturalValues(t *testing.T) {
	for text, want := range map[string]string{
		"retention: {clips: 1w}": "", "retention: {flags: 52w}": "",
		"rooms: [{url: 'lounge://a/b', schedule: [thursday 20:00-22:00]}]":                             "",
		"rooms: [{url: 'lounge://a/b', schedule: [Every Thursday 9:00 - 22:00]}]":                      "",
		"rooms: [{url: 'lounge://a/b', schedule: [Monday-Friday 9:00-17:30, Wednesdays 20:00–21:00]}]": "",
		"rooms: [{url: 'lounge://a/b', schedule: [every day 22:00-02:00, daily 9:00-10:00]}]":          "",
		"rooms: [{url: 'lounge://a/b', schedule: [2026-12-24 20:00-22:00]}]":                           "",
		"rooms: [{url: 'lounge://a/b', schedule: [2026-12-24 20:00]}]":                                 `did you mean "2026-12-24 20:00-21:00"?`,
		"rooms: [{url: 'lounge://a/b', schedule: [2026-02-30 20:00-22:00]}]":                           "is not a list of times like",
		"rooms: [{url: 'lounge://a/b', schedule: [every thursday 20:00]}]":                             `did you mean "thu 20:00-21:00"?`,
		"rooms: [{url: 'lounge://a/b', schedule: [thirsday 20:00-21:00]}]":                             "is not a list of times like",
		"rooms: [{url: 'lounge://a/b', schedule: [thu 20:00-22:00], time_zone: new york}]":             `did you mean "America/New_York"?`,
		"rooms: [{url: 'lounge://a/b', schedule: [thu 20:00-22:00], time_zone: Berlin}]":               `did you mean "Europe/Berlin"?`,
		"rooms: [{url: 'lounge://a/b', schedule: [thu 20:00-22:00], time_zone: Nowhere}]":              "is not a time zone like Asia/Jakarta",
		"mode: ask": `did you mean "suggest"?`, "mode: Act": `did you mean "act"?`, "mode: wach": `did you mean "watch"?`,
		"livekit: {url: 'ws://localhost:7880'}": `did you mean "livekit+ws://localhost:7880"?`,
		"livekit: {url: 'wss://rooms.example'}": `did you mean "livekit+wss://rooms.example"?`,
		"livekit: {api_key: abc}":               "set LIVEKIT_API_KEY and LIVEKIT_API_SECRET, or name a file with it as api_key_file",
		"livekit: {secret: abc}":                "as api_secret_file under servers",
		"jitsi: {token: abc}":                   "as token_file under servers",
	} {
		file := filepath.Join(t.TempDir(), "earshot.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Load(Options{File: file, Flags: map[string]string{"data_dir": t.TempDir()}})
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", text, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %v, want %q", text, err, want)
		case err != nil && strings.Contains(err.Error(), "abc"):
			t.Errorf("the secret is told: %v", err)
		}
	}
}
