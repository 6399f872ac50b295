//go:build !race

package audio

import (
	"math/rand/v2"
	"testing"

	"earshot/bot/audio/impairtest"
	"earshot/bot/audio/sound"
	"earshot/models"
)

// Any span of a line with losses can be cut out of the log and sounds as before.
func TestAnyStretchCanBePlayedAgain(t *testing.T) {
	pcm, _ := talk(t, 100)
	im := impairtest.NewImpairer(impairtest.Impairment{Seed: 6, Loss: 0.15, Burst: 2})
	sink := &pcmSink{limit: 1 << 30}
	p := player{to: sink, stats: &Stats{}}
	var log packetLog
	for i, s := range encode(t, pcm, EncoderConfig{Bitrate: 24000, FEC: true, LossPercent: 20}) {
		if len(im.Deliver(0)) == 0 && i > 0 {
			continue
		}
		seq, ts := int64(i), int64(960*i)
		if err := p.play(seq, ts, s.Payload); err != nil {
			t.Fatal(err)
		}
		log = append(log, logged{clipPacket{seq, ts, s.Payload}, p.at(ts), p.at(ts + 960)})
	}
	r := rand.New(rand.NewPCG(2, 3))
	good, tried := 0, 0
	for range 400 {
		start := r.IntN(len(sink.pcm) - 8000)
		end := start + 1600 + r.IntN(6000)
		live := sink.pcm[start:end]
		if sound.DBFS(sound.Power(live[:800])) < -35 || sound.DBFS(sound.Power(live[len(live)-800:])) < -35 {
			continue // in silence any sound agrees with any
		}
		c := models.Clip{Opus: log.pack(int64(start), int64(end))}
		if err := DecodeClip(&c); err != nil {
			t.Fatal(err)
		}
		tried++
		n := len(live) - 320
		if correlation(live, c.PCM) > 0.99 && correlation(live[n:], c.PCM[n:]) > 0.97 && correlation(live[:800], c.PCM[:800]) > 0.95 {
			good++
		}
	}
	// A lead-in with a loss in it converges later; most must be almost equal, including their ends.
	if tried < 50 || good < tried*95/100 {
		t.Errorf("%d of %d stretches sound as they did", good, tried)
	}
}

// A packet that claims a longer duration than it has must not shift what follows.
func TestOverlappingPacketsKeepTheTime(t *testing.T) {
	pcm, _ := talk(t, 100)
	enc, err := NewEncoder(EncoderConfig{Bitrate: 24000})
	if err != nil {
		t.Fatal(err)
	}
	pcm48 := sound.Resample(pcm, 16000, 48000)
	sink := &pcmSink{limit: 1 << 30}
	p := player{to: sink, stats: &Stats{}}
	for i := range 20 {
		b, err := enc.Encode(pcm48[i*960 : i*960+2880]) // 60 ms of sound each 20 ms
		if err != nil {
			t.Fatal(err)
		}
		ts := int64(i * 960)
		if err := p.play(int64(i), ts, b); err != nil {
			t.Fatal(err)
		}
		if want := p.at(ts + 2880); p.pos != want || int64(len(sink.pcm)) != want {
			t.Fatalf("after packet %d: position %d, %d samples, want %d", i, p.pos, len(sink.pcm), want)
		}
	}
}
