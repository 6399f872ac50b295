package audio

import (
	"math"
	"testing"
	"time"
)

func amplitude(dbfs float64) float64 { return math.Pow(10, dbfs/20) }

func TestSmoke(t *testing.T) {
	var pcm []float32
	type span struct{ a, b int }
	var want []span
	pcm = append(pcm, silence(1000)...)
	for _, w := range evalWAVs(t) {
		a := len(pcm) / 16
		pcm = append(pcm, w...)
		want = append(want, span{a, len(pcm) / 16})
		pcm = append(pcm, silence(1200)...)
	}
	tr, rec := newTestTrack(t, nil)
	run(tr, encode(t, pcm, EncoderConfig{Bitrate: 24000, FEC: true, LossPercent: 10}), 5*time.Second)
	for _, w := range want {
		t.Log("want", w)
	}
	for _, c := range rec.clips {
		t.Logf("%s %d-%d voiced %d conc %d level %.1f opus %d", c.Key, c.StartMS-5000, c.EndMS-5000, c.VoicedMS, c.ConcealedMS, c.LevelDBFS, len(c.Opus))
	}
	t.Logf("%+v", tr.Stats())
}
