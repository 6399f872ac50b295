// Package bottest is what tests of the bot share: a voice as packets, somebody who talks, a store in memory, and
// room servers of their own.
package bottest

import (
	"bytes"
	"context"
	"encoding/binary"
	"os"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/audio"
	"earshot/bot/audio/sound"
	"earshot/bot/audio/wav"
	"earshot/models"
)

// Ana is the track of somebody who speaks.
var Ana = bot.TrackInfo{Track: "t1", SpeakerID: "ana", SpeakerName: "Ana", Role: models.RoleHost, Attribution: models.AttributionTrack}

// Sentence is a recorded sentence, or at most its beginning of a length, as Opus packets of 20 ms, with a second of silence before
// and after it. It is for packages two folders below the top.
func Sentence(t testing.TB, most time.Duration) [][]byte {
	t.Helper()
	f, err := os.Open("../../transcribe/fixture/eval/00.wav")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	pcm, err := wav.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	quiet := make([]float32, models.SampleRate)
	pcm = append(append(quiet, pcm[:min(len(pcm), int(most.Seconds()*models.SampleRate))]...), quiet...)
	enc, err := audio.NewEncoder(audio.EncoderConfig{})
	if err != nil {
		t.Fatal(err)
	}
	var out [][]byte
	for pcm := sound.Resample(pcm, models.SampleRate, 48000); len(pcm) >= frame; pcm = pcm[frame:] {
		p, err := enc.Encode(pcm[:frame])
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, bytes.Clone(p))
	}
	return out
}

const frame = 960 // 20 ms at 48 kHz

// Talker makes RTP of packets of 20 ms. The zero value begins at number and time 0.
type Talker struct {
	SSRC uint32
	Seq  uint16
	TS   uint32
}

// RTP is a packet of the payload (RFC 3550).
func (k *Talker) RTP(payload []byte) []byte {
	b := make([]byte, 12, 12+len(payload))
	b[0], b[1] = 0x80, 111
	binary.BigEndian.PutUint16(b[2:], k.Seq)
	binary.BigEndian.PutUint32(b[4:], k.TS)
	binary.BigEndian.PutUint32(b[8:], k.SSRC)
	k.Seq++
	k.TS += frame
	return append(b, payload...)
}

// Say sends packets in real time, which in a bubble of testing/synctest takes none.
func (k *Talker) Say(ctx context.Context, sink bot.TrackSink, packets [][]byte) {
	for _, p := range packets {
		sink.Packet(k.RTP(p), 0)
		Pause(ctx, 20*time.Millisecond)
	}
}

// Pause lets a time pass, or the context end.
func Pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
