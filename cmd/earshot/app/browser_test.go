package app

import (
	"context"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"earshot/bot/fleet"
	"earshot/bot/lounge"
	"earshot/models"
	"earshot/transcribe/fixture"
)

// said is the recording that the browser's microphone plays.
const said = "Hello everyone, welcome to the show."

// TestChromiumMicrophoneIsWrittenDown has a real browser publish a recording as its microphone through the lounge's page, and reads
// its transcript.
func TestChromiumMicrophoneIsWrittenDown(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	b := newBrowser(t)
	t.Parallel()
	s, l := openTestApp(t, t.TempDir())
	address := l.Addr().String()
	client, err := lounge.NewClient(lounge.ClientConfig{URL: "lounge://" + address + "/lounge", Peer: s.Peers})
	if err != nil {
		t.Fatal(err)
	}
	st := fleet.SessionRequest{Room: models.Room{ID: "lounge", Name: "lounge"}, Connector: client}
	b.visit(t, s, l, "http://"+address+"/room/lounge?name=Ana&auto=1", st, nil, func(context.Context, models.Utterance) {})
	live, err := s.Store.Sessions(t.Context(), models.SessionQuery{})
	if err != nil || len(live) != 1 {
		t.Fatalf("%d sessions, %v", len(live), err)
	}
	for _, u := range lines(t, s, live[0].ID) {
		if matches(u) {
			return
		}
	}
	t.Errorf("the words did not arrive; lines: %+v", lines(t, s, live[0].ID))
}

func matches(u models.Utterance) bool {
	errs, _ := fixture.WER(said, u.Text)
	return u.SpeakerName == "Ana" && errs == 0
}

// startChromium opens a page with a recording for a microphone. The returned function ends the browser.
func startChromium(ctx context.Context, t *testing.T, path, url string) func() {
	t.Helper()
	dir := t.TempDir()
	microphone := filepath.Join(dir, "microphone.wav")
	writePausedWAV(t, "../../../transcribe/fixture/eval/00.wav", microphone)
	cmd := exec.CommandContext(ctx, path, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--use-file-for-fake-audio-capture="+microphone,
		"--allow-loopback-in-peer-connection", "--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
		"--user-data-dir="+filepath.Join(dir, "profile"), url)
	cmd.WaitDelay = 5 * time.Second
	cmd.Env = append(os.Environ(), "HOME="+dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
}

// writePausedWAV copies a 16 kHz mono recording and appends 2 s of silence: a browser plays it in a loop.
func writePausedWAV(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	at := strings.Index(string(data), "data") + 4
	data = append(data, make([]byte, 2*2*models.SampleRate)...)
	binary.LittleEndian.PutUint32(data[4:], uint32(len(data)-8))
	binary.LittleEndian.PutUint32(data[at:], uint32(len(data)-at-4))
	if err := os.WriteFile(to, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
