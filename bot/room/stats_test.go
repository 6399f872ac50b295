package room_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot"
	"earshot/bot/media"
	"earshot/bot/room"
	"earshot/models"
)

// TestRoomStats: who speaks is decoded, who does not is not; what was lost, late or no RTP is counted, and stays counted
// when the track is over.
func TestRoomStats(t *testing.T) {
	packets := voice(t)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var r *room.Room
		var during, silent media.Stats
		play := func(ctx context.Context, handler bot.RoomHandler) error {
			handler.Joined(bot.Capabilities{})
			mute := handler.Track(bot.TrackInfo{Track: "t2", SpeakerID: "ben", SpeakerName: "Ben", Attribution: models.AttributionTrack})
			sink, k := handler.Track(ana), &talker{ssrc: 7}
			sink.Packet([]byte("no RTP"), 0)
			var missed []byte
			for i, p := range packets {
				raw := k.rtp(p)
				switch i {
				case 60:
					missed = raw
				case 100: // far too late
					sink.Packet(missed, 0)
				}
				if i != 60 {
					sink.Packet(raw, 0)
				}
				pause(ctx, 20*time.Millisecond)
				if i == len(packets)/2 {
					during = r.Stats()
				}
			}
			pause(ctx, 30*time.Second)
			silent = r.Stats()
			sink.End()
			mute.End()
			cancel()
			return stay(ctx)
		}
		r = newRoom(t, room.Config{Sink: &notebook{}, Connector: playing(play)})
		if _, err := r.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if during.Decoded != 1 || during.Silent != 1 || silent.Decoded != 0 || silent.Silent != 2 {
			t.Errorf("in speech %d decoded and %d silent tracks, in silence %d and %d", during.Decoded, during.Silent, silent.Decoded, silent.Silent)
		}
		over := r.Stats()
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
