package room_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot"
	"earshot/bot/audio"
	"earshot/bot/bottest"
	"earshot/bot/room"
	"earshot/models"
)

// noticed is an Observer in memory. If set, before may block.
type noticed struct {
	mu     sync.Mutex
	all    []models.Observation
	before func()
}

func (n *noticed) Observe(_ context.Context, o models.Observation) {
	if n.before != nil {
		n.before()
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all = append(n.all, o)
}

// events returns the events as "what who".
func (n *noticed) events() (out []string) {
	for _, o := range n.all {
		if o.Event != "" {
			out = append(out, string(o.Event)+" "+o.SpeakerID)
		}
	}
	return out
}

// TestEvents: people who were there before the bot have not joined, nor have those who are found again after a lost connection, and those
// who are not found again have left. An unmute is reported when somebody is first heard, and again after a long silence, but not after a
// pause.
func TestEvents(t *testing.T) {
	packets := bottest.Sentence(t, time.Minute)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		n := &noticed{}
		first := func(ctx context.Context, handler bot.RoomHandler) error {
			handler.Joined(bot.Capabilities{})
			sink := handler.Track(bottest.Ana)
			defer sink.End()
			k := &bottest.Talker{SSRC: 7}
			k.Say(ctx, sink, packets[50:100])
			bottest.Pause(ctx, 10*time.Second)
			k.Say(ctx, sink, packets[50:100])
			handler.Speaker(models.Speaker{ID: "ben", Name: "Ben"})
			handler.Speaker(models.Speaker{ID: "ben", Name: "Benjamin"})
			bottest.Pause(ctx, 40*time.Second)
			k.Say(ctx, sink, packets[50:100])
			handler.Left("ben")
			handler.Left("nobody")
			handler.Speaker(models.Speaker{ID: "cem", Name: "Cem"})
			return errors.New("cut")
		}
		second := func(ctx context.Context, handler bot.RoomHandler) error {
			handler.Joined(bot.Capabilities{})
			handler.Speaker(models.Speaker{ID: "ana", Name: "Ana"})
			bottest.Pause(ctx, 12*time.Second)
			handler.Speaker(models.Speaker{ID: "ben", Name: "Ben"})
			cancel()
			return stay(ctx)
		}
		s := &script{play: []func(context.Context, bot.RoomHandler) error{first, second}}
		if _, err := newRoom(t, room.Config{Connector: s, Sink: &bottest.MemorySink{}, Observer: n}).Run(ctx); err != nil {
			t.Fatal(err)
		}
		want := []string{"unmute ana", "join ben", "unmute ana", "leave ben", "join cem", "leave cem", "join ben"}
		if got := n.events(); !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	})
}

// TestObserved: a track with audio is observed once a second, together with its speech; packets never wait for an Observer that hangs.
func TestObserved(t *testing.T) {
	packets := bottest.Sentence(t, time.Minute)
	for name, stall := range map[string]time.Duration{"quick": 0, "stalled": time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			n := &noticed{before: sync.OnceFunc(func() { time.Sleep(stall) })}
			var took time.Duration
			cfg := room.Config{Sink: &bottest.MemorySink{}, Observer: n, Drain: time.Hour}
			_, err := hear(t, cfg, func(ctx context.Context, sink bot.TrackSink) {
				k, began := &bottest.Talker{SSRC: 7}, time.Now()
				for range 3 {
					k.Say(ctx, sink, packets)
				}
				took = time.Since(began)
			})
			if err != nil {
				t.Error(err)
			}
			if want := 3 * time.Duration(len(packets)) * 20 * time.Millisecond; took != want {
				t.Errorf("%s: %v of packets took %v", name, want, took)
			}
			var heard, voiced int64
			for _, o := range n.all {
				if o.Event != "" {
					continue
				}
				if o.SpeakerID != "ana" || o.Sound != nil && o.AtMS != o.Sound.EndMS {
					t.Errorf("%s: %+v", name, o)
				}
				heard++
				for _, v := range o.Voiced {
					voiced += v.EndMS - v.StartMS
				}
			}
			if seconds := int64(took / time.Second); heard < seconds-1 || heard > seconds+4 || voiced < seconds*300 || voiced > seconds*1000 {
				t.Errorf("%s: %d observations with %d ms of speech in %v", name, heard, voiced, took)
			}
		})
	}
}

// TestRecent: the audio of the last half minute is available from the room while somebody talks and afterwards. Nothing is held longer than
// that, or if it is turned off.
func TestRecent(t *testing.T) {
	packets := bottest.Sentence(t, time.Minute)
	for _, hold := range []time.Duration{0, 30 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var r *room.Room
			lengths := map[string]int{}
			recent := func(when, speaker, track string) {
				opus, from, to := r.Recent(speaker, track, 1000, 4000)
				if opus == nil {
					return
				}
				c := models.Clip{Opus: opus}
				if err := audio.DecodeClip(&c); err != nil || from != 1000 || to != 4000 {
					t.Errorf("%s: %d to %d ms: %v", when, from, to, err)
				}
				lengths[when] = len(c.PCM)
			}
			play := func(ctx context.Context, handler bot.RoomHandler) error {
				handler.Joined(bot.Capabilities{})
				sink := handler.Track(bottest.Ana)
				k := &bottest.Talker{SSRC: 7}
				k.Say(ctx, sink, packets)
				bottest.Pause(ctx, time.Second)
				recent("while", "ana", "t1")
				sink.End()
				bottest.Pause(ctx, time.Second)
				recent("after", "ana", "")
				recent("another", "ben", "")
				recent("other track", "ana", "t2")
				bottest.Pause(ctx, 31*time.Second)
				recent("later", "ana", "t1")
				cancel()
				return stay(ctx)
			}
			s := &script{play: []func(context.Context, bot.RoomHandler) error{play}}
			r = newRoom(t, room.Config{Connector: s, Sink: &bottest.MemorySink{}, Hold: hold})
			if _, err := r.Run(ctx); err != nil {
				t.Fatal(err)
			}
			if hold == 0 && len(lengths) > 0 || hold > 0 && (len(lengths) != 2 || lengths["while"] != 48000 || lengths["after"] != 48000) {
				t.Errorf("held for %v: %v", hold, lengths)
			}
		})
	}
}
