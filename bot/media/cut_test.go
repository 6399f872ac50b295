package media_test

import (
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot/bottest"
	"earshot/bot/media"
	"earshot/models"
)

// TestMediaConnectsAfterTheRoomIsJoined: after a cut, the gap of somebody who is speaking ends with the first packet of their track.
// Whoever comes or unmutes later, or says nothing, has no gap.
func TestMediaConnectsAfterTheRoomIsJoined(t *testing.T) {
	packets := bottest.Sentence(t, time.Minute)
	voice, quiet := packets[50:], [][]byte{{0xf8, 0xff, 0xfe}} // what encoders send for silence
	for _, tt := range []struct {
		name        string
		opens, late time.Duration // after the room was joined
		silence     int           // packets before the voice
		pause       time.Duration // after them
		want        time.Duration // the speaker's gap
	}{
		{"speaks on", 100 * time.Millisecond, 1200 * time.Millisecond, 0, 0, 1200 * time.Millisecond},
		{"takes a breath", 100 * time.Millisecond, 1200 * time.Millisecond, 20, 0, 1200 * time.Millisecond},
		{"at once", 0, 100 * time.Millisecond, 0, 0, 0},
		{"silent", 100 * time.Millisecond, 1200 * time.Millisecond, 100, 0, 0},
		{"silent, then sends nothing", 100 * time.Millisecond, 1200 * time.Millisecond, 20, 30 * time.Second, 0},
		{"comes later", 5 * time.Second, 6 * time.Second, 0, 0, 0},
		{"unmutes later", 100 * time.Millisecond, 15 * time.Second, 0, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				book, delivered := &bottest.MemorySink{}, make(chan error)
				p := open(media.Config{Sink: book, Unheard: time.Millisecond})
				go func() { delivered <- p.Deliver(t.Context()) }()
				bottest.Pause(t.Context(), 4*time.Second)
				p.Connected()
				bottest.Pause(t.Context(), tt.opens)
				sink := p.Track(bottest.Ana)
				bottest.Pause(t.Context(), tt.late-tt.opens)
				k := &bottest.Talker{SSRC: 7}
				for range tt.silence {
					k.Say(t.Context(), sink, quiet)
				}
				bottest.Pause(t.Context(), tt.pause)
				k.Say(t.Context(), sink, voice)
				sink.End()
				p.Close()
				if err := <-delivered; err != nil {
					t.Fatal(err)
				}
				want := []models.Gap{{StartMS: 1, EndMS: 4000, LostMS: 3999}}
				if tt.want > 0 {
					ana := models.Gap{SpeakerID: "ana", SpeakerName: "Ana", StartMS: 4000, EndMS: 4000 + tt.want.Milliseconds()}
					ana.LostMS = ana.EndMS - ana.StartMS
					want = append(want, ana)
				}
				for i := range want {
					want[i].Session, want[i].Cause = "s1", models.GapRestart
				}
				checkGaps(t, book.Gaps, want)
			})
		})
	}
}

// TestNobodyWaitsForTheFirstConnection: before the first connection of a session nobody was to be heard.
func TestNobodyWaitsForTheFirstConnection(t *testing.T) {
	packets := bottest.Sentence(t, time.Minute)
	synctest.Test(t, func(t *testing.T) {
		book, delivered := &bottest.MemorySink{}, make(chan error)
		p := open(media.Config{Sink: book})
		go func() { delivered <- p.Deliver(t.Context()) }()
		bottest.Pause(t.Context(), time.Second)
		p.Connected()
		sink := p.Track(bottest.Ana)
		bottest.Pause(t.Context(), time.Second)
		(&bottest.Talker{SSRC: 7}).Say(t.Context(), sink, packets[50:])
		sink.End()
		p.Close()
		if err := <-delivered; err != nil {
			t.Fatal(err)
		}
		checkGaps(t, book.Gaps, nil)
	})
}

func checkGaps(t *testing.T, got, want []models.Gap) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("gaps %+v, want %+v", got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("gap %+v, want %+v", got[i], want[i])
		}
	}
}
