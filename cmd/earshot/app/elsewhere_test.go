package app

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"earshot/cmd/earshot/playback"
	"earshot/models"
	"earshot/transcribe/fixture"
	"earshot/transcribe/remote/remotetest"
)

// Clips are decoded by a server. While it is unreachable they wait; then they are transcribed with the name of the server, and the
// page says where the audio is sent.
func TestDecodedElsewhere(t *testing.T) {
	if testing.Short() {
		t.Skip("talks for some seconds")
	}
	t.Parallel()
	var asked atomic.Int32
	there := &remotetest.Handler{Decoder: practiceEngine(t), Key: "k"}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) < 4 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		there.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	host := server.Listener.Addr().String()
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte("k\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	spoken, err := playback.Lines()
	if err != nil {
		t.Fatal(err)
	}
	ana := playback.Speech{Name: "Ana", Lines: spoken[:1]}
	if ana.Recording, err = playback.Record(ana.Lines, func(time.Duration) time.Duration { return time.Second }); err != nil {
		t.Fatal(err)
	}
	s, l := openLoggedApp(t, slog.New(slog.DiscardHandler), testConfig(
		t, t.TempDir(), "EARSHOT_DECODER_URL=http://"+host+"/v1", "EARSHOT_DECODER_MODEL=practice", "EARSHOT_DECODER_KEY_FILE="+key,
	))
	var session models.Session
	err = s.Run(t.Context(), l, func(ctx context.Context) (err error) {
		session, err = s.Play(ctx, l.Addr().String(), []playback.Speech{ana})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	lines, err := s.Store.Utterances(t.Context(), session.ID)
	if err != nil || len(lines) == 0 {
		t.Fatalf("%+v, %v", lines, err)
	}
	text := "" // in pieces, where sound came too late
	for _, u := range lines {
		text += u.Text + " "
		if u.Model != "practice@"+host {
			t.Errorf("line %d by %q", u.Key.Seq, u.Model)
		}
	}
	if wrong, words := fixture.WER(spoken[0].Text, text); wrong > words/3 {
		t.Errorf("%q", text)
	}
	said := ""
	for _, c := range s.health.conditions(t.Context(), models.RoomSet{}) {
		said += c.Text + "\n"
	}
	if !strings.Contains(said, "sound is given to another program on this machine, at "+host) {
		t.Error(said)
	}
}
