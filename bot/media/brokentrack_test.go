package media_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot"
	"earshot/bot/audio"
	"earshot/bot/bottest"
	"earshot/bot/media"
	"earshot/models"
)

// brittle is a voice detector that panics from its n-th block on (always if n is 0), or only once.
type brittle struct {
	audio.VAD
	n    *int
	from int
	once bool
}

func (b *brittle) Speech(f []float32) float32 {
	*b.n++
	if *b.n >= b.from && (!b.once || *b.n == b.from) {
		panic("a fault in a detector")
	}
	return b.VAD.Speech(f)
}

// TestTrackThatCannotBeDecodedIsTold: a track that is suspended after ten panics is not heard; what is said on it is a gap.
func TestTrackThatCannotBeDecodedIsTold(t *testing.T) {
	packets := bottest.Sentence(t, time.Minute)
	synctest.Test(t, func(t *testing.T) {
		book := &bottest.MemorySink{}
		n := 0
		say := func(ctx context.Context, sink bot.TrackSink) {
			k := &bottest.Talker{SSRC: 7}
			for range 40 {
				k.Say(ctx, sink, packets[50:150]) // 2 s each: 80 s
			}
		}
		p := open(media.Config{Sink: book, NewVAD: func() audio.VAD { return &brittle{VAD: audio.NewEnergyVAD(), n: &n} }})
		if err := hear(t, p, say); err != nil {
			t.Fatal(err)
		}
		var lost, covered int64
		for _, g := range book.Gaps {
			lost += g.LostMS
			covered = max(covered, g.EndMS)
		}
		t.Logf("%d clips, %d gaps, lost %d ms, up to %d ms; stats %+v", len(book.Clips), len(book.Gaps), lost, covered, p.Stats())
		if covered < 75_000 {
			t.Errorf("80 s were said and nothing was heard; the gaps end after %d ms and name %d ms of loss", covered, lost)
		}
	})
}

// TestTrackIsHeardAgain: a fault that goes away costs a track one minute, reported in pieces while it lasts, and not the rest of the stay.
func TestTrackIsHeardAgain(t *testing.T) {
	packets := bottest.Sentence(t, time.Minute)
	synctest.Test(t, func(t *testing.T) {
		book, n, early := &bottest.MemorySink{}, 0, 0
		say := func(ctx context.Context, sink bot.TrackSink) {
			k := &bottest.Talker{SSRC: 7}
			for i := range 35 {
				k.Say(ctx, sink, packets[50:150])
				if i == 9 {
					book.Mu.Lock()
					early = len(book.Gaps)
					book.Mu.Unlock()
				}
			}
		}
		vad := func() audio.VAD { return &mending{VAD: audio.NewEnergyVAD(), n: &n, until: 10} }
		if err := hear(t, open(media.Config{Sink: book, NewVAD: vad}), say); err != nil {
			t.Fatal(err)
		}
		var from, to int64
		for _, g := range book.Gaps {
			if g.Cause != models.GapFault {
				t.Errorf("gap %+v", g)
			}
			to = max(to, g.EndMS)
		}
		if len(book.Clips) > 0 {
			from = book.Clips[0].StartMS
		}
		if early < 12 || to < 59_000 || to > 62_000 || from < to-1000 || from > to+1500 {
			t.Errorf("%d gaps within 20 s; heard again at %d ms, the gaps end at %d ms", early, from, to)
		}
	})
}

// mending is a voice detector that panics until it has been called a number of times.
type mending struct {
	audio.VAD
	n     *int
	until int
}

func (m *mending) Speech(f []float32) float32 {
	if *m.n++; *m.n <= m.until {
		panic("a fault in a detector")
	}
	return m.VAD.Speech(f)
}

// TestPanicLosesAllThatWasOpen: a panic while decoding costs the whole open segment, and the gap says so.
func TestPanicLosesAllThatWasOpen(t *testing.T) {
	packets := bottest.Sentence(t, time.Minute)
	synctest.Test(t, func(t *testing.T) {
		book := &bottest.MemorySink{}
		n := 0
		say := func(ctx context.Context, sink bot.TrackSink) {
			k := &bottest.Talker{SSRC: 7}
			for range 8 {
				k.Say(ctx, sink, packets[50:120]) // 1.4 s each, without a pause
			}
		}
		vad := func() audio.VAD { return &always{&brittle{VAD: audio.NewEnergyVAD(), n: &n, from: 300, once: true}} } // 9.6 s
		if err := hear(t, open(media.Config{Sink: book, NewVAD: vad}), say); err != nil {
			t.Fatal(err)
		}
		var told int64
		for _, c := range book.Clips {
			t.Logf("clip %d-%d", c.StartMS, c.EndMS)
			told += c.EndMS - c.StartMS
		}
		for _, g := range book.Gaps {
			t.Logf("gap %d-%d lost %d %s", g.StartMS, g.EndMS, g.LostMS, g.Cause)
			told += g.EndMS - g.StartMS
		}
		if told < 10_000 {
			t.Errorf("11.2 s were said; clips and gaps tell of %d ms", told)
		}
	})
}

// always classifies everything as speech, except for the fault.
type always struct{ *brittle }

func (a *always) Speech(f []float32) float32 { a.brittle.Speech(f); return 0.9 }
