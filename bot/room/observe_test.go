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
	"earshot/bot/room"
	"earshot/models"
)

// noticed is an Observer in memory. before, when set, may block.
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

// events are the events as "what who".
func (n *noticed) events() (out []string) {
	for _, o := range n.all {
		if o.Event != "" {
			out = append(out, string(o.Event)+" "+o.SpeakerID)
		}
	}
	return out
}

// TestEvents: who was there before the bot has not joined, nor has who is found again after a lost connection, and who is
// not found again has left; a
// microphone is opened when somebody is first heard, and again after a long silence, not after a pause.
func TestEvents(t *testing.T) {
	packets := voice(t)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		n := &noticed{}
		first := func(ctx context.Context, handler bot.RoomHandler) error {
			handler.Joined(bot.Capabilities{})
			sink := handler.Track(ana)
			defer sink.End()
			k := &talker{ssrc: 7}
			k.say(ctx, sink, packets[50:100])
			pause(ctx, 10*time.Second)
			k.say(ctx, sink, packets[50:100])
			handler.Speaker(models.Speaker{ID: "ben", Name: "Ben"})
			handler.Speaker(models.Speaker{ID: "ben", Name: "Benjamin"})
			pause(ctx, 40*time.Second)
			k.say(ctx, sink, packets[50:100])
			handler.Left("ben")
			handler.Left("nobody")
			handler.Speaker(models.Speaker{ID: "cem", Name: "Cem"})
			return errors.New("cut")
		}
		second := func(ctx context.Context, handler bot.RoomHandler) error {
			handler.Joined(bot.Capabilities{})
			handler.Speaker(models.Speaker{ID: "ana", Name: "Ana"})
			pause(ctx, 12*time.Second)
			handler.Speaker(models.Speaker{ID: "ben", Name: "Ben"})
			cancel()
			return stay(ctx)
		}
		s := &script{play: []func(context.Context, bot.RoomHandler) error{first, second}}
		if _, err := newRoom(t, room.Config{Connector: s, Sink: &notebook{}, Observer: n}).Run(ctx); err != nil {
			t.Fatal(err)
		}
		want := []string{"unmute ana", "join ben", "unmute ana", "leave ben", "join cem", "leave cem", "join ben"}
		if got := n.events(); !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	})
}

// TestObserved: a track that carries sound is observed once a second with the stretches of speech; packets never wait for
// an Observer that hangs.
func TestObserved(t *testing.T) {
	packets := voice(t)
	for name, stall := range map[string]time.Duration{"quick": 0, "stalled": time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			n := &noticed{before: sync.OnceFunc(func() { time.Sleep(stall) })}
			var took time.Duration
			_, err := hear(t, room.Config{Sink: &notebook{}, Observer: n, Drain: time.Hour}, func(ctx context.Context, sink bot.TrackSink) {
				k, began := &talker{ssrc: 7}, time.Now()
				for range 3 {
					k.say(ctx, sink, packets)
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

// TestRecent: the sound of the last half minute can be had from the room while somebody talks and after, and nothing
// is held when it is switched off or later than that.
func TestRecent(t *testing.T) {
	packets := voice(t)
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
				sink := handler.Track(ana)
				k := &talker{ssrc: 7}
				k.say(ctx, sink, packets)
				pause(ctx, time.Second)
				recent("while", "ana", "t1")
				sink.End()
				pause(ctx, time.Second)
				recent("after", "ana", "")
				recent("another", "ben", "")
				recent("other track", "ana", "t2")
				pause(ctx, 31*time.Second)
				recent("later", "ana", "t1")
				cancel()
				return stay(ctx)
			}
			s := &script{play: []func(context.Context, bot.RoomHandler) error{play}}
			r = newRoom(t, room.Config{Connector: s, Sink: &notebook{}, Hold: hold})
			if _, err := r.Run(ctx); err != nil {
				t.Fatal(err)
			}
			if hold == 0 && len(lengths) > 0 || hold > 0 && (len(lengths) != 2 || lengths["while"] != 48000 || lengths["after"] != 48000) {
				t.Errorf("held for %v: %v", hold, lengths)
			}
		})
	}
}
