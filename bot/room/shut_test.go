package room_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/room"
	"earshot/models"
)

// ledger is a notebook that also keeps the consent ledger.
type ledger struct {
	bottest.MemorySink
	entries []models.Consent
}

func (l *ledger) Consent(_ context.Context, c models.Consent) error {
	l.Mu.Lock()
	defer l.Mu.Unlock()
	l.entries = append(l.entries, c)
	return nil
}

// told returns the ledger without times.
func (l *ledger) told() (out []string) {
	for _, c := range l.entries {
		out = append(out, c.SpeakerID+" "+string(c.What)+" "+c.How)
	}
	return out
}

// chatty is a connector with a chat that shows every message.
type chatty struct {
	script
	mu    sync.Mutex
	lines []string
}

func (c *chatty) Execute(_ context.Context, o bot.Command) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines = append(c.lines, o.Target+": "+o.Text)
	return nil
}

func (c *chatty) Effect(bot.Command) (bool, string) { return true, "seen" }

func (c *chatty) said(what string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.ContainsFunc(c.lines, func(l string) bool { return strings.Contains(l, what) })
}

// TestPause: what was said before a pause is kept, nothing said during it is, and afterwards the speaker is heard again. The room is told,
// and the pause is a gap.
func TestPause(t *testing.T) {
	packets := bottest.Sentence(t, time.Minute)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		book := &ledger{}
		var r *room.Room
		c := &chatty{}
		c.play = []func(context.Context, bot.RoomHandler) error{func(ctx context.Context, handler bot.RoomHandler) error {
			handler.Joined(bot.Capabilities{Message: true})
			sink := handler.Track(bottest.Ana)
			defer sink.End()
			k := &bottest.Talker{SSRC: 7}
			k.Say(ctx, sink, packets)
			if !r.Pause(ctx, true) || r.Pause(ctx, true) || !r.Paused() {
				t.Error("a pause begins once")
			}
			began := count(book, "ana")
			k.Say(ctx, sink, packets)
			k.Say(ctx, sink, packets)
			bottest.Pause(ctx, 2*time.Second)
			if now := count(book, "ana"); now != began || began == 0 {
				t.Errorf("%d clips before the pause, %d at its end", began, now)
			}
			handler.Talking("ana", true) // the platform shows her as talking, but nobody is reported as unheard
			bottest.Pause(ctx, time.Minute)
			handler.Talking("ana", false)
			r.Pause(ctx, false)
			k.Say(ctx, sink, packets)
			bottest.Pause(ctx, 2*time.Second)
			if count(book, "ana") <= began {
				t.Error("nothing was heard after the pause")
			}
			cancel()
			return stay(ctx)
		}}
		r = newRoom(t, room.Config{Connector: c, Sink: book, Notice: bot.Notice{Name: "Earshot", Language: "de"}})
		if reason, err := r.Run(ctx); reason != models.EndStopped || err != nil || c.runs != 1 {
			t.Fatalf("Run = %v, %v after %d connections", reason, err, c.runs)
		}
		var gaps []string
		for _, g := range book.Gaps {
			if g.Cause != models.GapLoss {
				gaps = append(gaps, string(g.Cause))
			}
			if g.Cause == models.GapPaused && (g.LostMS < 60_000 || g.SpeakerID != "") {
				t.Errorf("the pause is %+v", g)
			}
		}
		if !slices.Equal(gaps, []string{"paused"}) {
			t.Errorf("gaps %v", gaps)
		}
		if !c.said("höre ich eine Weile nicht zu") || !c.said("höre wieder zu") {
			t.Errorf("the room was told %q", c.lines)
		}
		if got := book.told(); !slices.Equal(got, []string{"ana told seen"}) {
			t.Errorf("ledger %q", got)
		}
	})
}

// TestObjection: with a chat command, somebody is no longer transcribed, not even the sentence that they are in the middle of. Others are
// heard, the command is in the ledger, and it can be withdrawn.
func TestObjection(t *testing.T) {
	packets := bottest.Sentence(t, time.Minute)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		book := &ledger{}
		c := &chatty{}
		ben := bot.TrackInfo{Track: "t2", SpeakerID: "ben", SpeakerName: "Ben", Attribution: models.AttributionTrack}
		cem := bot.TrackInfo{Track: "t3", SpeakerID: "cem", SpeakerName: "Cem", Attribution: models.AttributionTrack}
		c.play = []func(context.Context, bot.RoomHandler) error{func(ctx context.Context, handler bot.RoomHandler) error {
			handler.Joined(bot.Capabilities{Message: true, PrivateMessage: true})
			sinks := map[string]bot.TrackSink{"ana": handler.Track(bottest.Ana), "ben": handler.Track(ben), "cem": handler.Track(cem)}
			talkers := map[string]*bottest.Talker{"ana": {SSRC: 7}, "ben": {SSRC: 8}, "cem": {SSRC: 9}}
			speak := func(packets [][]byte) {
				var all sync.WaitGroup
				for id, sink := range sinks {
					all.Go(func() { talkers[id].Say(ctx, sink, packets) })
				}
				all.Wait()
			}
			speak(packets[:len(packets)/2])
			handler.(bot.ChatHandler).Said("ana", " /OptOut please")
			handler.(bot.ChatHandler).Said("ben", "what is /optout?")
			speak(packets[len(packets)/2:])
			bottest.Pause(ctx, 2*time.Second)
			if n := count(book, "ana") + count(book, "cem"); n != 0 || count(book, "ben") != 1 {
				t.Errorf("%d clips of those who object, %d of Ben", n, count(book, "ben"))
			}
			handler.(bot.ChatHandler).Said("ana", "/optin")
			bottest.Pause(ctx, 2*time.Second)
			speak(packets)
			bottest.Pause(ctx, 2*time.Second)
			if count(book, "ana") != 1 || count(book, "cem") != 0 {
				t.Errorf("%d clips of Ana after she took it back, %d of Cem", count(book, "ana"), count(book, "cem"))
			}
			for _, s := range sinks {
				s.End()
			}
			cancel()
			return stay(ctx)
		}}
		r := newRoom(t, room.Config{
			Connector: c, Sink: book, Notice: bot.Notice{Name: "Earshot"},
			Objected: func(id string) bool { return id == "cem" }, // objected in an earlier session
		})
		if reason, err := r.Run(ctx); reason != models.EndStopped || err != nil {
			t.Fatalf("Run = %v, %v", reason, err)
		}
		var gaps []string
		for _, g := range book.Gaps {
			gaps = append(gaps, g.SpeakerID+" "+string(g.Cause))
		}
		if !slices.Equal(gaps, []string{"ana objected", "cem objected"}) {
			t.Errorf("gaps %v", gaps)
		}
		if !c.said("ana: You are no longer heard") || !c.said("ana: You are transcribed again") {
			t.Errorf("she was told %q", c.lines)
		}
		got := book.told()
		for _, want := range []string{"ana objected chat", "ana withdrew chat", "ben told seen"} {
			if !slices.Contains(got, want) {
				t.Errorf("the ledger lacks %q: %q", want, got)
			}
		}
	})
}

func count(l *ledger, speaker string) (n int) {
	l.Mu.Lock()
	defer l.Mu.Unlock()
	for _, c := range l.Clips {
		if c.SpeakerID == speaker {
			n++
		}
	}
	return n
}

// TestSilence: the bot leaves a room in which nobody speaks, counted from the last word; pauses don't count.
func TestSilence(t *testing.T) {
	packets := bottest.Sentence(t, time.Minute)
	synctest.Test(t, func(t *testing.T) {
		var r *room.Room
		began := time.Now()
		s := &script{play: []func(context.Context, bot.RoomHandler) error{func(ctx context.Context, handler bot.RoomHandler) error {
			handler.Joined(bot.Capabilities{})
			sink := handler.Track(bottest.Ana)
			defer sink.End()
			bottest.Pause(ctx, 50*time.Second)
			(&bottest.Talker{SSRC: 7}).Say(ctx, sink, packets)
			bottest.Pause(ctx, 50*time.Second)
			r.Pause(ctx, true)
			bottest.Pause(ctx, 10*time.Minute)
			r.Pause(ctx, false)
			return stay(ctx)
		}}}
		r = newRoom(t, room.Config{Connector: s, Sink: &bottest.MemorySink{}, Silence: time.Minute})
		reason, err := r.Run(t.Context())
		if took := time.Since(began); reason != models.EndSilence || err != nil || took < 12*time.Minute+40*time.Second || took > 13*time.Minute {
			t.Errorf("left with %v, %v after %v", reason, err, took)
		}
	})
}
