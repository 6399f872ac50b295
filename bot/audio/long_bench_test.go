//go:build !race

package audio

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// BenchmarkLongStay plays hours of one track: a sentence each minute, with packet loss and jitter, and a sender whose clock is
// skewed and who sends silence between the sentences, or nothing. It reports how far the clips are from where they were said, and
// whether any of the sentences is missing.
func BenchmarkLongStay(b *testing.B) {
	const hours = 4
	speech := encode(b, append(append(silence(300), evalWAVs(b)[0]...), silence(900)...), EncoderConfig{})
	quiet := encode(b, silence(200), EncoderConfig{})[5].Payload
	for _, ppm := range []float64{-500, 500} {
		for _, pause := range []string{"silence", "mute counting on", "mute standing still"} {
			b.Run(fmt.Sprintf("%+.0f ppm, %s", ppm, pause), func(b *testing.B) {
				for b.Loop() {
					s := newLongStay(b, ppm)
					for range hours * 60 {
						s.minute(speech, quiet, pause)
					}
					s.track.Close(s.last)
					b.ReportMetric(s.worst, "ms-off")
					b.ReportMetric(float64(s.missing), "missing")
					b.ReportMetric(float64(len(s.rec.gaps)), "gaps")
				}
			})
		}
	}
}

// longStay is a sender and the track that hears it.
type longStay struct {
	track *Track
	rec   *recorder
	rng   *rand.Rand
	rate  float64 // of the sender's clock
	seq   uint16
	ts    uint32

	sent    float64 // ms of the sender's clock since the beginning
	last    time.Duration
	minutes int
	missing int
	worst   float64
}

func newLongStay(b *testing.B, ppm float64) *longStay {
	tr, rec := newTestTrack(b, nil)
	return &longStay{track: tr, rec: rec, rng: rand.New(rand.NewPCG(1, 2)), rate: 1 + ppm/1e6, seq: 60000, ts: 1<<32 - 48000*3600}
}

// send sends a packet; one of two hundred is lost.
func (s *longStay) send(payload []byte, level uint8) {
	due := time.Duration(s.sent*s.rate*float64(time.Millisecond)) + 40*time.Millisecond
	s.last = max(s.last, due+time.Duration(s.rng.ExpFloat64()*float64(8*time.Millisecond)))
	if s.rng.IntN(200) != 0 {
		s.track.Push(Packet{SSRC: 1, Seq: s.seq, Timestamp: s.ts, Payload: append([]byte(nil), payload...), Level: level, HasLevel: true}, s.last)
	}
	if s.seq%5 == 0 {
		s.track.Tick(s.last)
	}
	s.seq++
	s.ts += 960
	s.sent += 20
}

// minute says a sentence, pauses for the rest of a minute and checks where the sentence was found.
func (s *longStay) minute(speech []sent, quiet []byte, pause string) {
	began, clips := s.sent*s.rate, len(s.rec.clips)
	for _, p := range speech {
		s.send(p.Payload, 30)
	}
	rest := 60_000 - 20*float64(len(speech))
	if pause == "silence" {
		for range int(rest / 20) {
			s.send(quiet, 127)
		}
	} else {
		for x := 0.0; x < rest; x += 250 {
			s.track.Tick(time.Duration((s.sent+x)*s.rate) * time.Millisecond)
		}
		s.sent += rest
		if pause == "mute counting on" {
			s.ts += uint32(rest * 48)
		}
	}
	s.minutes++
	switch {
	case len(s.rec.clips) == clips:
		s.missing++
	case s.minutes > 3: // the clock has found the sender's
		off := float64(s.rec.clips[clips].StartMS) - began - 40
		s.worst = max(s.worst, off, -off)
	}
}
