package stream_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"earshot/bot/bottest"
	"earshot/bot/peer"
	"earshot/bot/stream"
	"earshot/models"
	"earshot/models/waittest"
)

// children returns the process ids of the ffmpegs that this test's connectors run.
func children(t *testing.T) (out []int) {
	t.Helper()
	found, _ := filepath.Glob("/proc/[0-9]*/status")
	for _, name := range found {
		b, err := os.ReadFile(name)
		if err != nil || !strings.Contains(string(b), fmt.Sprintf("PPid:\t%d\n", os.Getpid())) {
			continue
		}
		line, _ := os.ReadFile(filepath.Join(filepath.Dir(name), "cmdline"))
		if strings.Contains(string(line), "s16le") {
			n, _ := strconv.Atoi(filepath.Base(filepath.Dir(name)))
			out = append(out, n)
		}
	}
	return out
}

// web serves the same status and body at every path.
func web(t *testing.T, status int, body string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// TestNothingToHear: errors carry the reason and what to do, but no secret.
func TestNothingToHear(t *testing.T) {
	launcher(t)
	away := fmt.Sprintf("127.0.0.1:%d", port(t))
	junk := strings.Repeat("this is a page about a stream. ", 4000)
	text := filepath.Join(t.TempDir(), "words.mp3")
	if err := os.WriteFile(text, []byte(junk), 0o600); err != nil {
		t.Fatal(err)
	}
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	picture := filepath.Join(t.TempDir(), "picture.mp4")
	out, err := exec.CommandContext(t.Context(), "ffmpeg", "-nostdin", "-f", "lavfi", "-i", "testsrc=d=1", picture).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	begins := make(chan struct{}, 3) // a few at a time: an ffmpeg that has not begun after some seconds is given up
	const files = "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
	for name, x := range map[string]struct {
		url, password string
		reason        models.EndReason
		retry         bool
	}{
		"a page":                {"icecast+" + web(t, 200, junk) + "/x?key=hush", "", models.EndDenied, false},
		"a page as playlist":    {"hls+" + web(t, 200, junk) + "/x?key=hush", "", models.EndDenied, false},
		"404":                   {"icecast+" + web(t, 404, "") + "/x?key=hush", "", models.EndRoomClosed, true},
		"404 of a playlist":     {"hls+" + web(t, 404, "") + "/x?key=hush", "", models.EndRoomClosed, true},
		"401":                   {"icecast+" + web(t, 401, "") + "/x", "ana:hush", models.EndFailedAuth, false},
		"503":                   {"icecast+" + web(t, 503, "") + "/x", "", models.EndFailedServer, true},
		"nobody there":          {"icecast+http://" + away + "/x?key=hush", "", models.EndFailedServer, true},
		"no RTMP server":        {"rtmp://" + away + "/live/key", "ana:hush", models.EndFailedServer, true},
		"no RTSP server":        {"rtsp://" + away + "/live", "ana:hush", models.EndFailedServer, true},
		"no sound file":         {"file://" + text, "", models.EndDenied, false},
		"a picture":             {"file://" + picture, "", models.EndDenied, false},
		"no file":               {"file://" + text + "x", "", models.EndDenied, false},
		"no such host":          {"rtmp://nowhere.invalid/live/key", "ana:hush", models.EndFailedServer, true},
		"files in a playlist":   {"hls+" + web(t, 200, files) + "/x", "", models.EndDenied, false},
		"nothing in a playlist": {"hls+" + web(t, 200, "#EXTM3U\n") + "/x", "", models.EndFailedServer, true},
		"no RTMP but HTTP":      {"rtmp://" + strings.TrimPrefix(web(t, 200, ""), "http://") + "/live/key", "", models.EndFailedServer, true},
		"no TLS":                {strings.Replace("icecast+"+web(t, 200, ""), "http:", "https:", 1) + "/x", "", models.EndFailedServer, true},
		"no sound server":       {"device://none", "", models.EndFailedServer, true},
		"a port in use":         {"rtmp+listen://" + taken.Addr().String() + "/live/key", "", models.EndFailedServer, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			begins <- struct{}{}
			e, err := endOf(t, connect(t, x.url, x.password))
			<-begins
			if !ends(err, x.reason, x.retry) || models.Hint(err) == "" || strings.Contains(err.Error(), "hush") {
				t.Errorf("it ended with %v (hint %q), want %s, again: %v", err, models.Hint(err), x.reason, x.retry)
			}
			if text := err.Error(); !strings.Contains(text, ": stream: ") || strings.Contains(text, "pipe:0") || strings.Contains(text, "_start") {
				t.Errorf("it is told as %q", text)
			}
			if len(e.packets) > 0 {
				t.Errorf("%d packets of nothing", len(e.packets))
			}
		})
	}
}

// TestKilledFFmpegIsNoticed: an ffmpeg that dies ends the connection, which may be retried, and leaves nothing behind.
func TestKilledFFmpegIsNoticed(t *testing.T) {
	e, _, over := attend(t, connect(t, "icecast+"+broadcast(t, "-f", "mp3").URL+"/live", ""))
	e.hears(t)
	for _, pid := range children(t) {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	if err := over(); !ends(err, models.EndFailedServer, true) {
		t.Errorf("it ended with %v", err)
	}
	waittest.Until(t, "no ffmpeg is left", func() bool { return len(children(t)) == 0 })
}

// TestServersThatHangAreLeft: a server that stops sending and a playlist that is never continued are noticed.
func TestServersThatHangAreLeft(t *testing.T) {
	launcher(t)
	old := filepath.Join(t.TempDir(), "old")
	if err := os.Mkdir(old, 0o700); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "ffmpeg", "-nostdin", "-stream_loop", "2", "-i", speech(t), "-c:a", "aac", "-f", "hls",
		"-t", "7.5", "-hls_time", "1", "-hls_flags", "omit_endlist", filepath.Join(old, "live.m3u8")).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	files := httptest.NewServer(http.FileServer(http.Dir(old)))
	t.Cleanup(files.Close)
	mp3, err := exec.CommandContext(t.Context(), "ffmpeg", "-nostdin", "-loglevel", "error", "-i", speech(t), "-f", "mp3", "pipe:1").Output()
	if err != nil {
		t.Fatal(err)
	}
	hangs := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write(mp3)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	t.Cleanup(hangs.Close)
	for name, url := range map[string]string{"playlist": "hls+" + files.URL + "/live.m3u8", "stream": "icecast+" + hangs.URL + "/live"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, over := attend(t, connect(t, url, ""))
			if err := over(); !ends(err, models.EndFailedServer, true) {
				t.Errorf("it ended with %v", err)
			}
		})
	}
}

// TestPlaylistsLeadNowhere: ffmpeg follows no URI in a playlist that names a file, another protocol or a private address.
func TestPlaylistsLeadNowhere(t *testing.T) {
	launcher(t)
	var reached atomic.Int32
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	t.Cleanup(inside.Close)
	list := "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:1\n#EXTINF:2,\n%s\n#EXT-X-ENDLIST\n"
	for name, piece := range map[string]string{
		"file": "file://" + speech(t), "path": speech(t), "tcp": strings.Replace(inside.URL, "http", "tcp", 1),
	} {
		e, err := endOf(t, connect(t, "hls+"+web(t, 200, fmt.Sprintf(list, piece))+"/x.m3u8", ""))
		if err == nil || len(e.packets) > 0 || models.Hint(err) == "" {
			t.Errorf("%s: it ended with %v after %d packets", name, err, len(e.packets))
		}
	}
	if reached.Load() != 0 {
		t.Errorf("another server was reached %d times", reached.Load())
	}
}

// TestReachIsKept: when invited, the bot reaches no private address and nothing on this machine.
func TestReachIsKept(t *testing.T) {
	var reached atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	t.Cleanup(s.Close)
	public := bottest.Factory(t).Within(peer.Public)
	for _, url := range []string{"icecast+" + s.URL + "/x", "hls+" + s.URL + "/x"} {
		c, err := stream.New(stream.Config{URL: url, Unseen: true, FFmpeg: launcher(t), Peer: public, Log: bottest.Log()})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := endOf(t, c); !ends(err, models.EndDenied, false) {
			t.Errorf("%s: it ended with %v", url, err)
		}
	}
	if reached.Load() != 0 {
		t.Errorf("a private address was reached %d times", reached.Load())
	}
	for _, url := range []string{
		"file:///etc/passwd", "device://room", "rtmp+listen://:1935/live/key", "srt+listen://:9000", "rtmp://h/a/b", "rtsp://h/a", "srt://h",
	} {
		if _, err := stream.New(stream.Config{URL: url, Unseen: true, Peer: public}); err == nil || models.Hint(err) == "" {
			t.Errorf("%s may be invited to: %v", url, err)
		}
	}
}

// TestHiddenListeningIsExplicit: where nobody can see the bot, it listens only if somebody has decided that it may.
func TestHiddenListeningIsExplicit(t *testing.T) {
	for url, hidden := range map[string]bool{
		"hls+https://h/x": true, "icecast+https://h/x": true, "rtmp://h/a/b": true, "rtsp://h/a": true, "srt://h": true, "device://room": true,
		"rtmp+listen://:1935/a/b": false, "srt+listen://:9000": false, "rtsp+listen://:8554/x": false, "file:///a.mp3": false,
	} {
		_, err := stream.New(stream.Config{URL: url})
		if (err != nil) != hidden || hidden && !strings.Contains(models.Hint(err), "--unseen") {
			t.Errorf("%s: %v (%s)", url, err, models.Hint(err))
		}
	}
}

// TestNoFFmpegNamesThePackage: without ffmpeg, the error says what to install.
func TestNoFFmpegNamesThePackage(t *testing.T) {
	c, err := stream.New(stream.Config{URL: "icecast+https://h/x", Unseen: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Run(context.Background(), newListener()); !ends(err, models.EndFailedServer, false) ||
		!strings.Contains(models.Hint(err), "package ffmpeg") {
		t.Errorf("it ended with %v (%s)", err, models.Hint(err))
	}
}

// TestRoundsLeaveNothingBehind: listening and leaving repeatedly leaves no process and no goroutine.
func TestRoundsLeaveNothingBehind(t *testing.T) {
	url := "icecast+" + broadcast(t, "-f", "mp3").URL + "/live"
	before := 0
	for i := range 6 {
		_, leave, _ := attend(t, connect(t, url, ""))
		if err := leave(); !errors.Is(err, errEnough) {
			t.Fatalf("round %d: %v", i, err)
		}
		if i == 1 {
			before = runtime.NumGoroutine()
		}
	}
	waittest.Until(t, "as many goroutines as before", func() bool { return runtime.NumGoroutine() <= before+2 })
	if left := children(t); len(left) > 0 {
		t.Errorf("%d ffmpegs are left", len(left))
	}
}
