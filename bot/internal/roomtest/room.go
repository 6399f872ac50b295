// Package roomtest puts a connector through the faults that every kind of room must live through: servers that die, networks
// that swallow everything, ways that lead nowhere, and many joins. What a trial finds wrong it returns as an error, with
// figures.
package roomtest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"time"

	"earshot/bot"
	"earshot/bot/audio"
	"earshot/bot/room"
	"earshot/models"
)

// Patience is how long a trial waits for what must come, when nothing is said about when.
const Patience = 2 * time.Minute

// Within is a time that the bot must keep. The race detector makes everything many times as dear, and with it many tests run at a time:
// then nothing need be done within less than a minute.
func Within(d time.Duration) time.Duration {
	if raceDetector {
		return max(10*d, time.Minute)
	}
	return d
}

// Tone is an endless row of hums with short pauses, as the recording of somebody who never stops; it may be used once.
func Tone() Source {
	const period, loud = 45, 25 // packets of 20 ms
	enc, err := audio.NewEncoder(audio.EncoderConfig{})
	var packets [][]byte
	for n := 0; n < period && err == nil; n++ {
		pcm := make([]float32, 960)
		if n < loud { // without pauses a detector takes it for the noise of the place
			hum(pcm, n*len(pcm))
		}
		var b []byte
		b, err = enc.Encode(pcm)
		packets = append(packets, append([]byte(nil), b...))
	}
	n := -1
	return func() ([]byte, time.Duration, error) {
		if err != nil {
			return nil, 0, err
		}
		n++
		return packets[n%period], time.Duration(n) * 20 * time.Millisecond, nil
	}
}

// hum fills in a voiced sound at 48 kHz from a sample on: the harmonics of a pitch that glides up from 110 Hz, as a voice's
// does. A detector takes one or two tones for those of a telephone, and a few steady ones for a machine's.
func hum(pcm []float32, from int) {
	for i := range pcm {
		x := float64(from+i) / 48000
		phase := 2 * math.Pi * (110*x + 40*x*x)
		for k := 1.; k <= 24; k++ {
			pcm[i] += float32(0.2 * math.Pow(k, -0.6) * math.Sin(k*phase))
		}
	}
}

// Stay is the bot in a room, with what it hears and stores.
type Stay struct {
	room   *room.Room
	leave  context.CancelFunc
	ended  chan struct{}
	reason models.EndReason
	err    error

	mu     sync.Mutex
	news   chan struct{} // closed and made anew at each change
	joins  int
	can    bot.Capabilities
	notes  []string
	heard  map[string]int // previews of each speaker
	stored map[string][]models.Clip
	gaps   []models.Gap
}

// Begin runs a bot.Room with a connector until Leave.
func Begin(c bot.Connector, log *slog.Logger) (*Stay, error) { return begin(c, log, room.Config{}) }

// begin runs a bot.Room with some settings of its own.
func begin(c bot.Connector, log *slog.Logger, more room.Config) (*Stay, error) {
	s := &Stay{ended: make(chan struct{}), news: make(chan struct{}), heard: map[string]int{}, stored: map[string][]models.Clip{}}
	var err error
	s.room, err = room.New(room.Config{
		Session: models.Session{ID: "trial", Epoch: 1, Started: time.Now()}, Connector: c, Sink: sink{s}, Watch: s.watch,
		Preview: s.preview, PreviewEvery: 200 * time.Millisecond, Alone: more.Alone, Notice: more.Notice, Log: log,
	})
	if err != nil {
		return nil, fmt.Errorf("roomtest: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.leave = cancel
	go func() {
		defer close(s.ended)
		s.reason, s.err = s.room.Run(ctx)
	}()
	return s, nil
}

// Leave ends the stay and returns why it ended.
func (s *Stay) Leave() (models.EndReason, error) {
	s.leave()
	<-s.ended
	return s.reason, s.err
}

// Wait waits for the stay to end by itself, and returns why.
func (s *Stay) Wait() (models.EndReason, error) {
	select {
	case <-s.ended:
		return s.reason, s.err
	case <-time.After(Patience):
		s.leave()
		<-s.ended
		return s.reason, fmt.Errorf("roomtest: it did not end within %v: %w", Patience, errOr(s.err))
	}
}

func (s *Stay) note(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	close(s.news)
	s.news = make(chan struct{})
}

func (s *Stay) watch(st room.Status) {
	s.note(func() {
		switch {
		case st.Note != "":
			s.notes = append(s.notes, st.Note)
		case st.State == room.StateListening:
			s.joins++
			s.can = st.Can
		}
	})
}

func (s *Stay) preview(c models.Clip) { s.note(func() { s.heard[c.SpeakerName]++ }) }

// until waits for a condition that is read under the lock.
func (s *Stay) until(within time.Duration, what string, holds func() bool) error {
	t := time.NewTimer(within)
	defer t.Stop()
	for {
		s.mu.Lock()
		ok, news := holds(), s.news
		s.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-news:
		case <-s.ended:
			return fmt.Errorf("roomtest: not seen before the end (%s, %w): %s", s.reason, errOr(s.err), what)
		case <-t.C:
			return fmt.Errorf("roomtest: not seen within %v: %s", within, what)
		}
	}
}

func errOr(err error) error {
	if err == nil {
		return errors.New("no error")
	}
	return err
}

// Joined waits until the room was joined so many times.
func (s *Stay) Joined(within time.Duration, times int) error {
	return s.until(within, fmt.Sprintf("join number %d", times), func() bool { return s.joins >= times })
}

// Hears waits until somebody is heard anew.
func (s *Stay) Hears(within time.Duration, name string) error {
	s.mu.Lock()
	before := s.heard[name]
	s.mu.Unlock()
	return s.until(within, "the sound of "+name, func() bool { return s.heard[name] > before })
}

// sink is what a Stay stores to.
type sink struct{ s *Stay }

func (k sink) Clip(_ context.Context, c models.Clip) error {
	k.s.note(func() { k.s.stored[c.SpeakerName] = append(k.s.stored[c.SpeakerName], c) })
	return nil
}

func (k sink) Gap(_ context.Context, g models.Gap) error {
	k.s.note(func() { k.s.gaps = append(k.s.gaps, g) })
	return nil
}

func (k sink) Speaker(context.Context, models.Speaker) error { return nil }
