package app

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"earshot/cmd/earshot/internal/programtest"
	"earshot/models/filetest"
	"earshot/models/waittest"
)

// TestFault37SecretsStaySecret runs a service that has every kind of secret, with the most verbose log, and searches for them in
// everything that it writes and answers: the log, pages, metrics, commands, files in the data folder, and the goroutines printed by
// a crash.
func TestFault37SecretsStaySecret(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	dir := t.TempDir()
	env, secrets := everySecret(t, dir)
	serve := programtest.Serve(t, append(slices.Clone(env), "GOTRACEBACK=all"), "--log-level", "debug")
	host := serve.Host
	waittest.Until(t, "it is ready", func() bool { _, code := programtest.Get(t, "http://"+host+"/readyz"); return code == 200 })
	waittest.Until(t, "the rooms were tried", func() bool {
		said := serve.Log.String()
		return strings.Contains(said, "127.0.0.1:1/one") && strings.Contains(said, "127.0.0.1:1/room/two") &&
			strings.Contains(said, "127.0.0.1:1/three") && strings.Contains(said, "127.0.0.1:1/four")
	})

	told := map[string]string{}
	for _, path := range []string{
		"/metrics", "/health", "/api/health", "/api/openapi.json", "/", "/access", "/debug/pprof/goroutine?debug=2",
		"/debug/pprof/cmdline",
	} {
		told["GET "+path], _ = programtest.Get(t, "http://"+host+path)
	}
	for _, args := range []string{
		"status --json", "config show", "config show --json", "doctor --json", "notify list", "check", "join livekit://127.0.0.1:1/one",
	} {
		told[args], _ = programtest.Client(env, strings.Fields(args)...)
	}
	if err := serve.Process.Signal(syscall.SIGQUIT); err != nil { // the crash of a Go program
		t.Fatal(err)
	}
	_ = serve.Wait()
	told["the log and the crash"] = serve.Log.String()
	if !strings.Contains(serve.Log.String(), "\ngoroutine 1 ") {
		t.Error("it did not crash with its goroutines: this proves nothing of crashes")
	}
	for _, secret := range secrets {
		for what, text := range told {
			if strings.Contains(text, secret) {
				t.Errorf("%s tells the secret %s", what, secret)
			}
		}
		if found, err := filetest.With(filepath.Join(dir, "record"), secret); len(found) > 0 || err != nil {
			t.Errorf("%s is in %v, %v", secret, found, err)
		}
	}
}

// everySecret is an environment in which every variable and file that holds a secret is set to a unique value. The rooms can't be
// reached, so that there is much to log.
func everySecret(t *testing.T, dir string) (env, secrets []string) {
	t.Helper()
	mark := func(name string) string {
		s := fmt.Sprintf("marked%sZ%d", strings.NewReplacer("_", "", "EARSHOT", "").Replace(name), len(secrets))
		secrets = append(secrets, s)
		return s
	}
	file := func(name, format string, args ...any) string {
		path := filepath.Join(dir, name)
		programtest.Write(t, path, fmt.Sprintf(format, args...))
		return path
	}
	env = append(os.Environ(), "EARSHOT_DATA_DIR="+filepath.Join(dir, "record"), "EARSHOT_DECODERS=1")
	for _, name := range []string{
		"LIVEKIT_API_KEY", "LIVEKIT_API_SECRET", "EARSHOT_LOUNGE_TOKEN", "EARSHOT_SUMMARY_KEY", "EARSHOT_JANUS_APISECRET",
		"EARSHOT_JANUS_TOKEN", "EARSHOT_JANUS_PIN", "EARSHOT_JANUS_ROOM_TOKEN", "EARSHOT_JANUS_SECRET",
		"EARSHOT_MUMBLE_PASSWORD", "EARSHOT_MUMBLE_TOKENS", "EARSHOT_JITSI_TOKEN", "EARSHOT_JITSI_PASSWORD", "EARSHOT_JITSI_JWT",
	} {
		env = append(env, name+"="+mark(name))
	}
	targets := file("targets.yaml", "targets:\n  - {name: hosts, kind: slack, url: \"https://127.0.0.1:1/%s\"}\n  - {name: archive, kind: "+
		"webhook, private: yes, url: \"https://127.0.0.1:1/%s\", secret: whsec_bWFya2VkLXNlY3JldC1vZi10aGUtd2ViaG9vaw==}\n",
		mark("slack"), mark("webhook"))
	secrets = append(secrets, "bWFya2VkLXNlY3JldC1vZi10aGUtd2ViaG9vaw", "marked-secret-of-the-webhook")
	settings := file("earshot.yaml", `
listen: 127.0.0.1:0
rooms: ["livekit://127.0.0.1:1/one", "janus+ws://127.0.0.1:1/room/two", "lounge://127.0.0.1:1/three",
  "mumble://127.0.0.1:1/four"]
jitsi: {url: "jitsi://127.0.0.1:1", user: "bot@auth.meet.test"}
notices: {targets: %q}
opinion: {url: "http://127.0.0.1:1/v1", model: x, key_file: %q}
summary: {url: "http://127.0.0.1:1/v1", model: x}
ice: {servers: ["turn:127.0.0.1:1"], turn_user: bot, turn_password_file: %q}
`, targets, file("opinion.key", "%s\n", mark("opinion")), file("turn.password", "%s\n", mark("turn")))
	return append(env, "EARSHOT_CONFIG="+settings), secrets
}
