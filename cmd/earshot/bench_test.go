package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"syscall"
	"testing"
	"time"

	"earshot/bot/audio"
	"earshot/models"
	"earshot/transcribe"
	"earshot/transcribe/fixture"
	"earshot/transcribe/whisper"
)

// benchModel names a model to measure with, for example a full-size one without weights, which costs what a real one does.
const benchModel = "EARSHOT_BENCH_MODEL"

// BenchmarkWholePath takes the demo's packets through jitter buffer, Opus, voice detection, cutting and Whisper, on one
// thread, with the practice model and with the model that EARSHOT_BENCH_MODEL names. It reports CPU time, which a busy
// machine changes less than wall time.
func BenchmarkWholePath(b *testing.B) {
	b.Run("practice", func(b *testing.B) {
		path, err := fixture.Path(b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		benchPath(b, path)
	})
	b.Run("given", func(b *testing.B) {
		path := os.Getenv(benchModel)
		if path == "" {
			b.Skip("no model given: set " + benchModel + " to a ggml file")
		}
		benchPath(b, path)
	})
}

func benchPath(b *testing.B, path string) {
	model, err := whisper.Load(path, whisper.LoadOptions{AllowNoWeights: true})
	if err != nil {
		b.Fatal(err)
	}
	defer model.Close()
	state, err := model.NewState()
	if err != nil {
		b.Fatal(err)
	}
	defer state.Close()
	packets := demoPackets(b)
	var heard time.Duration
	var voiced int64
	before := cpuTime(b)
	for b.Loop() {
		clips, length := replay(b, packets)
		heard += length
		for _, c := range clips {
			voiced += c.VoicedMS
			if _, err := state.Transcribe(b.Context(), c.PCM, transcribe.Options{Language: "en"}); err != nil {
				b.Fatal(err)
			}
		}
	}
	spent := cpuTime(b) - before
	b.ReportMetric(float64(spent.Milliseconds())/heard.Seconds(), "cpu-ms/audio-s")
	b.ReportMetric(float64(spent.Milliseconds())/(float64(voiced)/1000), "cpu-ms/speech-s")
}

// demoPackets are the packets of the demo's speaker who talks most.
func demoPackets(b *testing.B) []audio.OggPacket {
	b.Helper()
	data, err := demoFiles.ReadFile("demo/cem.opus")
	if err != nil {
		b.Fatal(err)
	}
	r, err := audio.NewOggReader(bytes.NewReader(data))
	if err != nil {
		b.Fatal(err)
	}
	var out []audio.OggPacket
	for {
		p, err := r.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			b.Fatal(err)
		}
		out = append(out, p)
	}
}

// clipSink keeps the clips of a track.
type clipSink struct{ clips []models.Clip }

func (s *clipSink) Clip(c models.Clip) { s.clips = append(s.clips, c) }
func (s *clipSink) Gap(models.Gap)     {}

// replay takes packets through a track as if they had arrived in time.
func replay(b *testing.B, packets []audio.OggPacket) ([]models.Clip, time.Duration) {
	b.Helper()
	sink := &clipSink{}
	track, err := audio.NewTrack(audio.TrackConfig{Session: "bench", Epoch: 1, Track: "cem", Attribution: models.AttributionTrack}, sink)
	if err != nil {
		b.Fatal(err)
	}
	var at time.Duration
	timestamp := uint32(0)
	for i, p := range packets {
		track.Push(audio.Packet{SSRC: 1, Seq: uint16(i), Timestamp: timestamp, Payload: bytes.Clone(p.Payload)}, at)
		timestamp += uint32(p.Duration)
		at += time.Duration(p.Duration) * time.Second / 48000
	}
	track.Close(at)
	return sink.clips, at
}

// cpuTime is what this process has used of the processors.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
