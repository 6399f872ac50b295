package stream_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/waittest"
)

// broadcast serves the output of a real-time encoder, like an Icecast server.
func broadcast(t *testing.T, format ...string) *httptest.Server {
	t.Helper()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		words := []string{"-nostdin", "-loglevel", "error", "-re", "-stream_loop", "-1", "-i", speech(t)}
		cmd := exec.CommandContext(r.Context(), "ffmpeg", append(append(words, format...), "pipe:1")...)
		w.Header().Set("Content-Type", "audio/mpeg")
		cmd.Stdout = flusher{w}
		_ = cmd.Run()
	}))
	t.Cleanup(web.Close)
	return web
}

// flusher flushes after every write.
type flusher struct{ http.ResponseWriter }

func (f flusher) Write(b []byte) (int, error) {
	n, err := f.ResponseWriter.Write(b)
	f.ResponseWriter.(http.Flusher).Flush()
	return n, err
}

// segments runs ffmpeg's HLS segmenter with segments of one second until the test ends.
func segments(t *testing.T, words ...string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	list := filepath.Join(dir, "live.m3u8")
	encoder(t, append(append([]string{
		"-c:a", "aac", "-f", "hls", "-hls_time", "1", "-hls_list_size", "5",
		"-hls_flags", "delete_segments",
	}, words...), list)...)
	waittest.Until(t, "the first piece", func() bool { _, err := os.Stat(list); return err == nil })
	return dir
}

// TestKinds listens to real encoders and servers of every kind.
func TestKinds(t *testing.T) {
	launcher(t)
	for name, start := range map[string]func(t *testing.T) string{
		"rtmp+listen": func(t *testing.T) string {
			at := fmt.Sprintf("127.0.0.1:%d/live/key", port(t))
			publish(t, "rtmp://"+at, "-c:a", "aac", "-f", "flv")
			return "rtmp+listen://" + at
		},
		"rtsp+listen": func(t *testing.T) string {
			at := fmt.Sprintf("127.0.0.1:%d/x", port(t))
			publish(t, "rtsp://"+at, "-c:a", "aac", "-rtsp_transport", "tcp", "-f", "rtsp")
			return "rtsp+listen://" + at
		},
		"srt+listen": func(t *testing.T) string {
			at := fmt.Sprintf("127.0.0.1:%d", port(t))
			publish(t, "srt://"+at, "-c:a", "aac", "-f", "mpegts")
			return "srt+listen://" + at
		},
		"srt": func(t *testing.T) string {
			n := port(t)
			at := fmt.Sprintf("127.0.0.1:%d", n)
			publish(t, "srt://"+at+"?mode=listener", "-c:a", "aac", "-f", "mpegts")
			waittest.Until(t, "the encoder listens", func() bool { return waits(t, n) })
			return "srt://" + at
		},
		"rtmp": func(t *testing.T) string {
			n := port(t)
			at := fmt.Sprintf("127.0.0.1:%d/live/key", n)
			publish(t, "rtmp://"+at, "-c:a", "aac", "-f", "flv", "-listen", "1")
			waittest.Until(t, "the encoder listens", func() bool { return listens(t, n) })
			return "rtmp://" + at
		},
		"icecast mp3": func(t *testing.T) string { return "icecast+" + broadcast(t, "-f", "mp3").URL + "/live.mp3" },
		"icecast opus": func(t *testing.T) string {
			return "icecast+" + broadcast(t, "-c:a", "libopus", "-f", "ogg").URL + "/live"
		},
		"hls": func(t *testing.T) string {
			web := httptest.NewServer(http.FileServer(http.Dir(segments(t))))
			t.Cleanup(web.Close)
			return "hls+" + web.URL + "/live.m3u8"
		},
		"hls, segments without extensions": func(t *testing.T) string {
			parts := filepath.Join(t.TempDir(), "part%d")
			dir := segments(t, "-hls_base_url", "/parts/", "-hls_segment_filename", parts)
			mux := http.NewServeMux()
			mux.Handle("/", http.FileServer(http.Dir(dir)))
			mux.Handle("/parts/", http.StripPrefix("/parts/", http.FileServer(http.Dir(filepath.Dir(parts)))))
			web := httptest.NewServer(mux)
			t.Cleanup(web.Close)
			return "hls+" + web.URL + "/live.m3u8"
		},
		"file": func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "two words.m4a")
			out, err := exec.CommandContext(t.Context(), "ffmpeg", "-nostdin", "-stream_loop", "3", "-i", speech(t), path).CombinedOutput()
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			return "file://" + path
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, began := connect(t, start(t), ""), time.Now()
			e, leave, _ := attend(t, c)
			e.hears(t)
			t.Logf("a second of speech is heard after %v", time.Since(began).Round(time.Millisecond))
			if err := leave(); !errors.Is(err, errEnough) {
				t.Errorf("it ended with %v", err)
			}
			if e.joined != 1 || e.ended != 1 || len(e.tracks) != 1 || e.tracks[0].SpeakerName != "Stage" ||
				e.tracks[0].Attribution != models.AttributionMix {
				t.Errorf("%d joins, %d ends, tracks %+v", e.joined, e.ended, e.tracks)
			}
			for i, p := range e.packets[1:] {
				if q := e.packets[i]; p.Seq != q.Seq+1 || p.Timestamp != q.Timestamp+960 {
					t.Fatalf("packet %d: %d at %d after %d at %d", i+1, p.Seq, p.Timestamp, q.Seq, q.Timestamp)
				}
			}
		})
	}
}

// listens reports whether something on this machine listens on a TCP port. It does so without connecting, because the encoder accepts only
// one connection.
func listens(t *testing.T, port int) bool { return bound(t, "tcp", port, "0A") }

// waits reports whether something on this machine waits for datagrams on a UDP port.
func waits(t *testing.T, port int) bool { return bound(t, "udp", port, "07") }

// bound looks for a socket in a state (include/net/tcp_states.h of Linux).
func bound(t *testing.T, network string, port int, state string) bool {
	t.Helper()
	sockets, err := os.ReadFile("/proc/net/" + network)
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(fmt.Sprintf(`(?m)^ *\d+: [0-9A-F]+:%04X [0-9A-F:]+ %s `, port, state)).Match(sockets)
}

// publish makes an encoder send to an address as soon as something listens there, or listen there itself, until the test ends. It begins
// again when it has lost whom it sends to.
func publish(t *testing.T, to string, words ...string) {
	t.Helper()
	done := make(chan struct{})
	t.Cleanup(func() { <-done })
	all := append([]string{"-nostdin", "-loglevel", "error", "-re", "-stream_loop", "-1", "-i", speech(t)}, append(words, to)...)
	go func() {
		defer close(done)
		for t.Context().Err() == nil {
			_ = exec.CommandContext(t.Context(), "ffmpeg", all...).Run()
			select {
			case <-time.After(100 * time.Millisecond):
			case <-t.Context().Done():
			}
		}
	}()
}
