//go:build !race

package app

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/audio"
	"earshot/bot/audio/sound"
	"earshot/bot/fleet"
	"earshot/bot/janus"
	"earshot/bot/jitsi/jitsitest"
	"earshot/bot/livekit"
	"earshot/bot/livekit/livekittest"
	"earshot/bot/lounge"
	"earshot/bot/mumble"
	"earshot/bot/mumble/mumbletest"
	"earshot/bot/room"
	"earshot/bot/stream/streamtest"
	"earshot/cmd/earshot/playback"
	"earshot/models"
	"earshot/models/waittest"
	"earshot/transcribe/fixture"
	"earshot/transcribe/fixture/eval"
)

// afterEach is the silence after each sentence.
const afterEach = 2 * time.Second

// spokenAt plays somebody's sentences once the bot hears their silence, and records when the end of each was sent.
type spokenAt struct {
	lounge.Source
	ends []time.Duration // in the recording
	at   []time.Time
}

// Next implements lounge.Source. A sender requests a frame once it has sent the previous one.
func (x *spokenAt) Next() (lounge.Frame, error) {
	f, err := x.Source.Next()
	if n := len(x.at); n < len(x.ends) && (err != nil || f.At >= x.ends[n]) {
		x.at = append(x.at, time.Now())
	}
	return f, err
}

func speakAll(t *testing.T, all []eval.Sentence) *spokenAt {
	t.Helper()
	var pcm []float32
	x := &spokenAt{}
	for _, line := range all {
		x.ends = append(x.ends, time.Duration(len(pcm)+lastSound(line.PCM))*time.Second/models.SampleRate)
		pcm = append(pcm, line.PCM...)
		pcm = append(pcm, make([]float32, afterEach*models.SampleRate/time.Second)...)
	}
	var ogg bytes.Buffer
	err := audio.EncodeOgg(&ogg, pcm, audio.EncoderConfig{})
	if err == nil {
		x.Source, err = lounge.ReadOgg(&ogg, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// lastSound returns the end of the last word of a recording, in samples.
func lastSound(pcm []float32) int {
	const frame, quiet = models.SampleRate / 50, -45 // dBFS
	for n := len(pcm); n > frame; n -= frame {
		if sound.DBFS(sound.Power(pcm[n-frame:n])) > quiet {
			return n
		}
	}
	return 0
}

// delays returns how long after their ends sentences were stored.
func delays(t *testing.T, s *App, session string, all []eval.Sentence, ends []time.Time) (out []time.Duration) {
	t.Helper()
	us := lines(t, s, session)
	for i, line := range all {
		found := slices.IndexFunc(us, func(u models.Utterance) bool {
			wrong, words := fixture.WER(line.Text, u.Text)
			return wrong*2 < words
		})
		if found < 0 || i >= len(ends) {
			t.Errorf("sentence %d is not on record", i)
			continue
		}
		out = append(out, us[found].Committed.Sub(ends[i]))
	}
	slices.Sort(out)
	return out
}

// entered is a person who speaks in a room from now on; over receives a value when they have said everything.
type entered struct {
	address string
	over    <-chan error
}

func speaking(address string, speak func() error) entered {
	over := make(chan error, 1)
	go func() { over <- speak() }()
	return entered{address, over}
}

// played measures a room in which a person speaks; enter has them join with their recording.
func played(
	t *testing.T, s *App, secret func(string) (string, error), enter func(context.Context, playback.Voice) entered,
) []time.Duration {
	t.Helper()
	all := evalSentences(t)[:4]
	barrier, src := playback.NewBarrier(nil, 1), speakAll(t, all)
	ctx, leave := context.WithCancelCause(t.Context())
	defer leave(nil)
	ana := enter(ctx, playback.Voice{Name: "Ana", Source: barrier.Hold(src)})
	trust(s, secret, ana.address)
	in, connector, err := s.Connector(ctx, fleet.JoinRequest{Address: ana.address, Name: "Ana"})
	if err != nil {
		t.Fatal(err)
	}
	id, ended := "", make(chan error, 1)
	go func() {
		session, err := s.Listen(ctx, fleet.SessionRequest{Room: in, Connector: heldConnector{connector, barrier}})
		id = session.ID
		ended <- err
	}()
	if err := <-ana.over; err != nil {
		t.Error(err)
	}
	leave(bot.End(models.EndLeft, nil))
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if err := s.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	return delays(t, s, id, all, src.at)
}

// TestWordToLine measures, for each kind of room in turn, how long after the end of the last word of a sentence was sent its line is
// stored. It prints the table of docs/rooms.md: run it with -v.
func TestWordToLine(t *testing.T) {
	if !longTests {
		t.Skip("talks for minutes: set EARSHOT_TEST_LONG")
	}
	s, l := openTestAppWith(t, t.TempDir(), "EARSHOT_STREAMS_UNSEEN=true")
	table := "| room | median | longest |\n|---|---|---|\n"
	row := func(name string, measure func(t *testing.T) []time.Duration) {
		t.Run(name, func(t *testing.T) {
			if d := measure(t); len(d) > 0 {
				table += fmt.Sprintf("| %s | %.2f s | %.2f s |\n", name, d[len(d)/2].Seconds(), d[len(d)-1].Seconds())
			}
		})
	}
	err := s.Run(t.Context(), l, func(context.Context) error {
		measureRooms(s, l.Addr().String(), row)
		kinds, err := streamtest.Kinds(soundFolder)
		for _, k := range kinds {
			row(k.Name, func(t *testing.T) []time.Duration { return measureStream(t, s, k) })
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	row("Jitsi", measureJitsi)
	t.Log("\n" + table)
}

// measureRooms measures the rooms that the bot joins by an address.
func measureRooms(s *App, own string, row func(string, func(*testing.T) []time.Duration)) {
	row("Lounge", func(t *testing.T) []time.Duration {
		return played(t, s, noSecrets, func(ctx context.Context, v playback.Voice) entered {
			return speaking("lounge://"+own+"/stage", func() error {
				return lounge.Publish(ctx, lounge.PublishConfig{
					BaseURL: "http://" + own, Room: "stage", Name: v.Name, Source: v.Source, Peer: s.Peers,
				})
			})
		})
	})
	row("WHEP", func(t *testing.T) []time.Duration {
		return played(t, s, noSecrets, func(ctx context.Context, v playback.Voice) entered {
			ids := make(chan string, 1)
			ana := speaking("", func() error {
				return lounge.Publish(ctx, lounge.PublishConfig{
					BaseURL: "http://" + own, Room: "whep", Name: v.Name, Source: v.Source, Peer: s.Peers, Ready: func(id string) { ids <- id },
				})
			})
			ana.address = "whep+http://" + own + "/whep/whep/" + <-ids
			return ana
		})
	})
	row("LiveKit", func(t *testing.T) []time.Duration {
		url := liveKit(t).URL("open-mic")
		return played(t, s, liveKitSecrets, func(ctx context.Context, v playback.Voice) entered {
			return speaking(url, func() error {
				return livekit.Publish(ctx, livekit.PublishConfig{
					URL: url, Auth: livekit.Credentials{Key: livekittest.Key, Secret: livekittest.Secret},
					Identity: v.Name, Name: v.Name, Peer: s.Peers, Next: v.Packets(),
				})
			})
		})
	})
	for _, x := range []struct{ name, rest string }{{"Janus VideoRoom", "room/1234"}, {"Janus AudioBridge", "bridge/5678"}} {
		row(x.name, func(t *testing.T) []time.Duration {
			url := janusServer(t).URL(x.rest)
			return played(t, s, janusSecrets, func(ctx context.Context, v playback.Voice) entered {
				return speaking(url, func() error {
					return janus.Publish(ctx, janus.PublishConfig{URL: url, Name: v.Name, Peer: s.Peers, Next: v.Packets()})
				})
			})
		})
	}
	row("Mumble", func(t *testing.T) []time.Duration {
		server, err := mumbletest.Start(t.Context(), t.TempDir(), "")
		if err != nil {
			t.Skip(err)
		}
		t.Cleanup(server.Kill)
		return played(t, s, noSecrets, func(ctx context.Context, v playback.Voice) entered {
			return speaking(server.URL(), func() error {
				return mumble.Publish(ctx, mumble.PublishConfig{URL: server.URL(), Name: v.Name, Peer: s.Peers, Next: v.Packets()})
			})
		})
	})
}

// measureStream measures a stream.
func measureStream(t *testing.T, s *App, k streamtest.Kind) []time.Duration {
	t.Helper()
	from, err := k.Start(t.Context())
	if err != nil {
		t.Skip(err)
	}
	defer from.Kill()
	trust(s, noSecrets, k.Address)
	h, id, leave, ended := listenTo(t, s, k)
	all := evalSentences(t)[:4]
	err = from.Pause(func() bool { return h.packets.Load() >= 150 })
	var ends []time.Time
	for _, line := range all {
		var end time.Time
		if err == nil {
			if end, err = from.Say(line.PCM[:lastSound(line.PCM)]); err == nil {
				pause := make([]float32, afterEach*models.SampleRate/time.Second)
				_, err = from.Say(slices.Concat(line.PCM[lastSound(line.PCM):], pause))
			}
		}
		ends = append(ends, end)
	}
	if err == nil {
		err = from.Pause(func() bool { return len(lines(t, s, id)) >= len(all) })
	}
	leave(bot.End(models.EndLeft, nil))
	if err != nil {
		t.Error(err)
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	return delays(t, s, id, all, ends)
}

// measureJitsi measures a meeting whose bridge dials a service of its own.
func measureJitsi(t *testing.T) []time.Duration {
	t.Helper()
	const in = "openmic"
	server := jitsiServer(t, in)
	s, url := serveJitsi(t, server)
	bridge := jitsitest.NewBridge(url+"?sessionId="+jitsitest.MeetingID(in)+"&room="+in, "the bridge's own token")
	ctx, hangUp := context.WithCancel(t.Context())
	gone := make(chan struct{})
	go func() { defer close(gone); bridge.Run(ctx) }()
	defer func() { hangUp(); <-gone }()
	session := ""
	waittest.Until(t, "the bot in the meeting", func() bool {
		states := s.Fleet.States()
		if len(states) == 1 {
			session = states[0].Session
		}
		return len(states) == 1 && states[0].State == string(room.StateListening)
	})
	all, up := evalSentences(t)[:4], make(chan struct{})
	src := speakAll(t, all)
	v := playback.Voice{Name: "Ana", Source: playback.SilenceUntil(src, up)}
	time.AfterFunc(2*time.Second, func() { close(up) })
	if err := server.Attend(t.Context(), bridge, in, v.Name, v.Packets(), func(*jitsitest.Person) {}); err != nil {
		t.Fatal(err)
	}
	waittest.Until(t, "the last line", func() bool {
		us := lines(t, s, session)
		return len(us) > 0 && strings.Contains(us[len(us)-1].Text, strings.Fields(all[3].Text)[0])
	})
	return delays(t, s, session, all, src.at)
}
