//go:build !race

package configs

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"earshot/models"
)

const withProfiles = `mode: suggest
language: de
retention:
  clips: 2d
profiles:
  - name: quiet
    mode: watch
    rules: [mine.yaml, base]
    vocabulary: [Ayu]
    stay:
      alone: 1m
    retention:
      transcripts: 36h
  - name: plain
rooms:
  - lounge://a:1/x
  - url: livekit://b/Y
    name: Why
    profile: quiet
    schedule: [fri 19:00-21:00]
    time_zone: Asia/Jakarta
    calendar: why.ics
`

func TestProfilesCoverTheFile(t *testing.T) {
	dir, environ := home(t)
	name := write(t, filepath.Join(dir, "my.yaml"), withProfiles)
	c, err := Load(Options{File: name, Environ: environ})
	if err != nil {
		t.Fatal(err)
	}
	want := []Room{
		{URL: "lounge://a:1/x"},
		{
			URL: "livekit://b/Y", Name: "Why", Profile: "quiet", Schedule: []string{"fri 19:00-21:00"}, TimeZone: "Asia/Jakarta",
			Calendar: filepath.Join(dir, "why.ics"),
		},
	}
	if diff := cmp.Diff(want, c.Rooms); diff != "" {
		t.Error(diff)
	}
	q, ok := c.For("quiet")
	if !ok || q.Mode != models.ModeWatch || q.Language != "de" || q.Stay.Alone != time.Minute ||
		time.Duration(q.Retention.Transcripts) != 36*time.Hour || time.Duration(q.Retention.Clips) != 48*time.Hour {
		t.Errorf("quiet: %v %+v", ok, q)
	}
	if diff := cmp.Diff([]string{filepath.Join(dir, "mine.yaml"), "base"}, q.Rules); diff != "" {
		t.Error(diff)
	}
	if p, ok := c.For("plain"); !ok || p.Mode != models.ModeSuggest || !cmp.Equal(p.Rules, []string{"open-mic"}) {
		t.Errorf("plain: %v %+v", ok, p)
	}
	if c.Mode != models.ModeSuggest || len(c.Vocabulary) != 0 {
		t.Errorf("a profile changed what is outside: %+v", c)
	}
	if _, ok := c.For("nobody"); ok {
		t.Error("a profile that is not there")
	}
}

func TestEnvironmentHoldsForProfiles(t *testing.T) {
	dir, environ := home(t)
	name := write(t, filepath.Join(dir, "my.yaml"), withProfiles)
	r, err := Explain(Options{File: name, Environ: append(environ, "EARSHOT_MODE=act"), Flags: map[string]string{"language": "id"}})
	if err != nil {
		t.Fatal(err)
	}
	q, _ := r.Config.For("quiet")
	if q.Mode != models.ModeAct || q.Language != "id" {
		t.Errorf("mode %q, language %q", q.Mode, q.Language)
	}
	from := map[string]string{}
	for _, v := range r.Config.Profiles[0].Values {
		from[v.Key] = v.From.String()
	}
	for key, want := range map[string]string{
		"mode": "EARSHOT_MODE", "rules": name + ":8", "retention.clips": name + ":4", "listen": "default", "stay.alone": name + ":11",
	} {
		if from[key] != want {
			t.Errorf("%s from %s, want %s", key, from[key], want)
		}
	}
}

func TestListsFromTheEnvironment(t *testing.T) {
	for _, tt := range []struct{ name, value, err string }{
		{"EARSHOT_PROFILES", "[{name: x, mode: watch, retention: {clips: 1d}}]", ""},
		{"EARSHOT_PROFILES", "x", `EARSHOT_PROFILES: profiles: "x" is not a list of profiles, each with a name`},
		{"EARSHOT_PROFILES", "[{name: x, mod: watch}]", `EARSHOT_PROFILES: unknown key "mod" in "profiles" (did you mean "mode"?)`},
		{"EARSHOT_PROFILES", "[{name: x", `EARSHOT_PROFILES: profiles: "[{name: x" is not a list of profiles, each with a name`},
		{"EARSHOT_ROOMS", "[lounge://a/b, {url: lounge://a/c, profile: open-mic}]", ""},
		{"EARSHOT_ROOMS", "lounge://a/b, lounge://a/c", ""},
		{"EARSHOT_ROOMS", "[{url: lounge://a/c, profile: x}]", `EARSHOT_ROOMS: rooms.profile: no profile is named "x": profiles has open-mic`},
		{
			"EARSHOT_ROOMS", "here", `EARSHOT_ROOMS: rooms.url: "here" is not the address of a room that Earshot knows, ` +
				`like lounge://127.0.0.1:8484/lounge or livekit://rooms.example/open-mic, without user and password`,
		},
	} {
		_, environ := home(t)
		_, err := Load(Options{Environ: append(environ, tt.name+"="+tt.value)})
		if got := errText(err); got != tt.err {
			t.Errorf("%s=%s: got  %s\nwant %s", tt.name, tt.value, got, tt.err)
		}
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
