package media_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/media"
	"earshot/models"
)

// TestPreviews: segments are previewed while they grow, no more often than configured, under the key of the clip that follows. Modifying a
// preview does not affect the clip.
func TestPreviews(t *testing.T) {
	packets := bottest.Sentence(t, time.Minute)
	book := &bottest.MemorySink{}
	var mu sync.Mutex
	var seen []models.Clip
	var at []time.Time
	synctest.Test(t, func(t *testing.T) {
		c := media.Config{Sink: book, PreviewEvery: 500 * time.Millisecond, Preview: func(c models.Clip) {
			mu.Lock()
			defer mu.Unlock()
			for i := range c.PCM {
				c.PCM[i] = 1
			}
			seen, at = append(seen, c), append(at, time.Now())
		}}
		err := hear(t, open(c), func(ctx context.Context, sink bot.TrackSink) {
			k := &bottest.Talker{SSRC: 7}
			for range 2 {
				k.Say(ctx, sink, packets)
			}
		})
		if err != nil {
			t.Error(err)
		}
	})
	if len(book.Clips) < 2 || len(seen) < 2*len(book.Clips) {
		t.Fatalf("%d previews of %d clips", len(seen), len(book.Clips))
	}
	previews := map[models.Key]int{}
	for i, p := range seen {
		previews[p.Key]++
		if i > 0 && p.Key == seen[i-1].Key && (p.DurationMS() < seen[i-1].DurationMS()+500 || at[i].Sub(at[i-1]) < 450*time.Millisecond) {
			t.Errorf("%v: %d ms after %d ms, %v later", p.Key, p.DurationMS(), seen[i-1].DurationMS(), at[i].Sub(at[i-1]))
		}
		if p.SpeakerName != "Ana" || p.Opus != nil {
			t.Errorf("%v: of %q, with %d bytes of Opus", p.Key, p.SpeakerName, len(p.Opus))
		}
	}
	for _, c := range book.Clips {
		if previews[c.Key] == 0 {
			t.Errorf("%v was not previewed", c.Key)
		}
		for _, x := range c.PCM {
			if x == 1 {
				t.Fatalf("%v was changed through a preview", c.Key)
			}
		}
	}
}
