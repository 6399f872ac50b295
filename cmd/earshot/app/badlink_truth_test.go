//go:build !race

package app

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"earshot/bot"
	"earshot/bot/audio"
	"earshot/bot/audio/impairtest"
	"earshot/bot/audio/sound"
	"earshot/bot/lounge"
	"earshot/bot/media"
	"earshot/bot/room"
	"earshot/cmd/earshot/noise"
	"earshot/cmd/earshot/playback"
	"earshot/models"
	"earshot/transcribe"
	"earshot/transcribe/fixture"
	"earshot/transcribe/fixture/eval"
)

// lossyLink is a network between the bot and the lounge, with the points of word error rate that it may cost.
type lossyLink struct {
	name string
	bad  impairtest.Impairment
	// mute blocks the receiver reports, so that the sender retransmits nothing.
	mute bool
	more float64

	attempts []attempt // those that prove something; else the last
}

// attempt is the result of one session over a link.
type attempt struct {
	wrong, words int
	stats        media.Stats
	// late is the longest delay of a packet beyond what the network explains; it is large when this machine was too slow.
	late time.Duration
}

// wer is the word error rate over all attempts.
func (k *lossyLink) wer() float64 {
	wrong, words := 0, 0
	for _, p := range k.attempts {
		wrong, words = wrong+p.wrong, words+p.words
	}
	return 100 * float64(wrong) / float64(words)
}

// mostAttempts is how often a link is tried. By chance every packet of one word may be lost, and a busy machine may spoil an
// attempt.
const mostAttempts = 3

// try lets the speakers talk over the link until the word error rate is within the limit, or no attempt is left.
func (k *lossyLink) try(listen func(n int) (attempt, error), offline float64) error {
	for n := range mostAttempts {
		p, err := listen(n)
		if err != nil {
			return err
		}
		if len(k.attempts) > 0 && p.late <= inTime && k.attempts[0].late > inTime {
			k.attempts = nil
		}
		if len(k.attempts) == 0 || p.late <= inTime {
			k.attempts = append(k.attempts, p)
		}
		if k.wer() <= offline+k.more {
			return nil
		}
	}
	return nil
}

// TestFault7WordsOverABadLink has people say the practice model's sentences in the lounge, over WebRTC, while the bot hears each of
// them through a relay that loses, delays, reorders and duplicates packets. It compares the stored lines with transcripts of the
// recordings themselves.
func TestFault7WordsOverABadLink(t *testing.T) {
	if testing.Short() {
		t.Skip("talks for most of a minute")
	}
	all := sentences(t)
	cfg := testConfig(t, t.TempDir())
	cfg.Rules = nil // one of them hides numbers
	s, l := openLoggedApp(t, slog.New(slog.DiscardHandler), cfg)
	links := []*lossyLink{
		{name: "a perfect link", more: 1},
		{name: "10 % random loss", bad: impairtest.Impairment{Seed: 10, Loss: 0.1}, more: 4},
		{name: "10 % random loss, nothing sent again", bad: impairtest.Impairment{Seed: 11, Loss: 0.1}, mute: true, more: 4},
		{name: "jitter, reordering and duplicates", bad: impairtest.Impairment{
			Seed: 8, Delay: 40 * time.Millisecond, Jitter: 30 * time.Millisecond, Reorder: 0.05, ReorderBy: 60 * time.Millisecond, Duplicate: 0.05,
		}, more: 1},
	}
	if longTests { // reported, not required
		links = append(
			links, &lossyLink{name: "30 % random loss", bad: impairtest.Impairment{Seed: 30, Loss: 0.3}, more: 100},
			&lossyLink{name: "30 % random loss, nothing sent again", bad: impairtest.Impairment{Seed: 31, Loss: 0.3}, mute: true, more: 100},
		)
	}
	speakers := shareSentences(t, all, 5)
	var offline float64
	err := s.Run(t.Context(), l, func(ctx context.Context) (err error) {
		if offline, err = offlineWER(ctx, s.decoders.main.Engines[0], all); err != nil {
			return err
		}
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(3) // thirty voices at once are too many for a small machine
		for i, k := range links {
			group.Go(func() error {
				return k.try(func(n int) (attempt, error) {
					return k.listen(ctx, t, s, l.Addr().String(), fmt.Sprintf("room%d-%d", i, n), uint64(n), speakers)
				}, offline)
			})
		}
		return group.Wait()
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("from the recordings: WER %.1f %%", offline)
	for _, k := range links {
		k.judge(t, offline)
	}
}

// judge compares the lines heard over the link with transcripts of the recordings.
func (k *lossyLink) judge(t *testing.T, offline float64) {
	t.Helper()
	for _, p := range k.attempts {
		m := p.stats.Media
		t.Logf("%s: %d of %d words wrong; of %d packets %d lost, %d late, %d double, the latest by %d ms; %d ms recovered by FEC, %d ms "+
			"concealed, %d ms missing",
			k.name, p.wrong, p.words, m.Packets, m.Lost, m.Late, m.Duplicate, p.late.Milliseconds(), m.RecoveredMS, m.ConcealedMS, m.LostMS)
		if p.late <= inTime &&
			(k.mute && float64(m.Lost) < k.bad.Loss/2*float64(m.Packets) || k.bad == (impairtest.Impairment{}) && m.Lost > m.Packets/100) {
			t.Errorf("%s: the link was not what it should be: %+v", k.name, m)
		}
	}
	switch wer := k.wer(); {
	case wer <= offline+k.more:
	case k.attempts[0].late > inTime:
		t.Logf("%s: this machine was too slow in every attempt: what was heard proves nothing", k.name)
	default:
		t.Errorf("%s: %.1f %% of the words are wrong in %d attempts, %.1f %% of the recordings: want at most %g points more",
			k.name, wer, len(k.attempts), offline, k.more)
	}
}

// inTime is the longest delay of a packet in an attempt that counts: these links delay by less, and no packet is waited for longer.
const inTime = 240 * time.Millisecond

// punctual is a connector that measures how late packets arrive compared with the earliest of their track.
type punctual struct {
	playback.Connector
	mu   sync.Mutex
	late time.Duration
}

// Run connects with a handler that looks at the clock.
func (c *punctual) Run(ctx context.Context, handler bot.RoomHandler) error {
	return c.Connector.Run(ctx, punctualHandler{handler, c})
}

type punctualHandler struct {
	bot.RoomHandler
	c *punctual
}

func (e punctualHandler) Track(info bot.TrackInfo) bot.TrackSink {
	return &punctualSink{TrackSink: e.RoomHandler.Track(info), c: e.c}
}

// punctualSink is called by one goroutine.
type punctualSink struct {
	bot.TrackSink
	c        *punctual
	began    time.Time
	first    uint32
	earliest time.Duration
}

func (s *punctualSink) Packet(raw []byte, levelExtID uint8) {
	ts := binary.BigEndian.Uint32(raw[4:]) // RFC 3550
	if s.began.IsZero() {
		s.began, s.first = time.Now(), ts
	}
	delay := time.Since(s.began) - time.Duration(int32(ts-s.first))*time.Second/48000
	s.earliest = min(s.earliest, delay)
	s.c.mu.Lock()
	s.c.late = max(s.c.late, delay-s.earliest)
	s.c.mu.Unlock()
	s.TrackSink.Packet(raw, levelExtID)
}

// shareSentences divides the sentences among speakers; each has room noise around theirs, so that the audio never stops.
func shareSentences(t *testing.T, all []eval.Sentence, n int) []playback.Speech {
	t.Helper()
	parts := make([]playback.Speech, n)
	for i := range parts {
		enc, err := audio.NewEncoder(audio.EncoderConfig{Channels: 1, Bitrate: 24000, FEC: true, LossPercent: 10})
		if err != nil {
			t.Fatal(err)
		}
		p := playback.Speech{Name: fmt.Sprint("Speaker ", i+1)}
		pcm := noise.Make(noise.Pink, 8000+2000*i, -70, 9)
		for j := i; j < len(all); j += n {
			p.Lines = append(p.Lines, playback.Line{Text: all[j].Text})
			pcm = slices.Concat(pcm, all[j].PCM, noise.Make(noise.Pink, 16000, -70, uint64(j)))
		}
		for pcm48 := sound.Resample(pcm, 16000, 48000); len(pcm48) >= 960; pcm48 = pcm48[960:] {
			packet, err := enc.Encode(pcm48[:960])
			if err != nil {
				t.Fatal(err)
			}
			p.Recording.Frames = append(p.Recording.Frames, lounge.Frame{Opus: bytes.Clone(packet), At: p.Recording.Length})
			p.Recording.Length += 20 * time.Millisecond
		}
		parts[i] = p
	}
	return parts
}

func offlineWER(ctx context.Context, e transcribe.Decoder, all []eval.Sentence) (float64, error) {
	wrong, words := 0, 0
	for _, u := range all {
		r, err := e.Decode(ctx, transcribe.Sound{PCM: u.PCM}, transcribe.Options{})
		if err != nil {
			return 0, err
		}
		n, of := fixture.WER(u.Text, r.Text)
		wrong, words = wrong+n, words+of
	}
	return 100 * float64(wrong) / float64(words), nil
}

// listen lets the speakers talk in a room of their own, which the bot hears over this link.
func (k *lossyLink) listen(
	ctx context.Context, t *testing.T, s *App, host, id string, nth uint64, speakers []playback.Speech,
) (found attempt, err error) {
	bad := k.bad
	bad.Seed += nth // another one loses other packets
	way := newBadLink(t, host, bad, k.mute)
	client, err := lounge.NewClient(lounge.ClientConfig{URL: "lounge://" + way.host() + "/" + id, Peer: s.Peers, Log: s.Log})
	if err != nil {
		return found, err
	}
	clock := &punctual{Connector: client}
	barrier := playback.NewBarrier(clock, len(speakers))
	voices := make([]playback.Voice, len(speakers))
	for i, p := range speakers {
		voices[i] = playback.Voice{Name: p.Name, Source: p.Recording.Source()}
	}
	session, err := s.Store.StartSession(ctx, models.Session{ID: id, Room: id, Started: time.Now().UTC()})
	if err != nil {
		return found, err
	}
	sink, err := s.Sessions.Begin(ctx, session)
	if err != nil {
		return found, err
	}
	r, err := room.New(room.Config{Room: models.Room{ID: id}, Session: session, Connector: barrier, Sink: sink, Log: s.Log})
	if err != nil {
		return found, err
	}
	listening, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	group, playing := errgroup.WithContext(listening)
	group.Go(func() error {
		_, err := r.Run(listening)
		return err
	})
	group.Go(func() error {
		err := playback.Play(playing, playback.Lounge{BaseURL: "http://" + host, Room: id, Peer: s.Peers}.Join, voices, barrier)
		leave(bot.End(models.EndLeft, nil))
		return err
	})
	if err := group.Wait(); err != nil {
		return found, err
	}
	if err := s.text.Drain(ctx); err != nil {
		return found, err
	}
	found.stats, found.late = r.Stats(), clock.late
	us := lines(t, s, session.ID)
	for _, p := range speakers {
		var said []string
		for _, x := range p.Lines {
			said = append(said, x.Text)
		}
		n, of := fixture.WER(strings.Join(said, " "), saidBy(us, p.Name))
		found.wrong, found.words = found.wrong+n, found.words+of
		if n > 0 {
			t.Logf("%s: %s: said %q, heard %q", k.name, p.Name, said, saidBy(us, p.Name))
		}
	}
	return found, s.Store.EndSession(ctx, session.ID, models.EndLeft, time.Now())
}

func saidBy(us []models.Utterance, speaker string) string {
	var b strings.Builder
	for _, u := range us {
		if u.SpeakerName == speaker {
			b.WriteString(u.Text + " ")
		}
	}
	return b.String()
}
