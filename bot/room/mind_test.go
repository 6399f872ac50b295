package room_test

import (
	"context"
	"errors"
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

// host keeps the notes that a room sends.
type host struct {
	mu    sync.Mutex
	notes []string
	at    []time.Duration
	began time.Time
}

func (h *host) watch(s room.Status) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if s.Note != "" {
		h.notes, h.at = append(h.notes, s.Note), append(h.at, time.Since(h.began))
	}
}

// TestDeaf: if the platform shows somebody as talking and nothing is decoded, the host is told after 10 s, the bot rejoins after 30 s, and
// what was not heard is a gap for that person.
func TestDeaf(t *testing.T) {
	packets := bottest.Sentence(t, time.Minute)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		book, h := &bottest.MemorySink{}, &host{began: time.Now()}
		var rejoined time.Duration
		dead := func(ctx context.Context, handler bot.RoomHandler) error {
			handler.Joined(bot.Capabilities{})
			sink := handler.Track(bottest.Ana)
			defer sink.End()
			for range 20 { // she pauses, as people do
				handler.Talking("ana", true)
				bottest.Pause(ctx, 4*time.Second)
				handler.Talking("ana", false)
				bottest.Pause(ctx, time.Second)
			}
			return stay(ctx)
		}
		alive := func(ctx context.Context, handler bot.RoomHandler) error {
			rejoined = time.Since(h.began)
			handler.Joined(bot.Capabilities{})
			sink := handler.Track(bottest.Ana)
			defer sink.End()
			handler.Talking("ana", true)
			k := &bottest.Talker{SSRC: 7}
			for range 10 {
				k.Say(ctx, sink, packets[50:150])
			}
			cancel()
			return stay(ctx)
		}
		s := &script{play: []func(context.Context, bot.RoomHandler) error{dead, alive}}
		if reason, err := newRoom(t, room.Config{Connector: s, Sink: book, Watch: h.watch}).Run(ctx); reason != models.EndStopped || err != nil ||
			s.runs != 2 {
			t.Fatalf("Run = %v, %v after %d connections", reason, err, s.runs)
		}
		if len(h.notes) != 1 || !strings.Contains(h.notes[0], "Ana") || h.at[0] < 9*time.Second || h.at[0] > 12*time.Second {
			t.Errorf("notes %q at %v", h.notes, h.at)
		}
		if rejoined < 30*time.Second || rejoined > 34*time.Second {
			t.Errorf("joined again after %v", rejoined)
		}
		var own *models.Gap
		for _, g := range book.Gaps {
			if g.SpeakerID == "ana" {
				own = &g
			}
		}
		if own == nil || own.Cause != models.GapCut || own.StartMS > 100 || own.EndMS < 29000 || own.LostMS < 20000 || own.LostMS > 26000 {
			t.Errorf("gap %+v in %+v", own, book.Gaps)
		}
	})
}

// TestHeardIsNotDeaf: a speaker who is heard, or whose talking signal only flickers, causes no note, no gap and no rejoin.
func TestHeardIsNotDeaf(t *testing.T) {
	packets := bottest.Sentence(t, time.Minute)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		book, h := &bottest.MemorySink{}, &host{began: time.Now()}
		play := func(ctx context.Context, handler bot.RoomHandler) error {
			handler.Joined(bot.Capabilities{})
			sink := handler.Track(bottest.Ana)
			defer sink.End()
			handler.Talking("ana", true)
			k := &bottest.Talker{SSRC: 7}
			for range 45 {
				handler.Talking("ben", true)
				k.Say(ctx, sink, packets[50:52])
				handler.Talking("ben", false)
				k.Say(ctx, sink, packets[50:150])
			}
			cancel()
			return stay(ctx)
		}
		s := &script{play: []func(context.Context, bot.RoomHandler) error{play}}
		if _, err := newRoom(t, room.Config{Connector: s, Sink: book, Watch: h.watch}).Run(ctx); err != nil || s.runs != 1 {
			t.Fatalf("%v after %d connections", err, s.runs)
		}
		if len(h.notes) != 0 || len(book.Gaps) != 0 {
			t.Errorf("notes %q, gaps %+v", h.notes, book.Gaps)
		}
	})
}

// TestAnnounce: the bot announces itself when it joins, not again to those who were there, at most once a minute to people who come later,
// and not again to the same people after a reconnect.
func TestAnnounce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		began := time.Now()
		var at []time.Duration
		p := &puppet{do: func(int, bot.Command) error { at = append(at, time.Since(began).Round(time.Second)); return nil }}
		person := func(handler bot.RoomHandler, id string) { handler.Speaker(models.Speaker{ID: id, Name: id}) }
		first := func(ctx context.Context, handler bot.RoomHandler) error {
			handler.Joined(bot.Capabilities{Message: true})
			person(handler, "ana")
			bottest.Pause(ctx, 10*time.Second)
			person(handler, "ben") // informed a minute after the first
			bottest.Pause(ctx, 30*time.Second)
			person(handler, "cem")
			bottest.Pause(ctx, 80*time.Second) // 120 s
			person(handler, "dia")             // informed immediately: the last time was 60 s ago
			bottest.Pause(ctx, 10*time.Second)
			return errors.New("cut")
		}
		second := func(ctx context.Context, handler bot.RoomHandler) error {
			handler.Joined(bot.Capabilities{Message: true})
			person(handler, "ana")
			person(handler, "ben")
			bottest.Pause(ctx, 5*time.Minute)
			cancel()
			return stay(ctx)
		}
		p.play = []func(context.Context, bot.RoomHandler) error{first, second}
		notice := bot.Notice{Name: "Earshot", Language: "id", KeepDays: 30}
		if _, err := newRoom(t, room.Config{Connector: p, Sink: &bottest.MemorySink{}, Notice: notice}).Run(ctx); err != nil {
			t.Fatal(err)
		}
		if len(at) != 3 || at[0] > time.Second || at[1] != 61*time.Second || at[2] < 120*time.Second || at[2] > 122*time.Second {
			t.Errorf("announced at %v", at)
		}
		if o := p.orders[0]; o.Target != "" || !strings.Contains(o.Text, "Saya Earshot") || !strings.Contains(o.Text, "30 hari") ||
			!strings.Contains(o.Text, "keberatan") {
			t.Errorf("order %+v", o)
		}
	})
}

// TestNotes: if the bot can't announce itself or lacks permissions that the rules need, the host is told after the join.
func TestNotes(t *testing.T) {
	notice := bot.Notice{Name: "Earshot"}
	refuses := func(int, bot.Command) error { return bot.Refuse("the chat is closed", nil) }
	tests := []struct {
		name string
		c    *puppet
		can  bot.Capabilities
		cfg  room.Config
		want string
	}{
		{"no chat", &puppet{}, bot.Capabilities{}, room.Config{Notice: notice}, "no chat"},
		{"chat refuses", &puppet{do: refuses}, bot.Capabilities{Message: true}, room.Config{Notice: notice}, "the chat is closed"},
		{
			"rights", &puppet{},
			bot.Capabilities{Mute: true},
			room.Config{Needs: []models.Verb{models.VerbMute, models.VerbWarn, models.VerbRemove}},
			"ask for warn, remove,",
		},
		{
			"all well", &puppet{},
			bot.Capabilities{Message: true, Mute: true},
			room.Config{Notice: notice, Needs: []models.Verb{models.VerbMute, models.VerbNudge}},
			"",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				h := &host{}
				tt.c.play = []func(context.Context, bot.RoomHandler) error{func(ctx context.Context, handler bot.RoomHandler) error {
					handler.Joined(tt.can)
					bottest.Pause(ctx, 5*time.Second)
					cancel()
					return stay(ctx)
				}}
				tt.cfg.Connector, tt.cfg.Sink, tt.cfg.Watch = tt.c, &bottest.MemorySink{}, h.watch
				if _, err := newRoom(t, tt.cfg).Run(ctx); err != nil {
					t.Fatal(err)
				}
				if (tt.want == "") != (len(h.notes) == 0) || tt.want != "" && !strings.Contains(h.notes[0], tt.want) {
					t.Errorf("notes %q, want %q", h.notes, tt.want)
				}
			})
		})
	}
}

// TestStuck: a connector that panics or does not return costs the connection, but not the program.
func TestStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		stuck := func(_ context.Context, handler bot.RoomHandler) error {
			handler.Joined(bot.Capabilities{})
			handler.Track(bottest.Ana)
			<-free
			handler.Track(bottest.Ana).Packet([]byte("late"), 0) // is discarded
			return nil
		}
		panics := func(context.Context, bot.RoomHandler) error { panic("bad server") }
		s := &script{play: []func(context.Context, bot.RoomHandler) error{panics, stuck}}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		reason, err := newRoom(t, room.Config{Connector: s, Sink: &bottest.MemorySink{}}).Run(ctx)
		if took := time.Since(began); reason != models.EndStopped || err != nil || s.runs != 2 || took > 75*time.Second {
			t.Errorf("Run = %q, %v after %v and %d connections", reason, err, took, s.runs)
		}
		close(free)
	})
}

// TestBreaker: twenty rooms of a dead server rarely contact it, and soon notice its return.
func TestBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		began := time.Now()
		var mu sync.Mutex
		asked, back := 0, map[int]time.Duration{}
		var breaker room.Breaker
		var group sync.WaitGroup
		const rooms, away = 20, time.Minute
		for i := range rooms {
			play := func(ctx context.Context, handler bot.RoomHandler) error {
				mu.Lock()
				defer mu.Unlock()
				if time.Since(began) < away {
					asked++
					return errors.New("refused")
				}
				handler.Joined(bot.Capabilities{})
				if back[i] = time.Since(began) - away; len(back) == rooms {
					cancel()
				}
				mu.Unlock()
				err := stay(ctx)
				mu.Lock()
				return err
			}
			r := newRoom(
				t,
				room.Config{
					Connector: &script{play: []func(context.Context, bot.RoomHandler) error{play}}, Sink: &bottest.MemorySink{}, FirstJoin: time.Hour,
					Breaker: &breaker,
				},
			)
			group.Go(func() { _, _ = r.Run(ctx) })
		}
		group.Wait()
		if asked > rooms+20 {
			t.Errorf("the server was asked %d times in a minute", asked)
		}
		for i, d := range back {
			if d > 8*time.Second {
				t.Errorf("room %d was back after %v", i, d)
			}
		}
	})
}

// TestDeafIsCounted: people who are not heard are named while that lasts, reported as an event, and counted.
func TestDeafIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		w := &witness{}
		var r *room.Room
		s := &script{play: []func(context.Context, bot.RoomHandler) error{func(ctx context.Context, handler bot.RoomHandler) error {
			handler.Joined(bot.Capabilities{})
			sink := handler.Track(bottest.Ana)
			defer sink.End()
			handler.Talking("ana", true)
			bottest.Pause(ctx, 8*time.Second)
			if names := r.DeafTo(); len(names) != 0 {
				t.Errorf("deaf to %v after 8 s", names)
			}
			bottest.Pause(ctx, 7*time.Second)
			if names := r.DeafTo(); len(names) != 1 || names[0] != "Ana" || r.Stats().Deaf != 1 {
				t.Errorf("deaf to %v after 15 s", names)
			}
			handler.Talking("ana", false)
			bottest.Pause(ctx, time.Minute)
			if names, st := r.DeafTo(), r.Stats(); len(names) != 0 || st.Deaf != 0 || st.Unheard < 14*time.Second || st.Unheard > 16*time.Second {
				t.Errorf("afterwards deaf to %v, %v unheard", names, st.Unheard)
			}
			cancel()
			return stay(ctx)
		}}}
		r = newRoom(t, room.Config{Connector: s, Sink: &bottest.MemorySink{}, Observer: w})
		if _, err := r.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if w.deaf != 1 {
			t.Errorf("told %d times", w.deaf)
		}
	})
}

// witness counts deafness and silence events.
type witness struct{ deaf, silent int }

func (w *witness) Observe(_ context.Context, o models.Observation) {
	if o.Event == models.RoomDeaf && o.SpeakerID == "ana" {
		w.deaf++
	}
	if o.Event == models.RoomSilent && o.SpeakerID == "stream" {
		w.silent++
	}
}
