// Package streamtest runs servers and encoders of streams on this machine's loopback interface, for tests. They are programs of the
// distribution: ffmpeg and PulseAudio.
package streamtest

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"earshot/bot/internal/processtest"
)

// Kind is a kind of stream on this machine.
type Kind struct {
	Name string
	// Address is what the bot is given.
	Address string
	// Words are the options and the output of the ffmpeg that sends it.
	Words []string
	// Serve runs what has to run besides ffmpeg, until kill is called.
	Serve func(ctx context.Context) (kill func(), err error)
}

// Kinds returns a stream of each kind: of a server like Icecast, by RTMP and SRT from a server, by RTSP from an encoder that calls, by HLS,
// and what a sound device plays. They keep their files in dir, and their ports as long as nobody else takes them.
func Kinds(dir string) ([]Kind, error) {
	web, err := os.MkdirTemp(dir, "hls-") // nothing of another stream is there
	if err != nil {
		return nil, fmt.Errorf("streamtest: %w", err)
	}
	nothing := func(context.Context) (func(), error) { return func() {}, nil }
	kinds := []Kind{
		{"Icecast", "icecast+http://HOST/live.mp3", []string{"-f", "mp3", "-b:a", "64k", "-listen", "1", "http://HOST/live.mp3"}, nothing},
		{"RTMP", "rtmp://HOST/live/key", []string{"-c:a", "aac", "-f", "flv", "-listen", "1", "rtmp://HOST/live/key"}, nothing},
		{"SRT", "srt://HOST", []string{"-c:a", "aac", "-f", "mpegts", "srt://HOST?mode=listener"}, nothing},
		{"RTSP", "rtsp+listen://HOST/live", []string{"-c:a", "aac", "-rtsp_transport", "tcp", "-f", "rtsp", "rtsp://HOST/live"}, nothing},
		{"HLS", "hls+http://HOST/live.m3u8", []string{
			"-c:a", "aac", "-f", "hls", "-hls_time", "1", "-hls_list_size", "5", "-hls_flags", "delete_segments",
			filepath.Join(web, "live.m3u8"),
		}, nothing},
		{"A sound device", SoundAddress, []string{
			"-f", "pulse", "-server", "unix:" + SoundSocket(dir), "-buffer_duration", "60", "-device", "room", "room",
		}, nothing},
	}
	for i := range kinds {
		port, err := processtest.Port()
		if err != nil {
			return nil, err //nolint:wrapcheck // it says what it is
		}
		host, k := fmt.Sprintf("127.0.0.1:%d", port), &kinds[i]
		k.Address = strings.ReplaceAll(k.Address, "HOST", host)
		last := len(k.Words) - 1
		k.Words = append(slices.Clone(k.Words[:last]), strings.ReplaceAll(k.Words[last], "HOST", host))
		switch k.Name {
		case "HLS":
			k.Serve = func(ctx context.Context) (func(), error) { return serveFolder(ctx, host, web) }
		case "A sound device":
			k.Serve = func(ctx context.Context) (func(), error) { return StartSound(ctx, dir) }
		}
	}
	return kinds, nil
}

// Addresses returns the addresses of streams.
func Addresses(kinds []Kind) (out []string) {
	for _, k := range kinds {
		out = append(out, k.Address)
	}
	return out
}

// serveFolder serves a folder over HTTP.
func serveFolder(ctx context.Context, at, dir string) (kill func(), err error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", at)
	if err != nil {
		return nil, fmt.Errorf("streamtest: %w", err)
	}
	web := &http.Server{Handler: http.FileServer(http.Dir(dir)), ReadHeaderTimeout: time.Minute}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = web.Serve(l) }()
	return func() { _ = web.Close(); <-ended }, nil
}
