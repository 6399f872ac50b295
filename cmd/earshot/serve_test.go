package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"earshot/bot/room"
	"earshot/models"
	"earshot/models/sqlite"
)

// output keeps what a program prints; any goroutine may look.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// until polls a real process until a condition holds.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(2 * time.Minute)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("not within two minutes: %s", what)
		}
		<-tick.C
	}
}

const silly = `schema: 1
profile: house
rules:
  - id: silly
    when: {says: {phrase: "silly thing"}}
    then: [flag: {level: low, title: "Silly"}]
`

// TestServe runs the service as a community would: it joins the configured room, is invited, reports, takes new rules,
// keeps the old ones when the file has mistakes, and leaves in order.
func TestServe(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rules := filepath.Join(dir, "house.yaml")
	write(t, rules, silly)
	env := append(os.Environ(), "EARSHOT_DATA_DIR="+dir, "EARSHOT_RULES="+rules, "EARSHOT_DECODERS=1")
	var log output
	serve := exec.Command("earshot", "serve", "--listen", "127.0.0.1:0")
	serve.Env, serve.Stderr = env, &log
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = serve.Process.Kill() })
	until(t, "it serves", func() bool { return strings.Contains(log.String(), "msg=serving") })

	_, rest, _ := strings.Cut(log.String(), "lounge=http://")
	host, _, _ := strings.Cut(rest, "/")
	if out, code := client(env, "invite", "lounge://"+host+"/lounge"); code != 0 {
		t.Fatalf("invite: %d, %s", code, out)
	}
	var rooms []models.RoomState
	until(t, "the bot listens", func() bool {
		out, _ := client(env, "status", "--json")
		return json.Unmarshal([]byte(out), &rooms) == nil && len(rooms) == 1 && rooms[0].State == string(room.StateListening)
	})
	if out, code := client(env, "invite", "lounge://"+host+"/lounge"); code != 1 || !strings.Contains(out, "listens in this room already") {
		t.Errorf("second invitation: %d, %s", code, out)
	}

	checkFigures(t, host)
	write(t, rules, strings.ReplaceAll(silly, "low", "high"))
	until(t, "the new rules are in force", func() bool { return strings.Contains(log.String(), "rules reloaded") })
	write(t, rules, strings.ReplaceAll(silly, "when", "whenn"))
	until(t, "the mistake is told", func() bool { return strings.Contains(log.String(), "the old ones stay in force") })
	for path, want := range map[string]string{"/metrics": "earshot_rules_broken 2\n", "/api/health": "house.yaml:"} {
		until(t, path+" tells of the mistake", func() bool { // in the service's rules and in the session's, one after the other
			body, code := get(t, "http://"+host+path)
			return code == http.StatusOK && strings.Contains(body, want)
		})
	}
	write(t, rules, silly)
	until(t, "the mistake is mended", func() bool {
		body, _ := get(t, "http://"+host+"/metrics")
		return strings.Contains(body, "earshot_rules_broken 0\n")
	})

	if out, code := client(env, "leave", "lounge"); code != 0 {
		t.Errorf("leave: %d, %s", code, out)
	}
	until(t, "the bot has left", func() bool { out, _ := client(env, "status", "--json"); return strings.TrimSpace(out) == "[]" })
	if out, code := client(env, "leave", "lounge"); code != 1 || !strings.Contains(out, "no such room") {
		t.Errorf("leave again: %d, %s", code, out)
	}
	if err := serve.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := serve.Wait(); err != nil {
		t.Errorf("it ended with %v:\n%s", err, log.String())
	}
	checkLeft(t, dir, rooms[0].Session)
	if out, code := client(env, "status"); code != 1 || !strings.Contains(out, "hint: ") {
		t.Errorf("status without a service: %d, %s", code, out)
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

// client runs a command and returns all that it printed with its exit code.
func client(env []string, args ...string) (string, int) {
	cmd := exec.Command("earshot", args...)
	cmd.Env = env
	out, _ := cmd.CombinedOutput()
	return string(out), cmd.ProcessState.ExitCode()
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// checkFigures asks the running service how it is.
func checkFigures(t *testing.T, host string) {
	t.Helper()
	until(t, "it is ready", func() bool { _, code := get(t, "http://"+host+"/readyz"); return code == http.StatusOK })
	if body, code := get(t, "http://"+host+"/healthz"); code != http.StatusOK || body != "ok\n" {
		t.Errorf("health: %d %q", code, body)
	}
	body, code := get(t, "http://"+host+"/metrics")
	for _, want := range []string{"earshot_sessions 1\n", "earshot_final_latency_seconds_count " +
		"0", "earshot_decoder_processes 1\n", "earshot_spool_bytes 0", "go_goroutines "} {
		if !strings.Contains(body, want) {
			t.Errorf("metrics (%d) lack %q", code, want)
		}
	}
}

func get(t *testing.T, url string) (string, int) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body), res.StatusCode
}
