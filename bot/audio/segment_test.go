//go:build !race

package audio

import (
	"math"
	"strings"
	"testing"

	"earshot/bot/audio/sound"
)

func TestCutAtPauses(t *testing.T) {
	words := evalWAVs(t)
	type span struct{ start, end int }
	var spans []span
	pcm := silence(700)
	for i, w := range words {
		a := len(pcm)
		pcm = append(pcm, w...)
		spans = append(spans, span{a, len(pcm)})
		pcm = append(pcm, silence(700+100*(i%5))...)
	}
	pcm = mixed(pcm, noise(len(pcm)/16+1, -60, 3))
	segs, err := Cut(pcm, SegmentConfig{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(segs) != len(words) {
		t.Fatalf("%d segments for %d sentences", len(segs), len(words))
	}
	for i, s := range segs {
		sp := spans[i]
		if s.Start < int64(sp.start)-300*16 || s.End > int64(sp.end)+600*16 {
			t.Errorf("sentence %d at %d-%d ms is cut at %d-%d ms", i, sp.start/16, sp.end/16, s.Start/16, s.End/16)
		}
		if int(s.End-s.Start) != len(s.PCM) {
			t.Errorf("segment %d: %d samples, %d of time", i, len(s.PCM), s.End-s.Start)
		}
		if s.Forced || s.LevelDBFS < -30 || s.LevelDBFS > -10 || s.VoicedMS < 1000 {
			t.Errorf("segment %d: %+v", i, Segment{VoicedMS: s.VoicedMS, LevelDBFS: s.LevelDBFS, Forced: s.Forced})
		}
	}
	if r := recall(t, pcm, spoken(pcm)); r != 1 {
		t.Errorf("%.4f of the speech is in segments, want all", r)
	}
}

// script is a VAD that returns as probability the absolute value of the first sample.
type script struct{}

func (script) Speech(f []float32) float32 { return float32(math.Abs(float64(f[0]))) }
func (script) Reset()                     {}

// tone is some blocks for which the script VAD returns the probability p.
func tone(blocks int, p float32) []float32 {
	out := make([]float32, blocks*VADBlock)
	for i := range out {
		out[i] = p
	}
	return out
}

func TestSegmenter(t *testing.T) {
	cat := func(parts ...[]float32) (out []float32) {
		for _, p := range parts {
			out = append(out, p...)
		}
		return out
	}
	type want struct {
		start, blocks int // in blocks
		voiced        int
		forced        bool
	}
	quiet := tone(40, 0)
	for _, c := range []struct {
		name string
		pcm  []float32
		cfg  func(*SegmentConfig)
		want []want
	}{
		{"one short word gets through", cat(quiet, tone(4, 0.9), quiet), nil, []want{{32, 8 + 4 + 10, 4, false}}},
		{"a click does not", cat(quiet, tone(1, 0.9), quiet), nil, nil},
		{"two blocks are too few by default", cat(quiet, tone(2, 0.9), quiet), nil, nil},
		{
			"two blocks when less is asked", cat(quiet, tone(2, 0.9), quiet), func(c *SegmentConfig) { c.MinVoicedMS = 60 },
			[]want{{32, 8 + 2 + 10, 2, false}},
		},
		{
			"between the thresholds speech goes on but does not begin", cat(quiet, tone(9, 0.4), tone(3, 0.9), tone(9, 0.4), quiet), nil,
			[]want{{41, 8 + 12 + 10, 20, false}},
		},
		{"a pause within a sentence", cat(quiet, tone(9, 0.9), tone(15, 0), tone(9, 0.9), quiet), nil, []want{{32, 8 + 33 + 10, 18, false}}},
		{
			"a pause between two", cat(quiet, tone(9, 0.9), tone(16, 0), tone(9, 0.9), quiet), nil,
			[]want{{32, 8 + 9 + 10, 9, false}, {59, 6 + 9 + 10, 9, false}},
		},
		{"speech from the first block", cat(tone(5, 0.9), quiet), nil, []want{{0, 15, 5, false}}},
		{"speech to the last sample", cat(quiet, tone(5, 0.9), tone(1, 0.9)[:100]), nil, []want{{32, 14, 6, false}}},
		{
			"the quietest place", cat(quiet, tone(350, 0.9), tone(4, 0.5), tone(100, 0.9), quiet), nil,
			[]want{{32, 8 + 350 + 3, 353, true}, {32 + 8 + 353, 101 + 10, 101, false}},
		},
		{
			"the end of a word after a cut", cat(quiet, tone(426, 0.9), tone(2, 0.5), tone(1, 0.9), quiet), nil,
			[]want{{32, 435, 427, true}, {467, 2 + 10, 2, false}},
		},
		{"a rest without speech", cat(quiet, tone(420, 0.9), quiet), nil, []want{{32, 8 + 420 + 8, 420, true}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := DefaultSegmentConfig()
			if c.cfg != nil {
				c.cfg(&cfg)
			}
			segs, err := Cut(c.pcm, cfg, script{})
			if err != nil {
				t.Fatal(err)
			}
			for i, s := range segs {
				g := want{int(s.Start / VADBlock), (len(s.PCM) + VADBlock - 1) / VADBlock, int(s.VoicedMS / vadBlockMS), s.Forced}
				if i >= len(c.want) || g != c.want[i] {
					t.Errorf("segment %d is %+v, want one of %+v", i, g, c.want)
				}
				for k, x := range s.PCM {
					if x != c.pcm[s.Start+int64(k)] {
						t.Fatalf("segment %d differs from the sound at sample %d", i, k)
					}
				}
			}
			if len(segs) != len(c.want) {
				t.Errorf("%d segments, want %d", len(segs), len(c.want))
			}
		})
	}
}

func TestLongSpeechIsCutWithoutLoss(t *testing.T) {
	var pcm []float32
	for len(pcm) < 60*16000 {
		for _, w := range evalWAVs(t) {
			pcm = append(pcm, w...)
		}
	}
	cfg := DefaultSegmentConfig()
	cfg.EndSilenceMS = 2000 // the sentences' own pauses don't end a segment
	segs, err := Cut(pcm, cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	var end int64
	for i, s := range segs {
		if len(s.PCM) > 14*16000 {
			t.Errorf("segment %d has %d ms", i, len(s.PCM)/16)
		}
		if l := sound.DBFS(sound.Power(pcm[end:s.Start])); i > 0 && l > -45 {
			t.Errorf("%d ms of %.0f dBFS are missing after segment %d", (s.Start-end)/16, l, i-1)
		}
		if s.Forced {
			if l := sound.DBFS(sound.Power(s.PCM[len(s.PCM)-VADBlock:])); l > -35 {
				t.Errorf("segment %d is cut in the middle of a sound of %.0f dBFS", i, l)
			}
		}
		end = s.End
	}
	if len(segs) < 5 {
		t.Errorf("%d segments of a minute", len(segs))
	}
}

// A receiver may keep and modify a segment's samples while the track continues.
func TestSegmentOwnsItsSamples(t *testing.T) {
	var first []float32
	s := newSegmenter(DefaultSegmentConfig(), script{}, &Stats{}, func(seg Segment) {
		if first == nil {
			first = seg.PCM
		}
	})
	s.push(tone(20, 0.9), false)
	s.push(tone(40, 0), false)
	want := append([]float32(nil), first...)
	s.push(tone(200, 0.7), false)
	for i := range want {
		if first[i] != want[i] {
			t.Fatalf("sample %d changed after the segment was given away", i)
		}
	}
}

func TestSilenceEndsSpeechAndCostsNothing(t *testing.T) {
	var got []Segment
	st := Stats{}
	s := newSegmenter(DefaultSegmentConfig(), script{}, &st, func(seg Segment) { got = append(got, seg) })
	s.push(tone(10, 0.9), false)
	s.silence(200, true)
	s.silence(12*3600*16000, false) // twelve hours
	s.push(tone(10, 0.9), false)
	s.flush()
	if len(got) != 2 {
		t.Fatalf("%d segments, want 2", len(got))
	}
	if got[0].End != 20*VADBlock || got[0].ConcealedMS != 200/16 {
		t.Errorf("the first ends at %d with %d ms concealed", got[0].End, got[0].ConcealedMS)
	}
	if want := int64(10*VADBlock + 200 + 12*3600*16000); got[1].Start != want {
		t.Errorf("the second begins at %d, want %d", got[1].Start, want)
	}
}

func TestSegmentConfigTellsEveryMistake(t *testing.T) {
	err := SegmentConfig{
		Onset: 2, Offset: 0.5, PreRollMS: -1, PostRollMS: 600, EndSilenceMS: 500, MinVoicedMS: 90, MaxMS: 90000, CutWindowMS: 100,
	}.Validate()
	if err == nil {
		t.Fatal("no error")
	}
	for _, w := range []string{"onset", "pre-roll", "post-roll", "longest clip", "cut window"} {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q does not tell of the %s", err, w)
		}
	}
	if err := DefaultSegmentConfig().Validate(); err != nil {
		t.Error(err)
	}
}
