//go:build !race

package audio

import (
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"earshot/bot/audio/impairtest"
	"earshot/bot/audio/sound"
)

func BenchmarkDecode(b *testing.B) {
	pcm, _ := talk(b, 300)
	packets := encode(b, pcm, speech24)
	dec, err := NewDecoder()
	if err != nil {
		b.Fatal(err)
	}
	var buf [maxFrame16]float32
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := dec.Decode(packets[i%len(packets)].Payload, buf[:]); err != nil {
			b.Fatal(err)
		}
	}
	perSecond(b, 20)
}

// benchTrack pushes one packet of 20 ms per round.
func benchTrack(b *testing.B, pcm []float32, prepare func(i int, p *Packet)) {
	packets := encode(b, pcm, speech24)
	tr, _ := newTestTrack(b, nil)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		p := packets[i%len(packets)].Packet
		p.Seq, p.Timestamp = uint16(i), uint32(i*960)
		if prepare != nil {
			prepare(i, &p)
		}
		now := time.Duration(i) * 20 * time.Millisecond
		tr.Push(p, now)
		tr.Tick(now)
	}
	perSecond(b, 20)
}

func BenchmarkTrackSpeaking(b *testing.B) {
	pcm, _ := talk(b, 700)
	benchTrack(b, pcm, nil)
}

func BenchmarkTrackSilent(b *testing.B) { benchTrack(b, silence(5000), nil) }

func BenchmarkTrackMuted(b *testing.B) {
	benchTrack(b, silence(5000), func(_ int, p *Packet) { p.Level, p.HasLevel = 127, true })
}

func BenchmarkParsePacket(b *testing.B) {
	raw := rtpPacket(b, make([]byte, 80), 40)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParsePacket(raw, 3); err != nil {
			b.Fatal(err)
		}
	}
	perSecond(b, 20)
}

func BenchmarkDecodeClip(b *testing.B) {
	clips, _ := opusClips(b, speech24, impairtest.Impairment{})
	b.ReportAllocs()
	for b.Loop() {
		c := clips[0]
		if err := DecodeClip(&c); err != nil {
			b.Fatal(err)
		}
	}
	perSecond(b, float64(clips[0].DurationMS()))
}

func BenchmarkResample48(b *testing.B) {
	in := noise(1000, -20, 1)
	pcm48 := sound.Resample(in, 16000, 48000)
	for b.Loop() {
		sound.Resample(pcm48, 48000, 16000)
	}
	perSecond(b, 1000)
}

// A thousand silent tracks must fit one core and little memory.
func TestSilentTracksAreCheap(t *testing.T) {
	const n = 200
	packets := encode(t, silence(4000), speech24)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	tracks := make([]*Track, n)
	for i := range tracks {
		tracks[i], _ = newTestTrack(t, nil)
	}
	for _, p := range packets {
		for _, tr := range tracks {
			q := p.Packet
			q.Level, q.HasLevel = 127, true
			tr.Push(q, p.at)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	each := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / n
	t.Logf("%d bytes a silent track", each)
	if each > 64<<10 {
		t.Errorf("a silent track holds %d bytes, want 64 kB at most", each)
	}
	for _, tr := range tracks {
		if st := tr.Stats(); st.DecodedMS > 1200 || st.SkippedMS < 2000 {
			t.Fatalf("%+v", st)
		}
	}
	runtime.KeepAlive(tracks)
}

func FuzzTrackPush(f *testing.F) {
	f.Add(uint64(1), []byte{8, 0, 0, 0, 1, 2, 3, 4}, uint8(20))
	f.Add(uint64(2), []byte{0xff, 0x3f, 0xfc, 0x80}, uint8(200))
	f.Fuzz(func(t *testing.T, seed uint64, data []byte, spread uint8) {
		rec := &recorder{}
		tr, err := NewTrack(TrackConfig{Session: "s", Track: "t"}, rec)
		if err != nil {
			t.Fatal(err)
		}
		r := rand.New(rand.NewPCG(seed, 0))
		seq, ts, now := uint16(r.Uint32()), r.Uint32(), time.Duration(0)
		for len(data) > 0 {
			n := min(len(data), r.IntN(40))
			p := Packet{Seq: seq, Timestamp: ts, Payload: data[:n:n], Level: uint8(r.IntN(128)), HasLevel: r.IntN(2) == 0}
			data = data[n:]
			switch r.IntN(12) {
			case 0:
				p.SSRC = uint32(r.IntN(3))
			case 1:
				p.Seq += uint16(r.IntN(1 << 16))
			case 2:
				p.Timestamp += r.Uint32()
			case 3:
				now += time.Duration(r.IntN(20000)) * time.Millisecond
			}
			tr.Push(p, now)
			tr.Tick(now)
			seq += 1 + uint16(r.IntN(1+int(spread)))/64
			ts += uint32(r.IntN(3)) * 960
			now += time.Duration(r.IntN(1+int(spread))) * time.Millisecond
			if n == 0 {
				break
			}
		}
		tr.Close(now)
		var end int64
		for _, c := range rec.clips {
			if c.StartMS < end || c.EndMS <= c.StartMS {
				t.Fatalf("clip %d: %d-%d ms after %d", c.Seq, c.StartMS, c.EndMS, end)
			}
			end = c.EndMS
			if err := DecodeClip(&c); err != nil {
				t.Fatal(err)
			}
		}
		for _, g := range rec.gaps {
			if g.EndMS < g.StartMS || g.LostMS <= 0 {
				t.Fatalf("gap %+v", g)
			}
		}
	})
}
