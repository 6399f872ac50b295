package room_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/room"
	"earshot/models"
)

// TestEncryptedTracksAreTold: the host is told of somebody whom only the other participants can hear, and the record has a gap.
func TestEncryptedTracksAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		book := &bottest.MemorySink{}
		c := playing(func(ctx context.Context, handler bot.RoomHandler) error {
			handler.Joined(bot.Capabilities{})
			sealed := bottest.Ana
			sealed.Encrypted = true
			sink := handler.Track(sealed)
			bottest.Pause(ctx, 78*time.Second)
			sink.End()
			cancel()
			return stay(ctx)
		})
		var notes []string
		r := newRoom(t, room.Config{Connector: c, Sink: book, Watch: func(s room.Status) {
			if s.Note != "" {
				notes = append(notes, s.Note)
			}
		}})
		if _, err := r.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if len(notes) == 0 || !strings.HasPrefix(notes[0], "Ana is end-to-end encrypted: not heard") {
			t.Errorf("the host is told %q", notes)
		}
		if len(book.Gaps) != 1 {
			t.Fatalf("gaps: %+v", book.Gaps)
		}
		g := book.Gaps[0]
		if g.Cause != models.GapEncrypted || g.SpeakerName != "Ana" || g.SpeakerID != "ana" || g.LostMS != 78_000 {
			t.Errorf("gap: %+v", g)
		}
	})
}
