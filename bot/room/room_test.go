package room_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/room"
	"earshot/models"
)

// TestHearing: a sentence becomes a clip under the speaker's latest name, and what is being said when the bot is stopped is not lost.
func TestHearing(t *testing.T) {
	packets := bottest.Sentence(t, time.Minute)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		book := &bottest.MemorySink{}
		run := func(ctx context.Context, handler bot.RoomHandler) error {
			handler.Joined(bot.Capabilities{Message: true})
			sink := handler.Track(bottest.Ana)
			k := &bottest.Talker{SSRC: 7}
			k.Say(ctx, sink, packets)
			handler.Speaker(models.Speaker{ID: "ana", Name: "Ana Maria"})
			k.Say(ctx, sink, packets[:110]) // breaks off in mid-sentence
			cancel()
			sink.End()
			return stay(ctx)
		}
		reason, err := newRoom(t, room.Config{Connector: &script{play: []func(context.Context, bot.RoomHandler) error{run}}, Sink: book}).Run(ctx)
		if reason != models.EndStopped || err != nil {
			t.Fatalf("Run = %q, %v", reason, err)
		}
		if len(book.Clips) < 2 {
			t.Fatalf("%d clips, want one of the sentence and one of its beginning", len(book.Clips))
		}
		for i, c := range book.Clips {
			if want := (models.Key{Session: "s1", Epoch: 1, Track: "t1", Seq: i + 1}); c.Key != want {
				t.Errorf("clip %d has key %v, want %v", i, c.Key, want)
			}
			if len(c.PCM) == 0 || len(c.Opus) == 0 || c.SpeakerID != "ana" || c.Attribution != models.AttributionTrack {
				t.Errorf("clip %d is incomplete: %d samples, %d bytes", i, len(c.PCM), len(c.Opus))
			}
		}
		if first, last := book.Clips[0], book.Clips[len(book.Clips)-1]; first.SpeakerName != "Ana" || last.SpeakerName != "Ana Maria" {
			t.Errorf("names %q and %q", first.SpeakerName, last.SpeakerName)
		}
		if first := book.Clips[0].StartMS; first < 700 || first > 1400 {
			t.Errorf("the sentence starts at %d ms, want about 1000", first)
		}
		if len(book.Gaps) != 0 {
			t.Errorf("gaps %+v, want none", book.Gaps)
		}
		if s := book.Speakers; len(s) != 2 || s[0].Name != "Ana" || s[1].Name != "Ana Maria" || s[1].Role != models.RoleHost ||
			s[1].Session != "s1" {
			t.Errorf("speakers %+v", s)
		}
	})
}

// TestRejoin: after a broken connection the bot returns, the time in between is a gap, and the numbers of a track's clips continue if its
// name is the same.
func TestRejoin(t *testing.T) {
	packets := bottest.Sentence(t, time.Minute)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		book := &bottest.MemorySink{}
		talk := func(ctx context.Context, handler bot.RoomHandler) {
			handler.Joined(bot.Capabilities{})
			sink := handler.Track(bottest.Ana)
			(&bottest.Talker{SSRC: 7}).Say(ctx, sink, packets)
			sink.End()
		}
		broken := func(ctx context.Context, handler bot.RoomHandler) error {
			talk(ctx, handler)
			return errors.New("reset by peer")
		}
		refused := func(context.Context, bot.RoomHandler) error { time.Sleep(time.Second); return errors.New("refused") }
		last := func(ctx context.Context, handler bot.RoomHandler) error {
			talk(ctx, handler)
			cancel()
			return stay(ctx)
		}
		s := &script{play: []func(context.Context, bot.RoomHandler) error{broken, refused, refused, last}}
		reason, err := newRoom(t, room.Config{Connector: s, Sink: book}).Run(ctx)
		if reason != models.EndStopped || err != nil || s.runs != 4 {
			t.Fatalf("Run = %q, %v after %d connections", reason, err, s.runs)
		}
		n := len(book.Clips)
		if n < 2 || n%2 != 0 {
			t.Fatalf("%d clips, want the same number from both connections", n)
		}
		for i, c := range book.Clips {
			if c.Seq != i+1 {
				t.Errorf("clip %d has number %d", i, c.Seq)
			}
		}
		if len(book.Gaps) != 1 {
			t.Fatalf("gaps %+v, want one", book.Gaps)
		}
		g := book.Gaps[0]
		spoke := int64(len(packets) * 20)
		if g.Cause != models.GapCut || g.SpeakerID != "" || g.StartMS < spoke-100 || g.StartMS > spoke || g.LostMS < 3000 || g.LostMS > 8000 {
			t.Errorf("gap %+v, want a cut from %d ms of 3 to 8 s", g, spoke)
		}
	})
}

func TestEnds(t *testing.T) {
	end := func(err error) func(context.Context, bot.RoomHandler) error {
		return func(context.Context, bot.RoomHandler) error { return err }
	}
	joined := func(_ context.Context, handler bot.RoomHandler) { handler.Joined(bot.Capabilities{}) }
	boom := errors.New("boom")
	tests := []struct {
		name    string
		config  room.Config
		play    func(context.Context, bot.RoomHandler) error
		want    models.EndReason
		err     bool
		after   [2]time.Duration // limits of the length of the stay
		maxRuns int
	}{
		{name: "denied", play: end(bot.End(models.EndDenied, boom)), want: models.EndDenied, err: true, maxRuns: 1},
		{name: "auth", play: end(bot.End(models.EndFailedAuth, boom)), want: models.EndFailedAuth, err: true, maxRuns: 1},
		{name: "replaced", play: end(bot.End(models.EndReplaced, nil)), want: models.EndReplaced, err: true, maxRuns: 1},
		{
			name: "unreachable", play: end(boom), want: models.EndFailedServer, err: true,
			after: [2]time.Duration{9 * time.Second, 11 * time.Second}, maxRuns: 20,
		},
		{
			name: "no answer", play: func(ctx context.Context, _ bot.RoomHandler) error { return stay(ctx) },
			want: models.EndFailedServer, err: true,
			after: [2]time.Duration{14 * time.Second, 16 * time.Second}, maxRuns: 1,
		},
		{
			name: "no media path", play: end(bot.Retry(models.EndFailedICE, boom)), config: room.Config{
				FirstJoin: 30 * time.Second,
			},
			want: models.EndFailedICE,
			err:  true, after: [2]time.Duration{29 * time.Second, 31 * time.Second}, maxRuns: 60,
		},
		{
			name: "flapping", play: func(ctx context.Context, e bot.RoomHandler) error {
				joined(ctx, e)
				bottest.Pause(ctx, time.Second)
				return boom
			},
			want: models.EndFailedServer, err: true, after: [2]time.Duration{10 * time.Minute, 11 * time.Minute}, maxRuns: 90,
		},
		{
			name: "alone", play: func(ctx context.Context, e bot.RoomHandler) error {
				joined(ctx, e)
				e.Speaker(models.Speaker{ID: "ana"})
				bottest.Pause(ctx, time.Minute)
				e.Left("ana")
				return stay(ctx)
			},
			config: room.Config{Alone: 30 * time.Second}, want: models.EndAlone, after: [2]time.Duration{
				90 * time.Second, 91 * time.Second,
			},
			maxRuns: 1,
		},
		{
			name: "never populated", play: func(ctx context.Context, e bot.RoomHandler) error { joined(ctx, e); return stay(ctx) },
			config: room.Config{Alone: 30 * time.Second}, want: models.EndAlone, after: [2]time.Duration{
				30 * time.Second, 31 * time.Second,
			},
			maxRuns: 1,
		},
		{
			name: "max time", play: func(ctx context.Context, e bot.RoomHandler) error { joined(ctx, e); return stay(ctx) },
			config: room.Config{MaxTime: time.Hour}, want: models.EndMaxTime,
			after: [2]time.Duration{time.Hour, time.Hour + time.Second}, maxRuns: 1,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{play: []func(context.Context, bot.RoomHandler) error{tt.play}}
				tt.config.Connector, tt.config.Sink = s, &bottest.MemorySink{}
				var seen []room.State
				tt.config.Watch = func(s room.Status) { seen = append(seen, s.State) }
				began := time.Now()
				reason, err := newRoom(t, tt.config).Run(t.Context())
				if took := time.Since(began); took < tt.after[0] || took > max(tt.after[1], time.Second) {
					t.Errorf("the stay took %v, want %v", took, tt.after)
				}
				if reason != tt.want || (err != nil) != tt.err {
					t.Errorf("Run = %q, %v, want %q", reason, err, tt.want)
				}
				if s.runs > tt.maxRuns || s.runs == 0 {
					t.Errorf("%d connections, want at most %d", s.runs, tt.maxRuns)
				}
				if n := len(seen); seen[0] != room.StateJoining || seen[n-1] != room.StateEnded {
					t.Errorf("states %v", seen)
				}
			})
		})
	}
}

// TestLeft: whoever stops the room may give the reason.
func TestLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		play := func(ctx context.Context, e bot.RoomHandler) error {
			e.Joined(bot.Capabilities{})
			cancel(bot.End(models.EndLeft, nil))
			return stay(ctx)
		}
		reason, err := newRoom(t, room.Config{
			Connector: &script{play: []func(context.Context, bot.RoomHandler) error{play}}, Sink: &bottest.MemorySink{},
		}).Run(ctx)
		if reason != models.EndLeft || err != nil {
			t.Errorf("Run = %q, %v", reason, err)
		}
	})
}

// TestStoppedBeforeItWasIn: a stay that never got into its room ends with the reason that kept it out, not with that of whoever gave up on
// it. A reason given by somebody takes precedence.
func TestStoppedBeforeItWasIn(t *testing.T) {
	boom := errors.New("no such host")
	refuse := func(context.Context, bot.RoomHandler) error { return bot.Retry(models.EndFailedServer, boom) }
	let := func(_ context.Context, handler bot.RoomHandler) error {
		handler.Joined(bot.Capabilities{})
		return bot.Retry(models.EndFailedServer, boom)
	}
	for name, tt := range map[string]struct {
		play   func(context.Context, bot.RoomHandler) error
		cause  error
		want   models.EndReason
		failed bool
	}{
		"never in":           {refuse, nil, models.EndFailedServer, true},
		"it was in":          {let, nil, models.EndStopped, false},
		"never in, sent out": {refuse, bot.End(models.EndLeft, nil), models.EndLeft, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(5*time.Second, func() { cancel(tt.cause) })
				many := make([]func(context.Context, bot.RoomHandler) error, 100)
				for i := range many {
					many[i] = tt.play
				}
				reason, err := newRoom(t, room.Config{Connector: &script{play: many}, Sink: &bottest.MemorySink{}}).Run(ctx)
				if reason != tt.want || errors.Is(err, boom) != tt.failed {
					t.Errorf("Run = %q, %v; want %q", reason, err, tt.want)
				}
			})
		})
	}
}
