//go:build !race

package app

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/ffmpeg"
	"earshot/bot/fleet"
	"earshot/bot/stream/streamtest"
	"earshot/models"
	"earshot/models/waittest"
	"earshot/transcribe/fixture"
	"earshot/transcribe/fixture/eval"
)

// heard is a connector that counts the packets and the ends of tracks.
type heard struct {
	bot.Connector
	packets, ends atomic.Int64
}

// Run implements bot.Connector.
func (h *heard) Run(ctx context.Context, to bot.RoomHandler) error {
	return h.Connector.Run(ctx, heardHandler{to.(breakHandler), h})
}

type breakHandler interface {
	bot.RoomHandler
	bot.BreakHandler
}

type heardHandler struct {
	breakHandler
	heard *heard
}

// Track implements bot.RoomHandler.
func (x heardHandler) Track(i bot.TrackInfo) bot.TrackSink {
	return heardSink{x.breakHandler.Track(i), x.heard}
}

type heardSink struct {
	bot.TrackSink
	heard *heard
}

// Packet implements bot.TrackSink.
func (x heardSink) Packet(raw []byte, level uint8) {
	x.TrackSink.Packet(raw, level)
	x.heard.packets.Add(1)
}

// End implements bot.TrackSink.
func (x heardSink) End() {
	x.TrackSink.End()
	x.heard.ends.Add(1)
}

// TestStreamWords listens to a stream of each kind in which three people speak, as "earshot join icecast+http://…" does: their words
// are stored as a mix under the stream's name. What a server sends from before the join is not stored and is no gap. The server is
// killed between two sentences: that is one gap, and the bot hears the next sentence without being invited again.
func TestStreamWords(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	if ffmpeg.Find(os.Getenv("PATH")) == "" {
		t.Skip("no ffmpeg here: scripts/deps.sh --tests installs it (Debian's package ffmpeg)")
	}
	t.Parallel()
	s, l := openTestAppWith(t, t.TempDir(), "EARSHOT_STREAMS_UNSEEN=true")
	kinds, err := streamtest.Kinds(soundFolder)
	if err != nil {
		t.Fatal(err)
	}
	trust(s, noSecrets, streamtest.Addresses(kinds)...)
	err = s.Run(t.Context(), l, func(context.Context) error {
		t.Run("kinds", func(t *testing.T) {
			for _, k := range kinds {
				t.Run(k.Name, func(t *testing.T) {
					t.Parallel()
					tryStream(t, s, k)
				})
			}
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// listenTo has the bot listen to a stream until leave is called, and returns the session. ended receives the error then.
func listenTo(t *testing.T, s *App, k streamtest.Kind) (h *heard, session string, leave context.CancelCauseFunc, ended <-chan error) {
	t.Helper()
	room, connector, err := s.Connector(t.Context(), fleet.JoinRequest{Address: k.Address, Name: "Radio"})
	if err != nil {
		t.Fatal(err)
	}
	h = &heard{Connector: connector}
	ctx, leave := context.WithCancelCause(t.Context())
	began, result := make(chan string, 1), make(chan error, 1)
	go func() {
		_, err := s.Listen(ctx, fleet.SessionRequest{Room: room, Connector: h, Started: func(x models.Session) { began <- x.ID }})
		result <- err
	}()
	return h, <-began, leave, result
}

// tryStream has people speak in a stream that is interrupted once, and checks what is stored.
func tryStream(t *testing.T, s *App, k streamtest.Kind) {
	all := evalSentences(t)
	old, said, ends := all[4], []eval.Sentence{all[0], all[1], all[3]}, []time.Time{}
	first, err := k.Start(t.Context())
	if errors.Is(err, streamtest.ErrNoSound) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	kill := sync.OnceFunc(first.Kill)
	defer kill()
	h, id, leave, ended := listenTo(t, s, k)
	defer leave(bot.End(models.EndLeft, nil))
	defer func() {
		if t.Failed() {
			gaps, err := s.Store.Gaps(context.WithoutCancel(t.Context()), id)
			t.Logf("%d packets, %d ends; the lines are %+v; the gaps are %+v, %v", h.packets.Load(), h.ends.Load(), lines(t, s, id), gaps, err)
		}
	}()
	speak := func(from *streamtest.Sender, before int64, part []eval.Sentence, stored int) error {
		if err := from.Pause(func() bool { return h.packets.Load() >= before+100 }); err != nil {
			return err
		}
		for _, x := range part {
			end, err := from.Say(slices.Concat(x.PCM, make([]float32, 3*models.SampleRate/2)))
			if err != nil {
				return err
			}
			ends = append(ends, end.Add(-1500*time.Millisecond))
		}
		return from.Pause(func() bool { return len(lines(t, s, id)) >= stored })
	}
	if k.Name == "Icecast" {
		err = first.Burst(old.PCM)
	}
	if err = errors.Join(err, speak(first, 0, said[:2], 2)); err != nil {
		t.Fatal(err)
	}
	kill()
	waittest.Until(t, "the end of what was sent", func() bool { return h.ends.Load() > 0 })
	second, err := k.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer second.Kill()
	if err = speak(second, h.packets.Load(), said[2:], 3); err != nil {
		t.Fatal(err)
	}
	leave(bot.End(models.EndLeft, nil))
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	checkStream(t, s, id, old, said, ends)
}

// checkStream compares the stored lines with what was said in a stream.
func checkStream(t *testing.T, s *App, session string, old eval.Sentence, sentences []eval.Sentence, ends []time.Time) {
	t.Helper()
	us := lines(t, s, session)
	said, before := "", 0
	for _, x := range sentences {
		said += x.Text + " "
	}
	for i, u := range us {
		if u.Attribution != models.AttributionMix || u.SpeakerName != "Radio" {
			t.Errorf("line %d is attributed to %q by %s", i, u.SpeakerName, u.Attribution)
		}
		if wrong, words := fixture.WER(old.Text, u.Text); wrong < words/2 {
			before++
		}
		if i < len(ends) {
			t.Logf("line %d was stored %v after its last sound was sent", i, u.Committed.Sub(ends[i]).Round(time.Millisecond))
		}
	}
	if errs, words, heard := wordErrors(us, "Radio", said); errs*10 > words || before > 0 {
		t.Errorf("%d of %d words are wrong, %d lines are from before the join: %q", errs, words, before, heard)
	}
	gaps, err := s.Store.Gaps(t.Context(), session)
	if err != nil || len(gaps) == 0 || len(gaps) > 2 || gaps[0].Cause != models.GapCut || gaps[0].SpeakerID != "" {
		t.Errorf("the gaps are %+v, %v", gaps, err)
		return
	}
	cut, last := gaps[0], us[len(us)-1]
	for _, g := range gaps[1:] { // the stream has answered, and its sound has not come yet
		if g.Cause != models.GapCut || g.SpeakerID == "" || g.StartMS != cut.EndMS {
			t.Errorf("the gap %+v is not the rest of %+v", g, cut)
		}
		cut.EndMS = g.EndMS
	}
	if cut.StartMS < us[0].EndMS || cut.EndMS > last.StartMS ||
		!strings.Contains(sentences[2].Text, strings.Fields(last.Text)[0]) {
		t.Errorf("the cut from %d to %d ms is not between the words before and after it", cut.StartMS, cut.EndMS)
	}
}
