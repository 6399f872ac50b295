package media_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/media"
	"earshot/models"
)

// TestStoredUntil: at no time does a pipeline say that something is stored which is not: whatever begins before the time that it names has
// been stored by then, although two people talk at once, one of them says short things, the connection is lost, and the disk stalls. After
// some silence, that time follows the clock.
func TestStoredUntil(t *testing.T) {
	packets := bottest.Sentence(t, 20*time.Second)
	synctest.Test(t, func(t *testing.T) {
		var fails atomic.Bool
		book := &bottest.MemorySink{Before: func(models.Clip) error {
			if fails.Load() {
				return errors.New("no space left on device")
			}
			return nil
		}}
		began := time.Now()
		p := open(media.Config{Sink: book, Unheard: time.Millisecond})
		var claims []time.Duration // what was claimed when so much was stored
		var clips, gaps []int
		claim := func() {
			until := p.StoredUntil()
			book.Mu.Lock()
			defer book.Mu.Unlock()
			claims, clips, gaps = append(claims, until), append(clips, len(book.Clips)), append(gaps, len(book.Gaps))
		}
		ctx, stop := context.WithCancel(t.Context())
		looked := make(chan struct{})
		go func() {
			defer close(looked)
			for ctx.Err() == nil {
				time.Sleep(70 * time.Millisecond)
				synctest.Wait()
				claim()
			}
		}()
		time.Sleep(2 * time.Second)
		if got := p.StoredUntil(); got > time.Millisecond {
			t.Errorf("outside the room it is stored until %v", got)
		}
		p.Connected()
		err := hear(t, p, func(ctx context.Context, sink bot.TrackSink) {
			time.Sleep(15 * time.Second)
			if got, now := p.StoredUntil(), time.Since(began); now-got > 2*time.Second {
				t.Errorf("after %v of silence it is stored until %v", now, got)
			}
			other := p.Track(bot.TrackInfo{Track: "ben", SpeakerID: "ben", Attribution: models.AttributionTrack})
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				k := &bottest.Talker{SSRC: 9}
				for range 4 {
					k.Say(ctx, other, packets[:80])
					time.Sleep(3 * time.Second)
				}
				other.End()
			}()
			k := &bottest.Talker{SSRC: 7}
			k.Say(ctx, sink, packets)
			k.Say(ctx, sink, packets)
			fails.Store(true)
			k.Say(ctx, sink, packets)
			fails.Store(false)
			time.Sleep(30 * time.Second)
			<-ended
			if got, now := p.StoredUntil(), time.Since(began); now-got > 2*time.Second {
				t.Errorf("at %v it is stored until %v", now, got)
			}
			p.Disconnected(0)
			time.Sleep(time.Second)
			p.Connected()
			time.Sleep(15 * time.Second)
			p.Pause(true)
			time.Sleep(15 * time.Second)
			if got, now := p.StoredUntil(), time.Since(began); now-got < 4*time.Second {
				t.Errorf("5 s after a pause began, at %v, it is stored until %v", now, got)
			}
		})
		stop()
		<-looked
		if err != nil {
			t.Error(err)
		}
		for i, until := range claims {
			for _, c := range book.Clips[clips[i]:] {
				if start := time.Duration(c.StartMS) * time.Millisecond; start < until {
					t.Fatalf("%v of %s was not stored when everything until %v was said to be", start, c.SpeakerID, until)
				}
			}
			for _, g := range book.Gaps[gaps[i]:] {
				if start := time.Duration(g.StartMS) * time.Millisecond; start < until && g.EndMS > g.StartMS {
					t.Fatalf("a gap (%s) at %v was not stored when everything until %v was said to be", g.Cause, start, until)
				}
			}
		}
		if len(book.Clips) < 6 || len(claims) < 500 {
			t.Errorf("%d clips, %d claims", len(book.Clips), len(claims))
		}
	})
}
