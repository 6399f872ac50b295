package app

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"earshot/bot/room"
	"earshot/cmd/earshot/internal/programtest"
	"earshot/models"
	"earshot/models/sqlite"
	"earshot/models/waittest"
)

const silly = `schema: 1
profile: house
rules:
  - id: silly
    when: {says: {phrase: "silly thing"}}
    then: [flag: {level: low, title: "Silly"}]
`

// TestServe runs the service as a community would: it joins the configured room, is invited, reports its state, reloads rules, keeps
// the old ones when the file has mistakes, and exits cleanly.
func TestServe(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	dir := t.TempDir()
	rules := filepath.Join(dir, "house.yaml")
	programtest.Write(t, rules, silly)
	env := append(os.Environ(), "EARSHOT_DATA_DIR="+dir, "EARSHOT_RULES="+rules, "EARSHOT_DECODERS=1")
	serve := programtest.Serve(t, env)

	_, rest, _ := strings.Cut(serve.Log.String(), "lounge=http://")
	host, _, _ := strings.Cut(rest, "/")
	if out, code := programtest.Client(env, "invite", "lounge://"+host+"/lounge"); code != 0 {
		t.Fatalf("invite: %d, %s", code, out)
	}
	var rooms []models.RoomState
	waittest.Until(t, "the bot listens", func() bool {
		out, _ := programtest.Client(env, "status", "--json")
		return json.Unmarshal([]byte(out), &rooms) == nil && len(rooms) == 1 && rooms[0].State == string(room.StateListening)
	})
	if out, code := programtest.Client(env, "invite", "lounge://"+host+"/lounge"); code != 1 ||
		!strings.Contains(out, "listens in this room already") {
		t.Errorf("second invitation: %d, %s", code, out)
	}

	checkFigures(t, host)
	programtest.Write(t, rules, strings.ReplaceAll(silly, "low", "high"))
	waittest.Until(t, "the new rules are in force", func() bool { return strings.Contains(serve.Log.String(), "rules reloaded") })
	programtest.Write(t, rules, strings.ReplaceAll(silly, "when", "whenn"))
	waittest.Until(t, "the mistake is told", func() bool { return strings.Contains(serve.Log.String(), "the previous ones stay in effect") })
	for path, want := range map[string]string{"/metrics": "earshot_rules_broken 2\n", "/api/health": "house.yaml:"} {
		waittest.Until(t, path+" tells of the mistake", func() bool { // in the service's rules and in the session's, one after the other
			body, code := programtest.Get(t, "http://"+host+path)
			return code == http.StatusOK && strings.Contains(body, want)
		})
	}
	programtest.Write(t, rules, silly)
	waittest.Until(t, "the mistake is mended", func() bool {
		body, _ := programtest.Get(t, "http://"+host+"/metrics")
		return strings.Contains(body, "earshot_rules_broken 0\n")
	})

	for _, x := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"pause", "lounge"}, 0, ""},
		{[]string{"status"}, 0, "paused"},
		{[]string{"status", "--processes"}, 0, "the service has its database to itself"},
		{[]string{"status", "--processes", "--json"}, 0, `"nodes": []`},
		{[]string{"resume", "lounge"}, 0, ""},
		{[]string{"pause", "nowhere"}, 2, "hint: "},
		{[]string{"invite", "lounge://" + host + "/stage", "--link", "--hours", "2", "--json"}, 0, "/invite/"},
		{[]string{"invite", "lounge://" + host + "/lounge"}, 1, "error: "},
		{[]string{"servers", "list", "--json"}, 0, "[]"},
		{[]string{"schedule", "add", "lounge://" + host + "/hall", "thu 20:00-22:00", "--time-zone", "UTC", "--dry-run"}, 0, "would add: "},
		{[]string{"schedule", "add", "lounge://" + host + "/hall", "thu 20:00-22:00", "--time-zone", "UTC"}, 0, "schedule remove"},
		{[]string{"schedule", "add", "hall", "thu 21:00-23:00", "--time-zone", "UTC"}, 1, "overlaps"},
		{[]string{"schedule", "add", "hal", "fri 21:00-23:00", "--time-zone", "UTC"}, 2, `did you mean "hall"?`},
		{[]string{"schedule", "add", "hall", "fri 21:00"}, 2, "mon-fri 09:00-17:30"},
		{[]string{"schedule", "list"}, 0, "every Thursday, 20:00–22:00 (UTC)"},
		{[]string{"schedule", "remove", "none"}, 2, "schedule list"},
		{[]string{"servers", "forbid", "livekit://rooms.example"}, 1, "is allowed"},
	} {
		if out, code := programtest.Client(env, x.args...); code != x.code || !strings.Contains(out, x.says) {
			t.Errorf("%q: %d, %s", x.args, code, out)
		}
	}
	checkScheduled(t, env)
	if out, code := programtest.Client(env, "leave", "lounge"); code != 0 {
		t.Errorf("leave: %d, %s", code, out)
	}
	waittest.Until(t, "the bot has left", func() bool {
		out, _ := programtest.Client(env, "status", "--json")
		return strings.TrimSpace(out) == "[]"
	})
	if out, code := programtest.Client(env, "leave", "lounge"); code != 2 || !strings.Contains(out, "the bot is not in a room") {
		t.Errorf("leave again: %d, %s", code, out)
	}
	serve.Stop(t)
	checkLeft(t, dir, rooms[0].Session)
	if out, code := programtest.Client(env, "status"); code != 1 || !strings.Contains(out, "hint: ") {
		t.Errorf("status without a service: %d, %s", code, out)
	}
}

// checkScheduled removes the one time that was added, whose id Tab offers.
func checkScheduled(t *testing.T, env []string) {
	t.Helper()
	offered, code := programtest.Client(env, "__complete", "schedule", "remove", "")
	id, _, ok := strings.Cut(offered, "\t")
	if code != 0 || !ok {
		t.Fatalf("completion: %d, %q", code, offered)
	}
	if out, code := programtest.Client(env, "schedule", "remove", id, "--json"); code != 0 || !strings.Contains(out, id) {
		t.Errorf("remove: %d, %s", code, out)
	}
	if out, code := programtest.Client(env, "schedule", "list"); code != 0 || strings.Contains(out, id) {
		t.Errorf("after the removal: %d, %s", code, out)
	}
}

func checkLeft(t *testing.T, dir, session string) {
	t.Helper()
	store, err := sqlite.OpenReadOnly(t.Context(), filepath.Join(dir, "earshot.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if s, err := store.Session(t.Context(), session); err != nil || s.Reason != models.EndLeft || s.Rules == "" {
		t.Errorf("session %+v, %v", s.Session, err)
	}
}

// checkFigures asks the running service how it is.
func checkFigures(t *testing.T, host string) {
	t.Helper()
	waittest.Until(t, "it is ready", func() bool { _, code := programtest.Get(t, "http://"+host+"/readyz"); return code == http.StatusOK })
	if body, code := programtest.Get(t, "http://"+host+"/healthz"); code != http.StatusOK || body != "ok\n" {
		t.Errorf("health: %d %q", code, body)
	}
	body, code := programtest.Get(t, "http://"+host+"/metrics")
	for _, want := range []string{"earshot_sessions 1\n", "earshot_final_latency_seconds_count " +
		"0", "earshot_decoder_processes 1\n", "earshot_spool_bytes 0", "go_goroutines "} {
		if !strings.Contains(body, want) {
			t.Errorf("metrics (%d) lack %q", code, want)
		}
	}
}
