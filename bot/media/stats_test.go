package media_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/media"
	"earshot/models"
)

// TestStats: tracks of people who speak are decoded, others are not. Packets that were lost, late or not RTP are counted, and remain
// counted after the track has ended.
func TestStats(t *testing.T) {
	packets := bottest.Sentence(t, time.Minute)
	synctest.Test(t, func(t *testing.T) {
		p := open(media.Config{Sink: &bottest.MemorySink{}})
		var during, silent media.Stats
		err := hear(t, p, func(ctx context.Context, sink bot.TrackSink) {
			mute := p.Track(bot.TrackInfo{Track: "t2", SpeakerID: "ben", SpeakerName: "Ben", Attribution: models.AttributionTrack})
			defer mute.End()
			k := &bottest.Talker{SSRC: 7}
			sink.Packet([]byte("no RTP"), 0)
			var missed []byte
			for i, payload := range packets {
				raw := k.RTP(payload)
				switch i {
				case 60:
					missed = raw
				case 100: // far too late
					sink.Packet(missed, 0)
				}
				if i != 60 {
					sink.Packet(raw, 0)
				}
				bottest.Pause(ctx, 20*time.Millisecond)
				if i == len(packets)/2 {
					during = p.Stats()
				}
			}
			bottest.Pause(ctx, 30*time.Second)
			silent = p.Stats()
		})
		if err != nil {
			t.Fatal(err)
		}
		if during.Decoded != 1 || during.Silent != 1 || silent.Decoded != 0 || silent.Silent != 2 {
			t.Errorf("in speech %d decoded and %d silent tracks, in silence %d and %d", during.Decoded, during.Silent, silent.Decoded, silent.Silent)
		}
		over := p.Stats()
		want := uint64(len(packets) + 1)
		if over.Packets != want || over.Bad != 1 || over.Dropped != 0 || over.Decoded+over.Silent != 0 {
			t.Errorf("%+v, want %d packets and a bad one", over, want)
		}
		if m := over.Media; m.Lost != 1 || m.Late != 1 || m.Packets != int64(len(packets)) || m.ConcealedMS+m.RecoveredMS != 20 {
			t.Errorf("%+v", m)
		}
		var twice media.Stats
		twice.Add(over)
		twice.Add(over)
		if twice.Packets != 2*over.Packets || twice.Bad != 2 || twice.Media.Lost != 2 {
			t.Errorf("twice: %+v", twice)
		}
	})
}
