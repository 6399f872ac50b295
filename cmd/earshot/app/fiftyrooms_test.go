package app

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"earshot/bot/lounge"
	"earshot/cmd/earshot/bench"
	"earshot/cmd/earshot/playback"
	"earshot/cmd/earshot/speech"
	"earshot/models"
	"earshot/models/waittest"
)

// fullSize is a model of the size of tiny.en without weights: it takes as much time as the real one, and its output is meaningless.
const fullSize = "../../../../shared/models/for-tests-ggml-tiny.en.bin"

// TestFiftyRooms has one service in fifty rooms at once, with two people talking at any time, each in another room: every line is
// stored in its own room, and nothing else is.
func TestFiftyRooms(t *testing.T) {
	if !longTests {
		t.Skip("talks for minutes: set EARSHOT_TEST_LONG")
	}
	s, l := openTestAppWith(t, t.TempDir(), "EARSHOT_DECODERS=2")
	s.invited("")
	host := l.Addr().String()
	ana := onePart(t, "Ana", 1)
	var left []models.RoomState
	err := s.Run(t.Context(), l, func(ctx context.Context) (err error) {
		left, err = s.inFiftyRooms(ctx, t, host, func(ctx context.Context) error {
			var speakers errgroup.Group
			speakers.SetLimit(atOnce)
			for i := range fiftyRooms {
				speakers.Go(func() error {
					return lounge.Publish(ctx, lounge.PublishConfig{
						BaseURL: "http://" + host, Room: fmt.Sprintf("room-%d", i), Name: "Ana", Source: ana.Recording.Source(), Peer: s.Peers,
					})
				})
			}
			return speakers.Wait()
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range left {
		found := lines(t, s, r.Session)
		if got := bench.Judge([]playback.Speech{ana}, found); got.FinalsLost != 0 || len(found) != len(ana.Lines) || got.WER > 0.2 {
			t.Errorf("%s: %d lines, %d lost, %.0f %% of the words wrong", r.Room, len(found), got.FinalsLost, 100*got.WER)
		}
	}
}

// inFiftyRooms invites a service into the fifty rooms of a lounge, calls work once it listens in all of them, and leaves. It returns
// the final states of the rooms.
func (a *App) inFiftyRooms(
	ctx context.Context, t *testing.T, host string, work func(context.Context) error,
) (left []models.RoomState, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	v := a.Fleet
	trust(a, noSecrets, "lounge://"+host+"/room-0")
	n := a.inviter
	var group errgroup.Group
	group.Go(func() error { return v.Run(ctx, nil, nil) })
	waittest.Until(t, "the service takes invitations", func() bool {
		_, err := n.Invite(ctx, models.Invitation{URL: "lounge://" + host + "/room-0", By: "test"})
		return err == nil
	})
	for i := 1; i < fiftyRooms; i++ {
		if _, err := n.Invite(ctx, models.Invitation{URL: fmt.Sprintf("lounge://%s/room-%d", host, i), By: "test"}); err != nil {
			return nil, err
		}
	}
	waittest.Until(t, "the bot listens in every room", func() bool {
		return !slices.ContainsFunc(v.States(), func(r models.RoomState) bool { return r.State != "listening" }) && len(v.States()) == fiftyRooms
	})
	if err := work(ctx); err != nil {
		return nil, err
	}
	left = v.States()
	for _, r := range left {
		if _, err := n.Leave(ctx, r.Room, "test"); err != nil {
			return nil, err
		}
	}
	waittest.Until(t, "every room is left", func() bool { return len(v.States()) == 0 })
	stop()
	return left, group.Wait()
}

// TestFiftyRoomsOfPeople measures a service with a full-size model in fifty rooms of two people each, with two of all of them
// talking at any time: no line may be lost. How late the lines are and what resources it takes depends on the machine, and is
// printed.
func TestFiftyRoomsOfPeople(t *testing.T) {
	for name, host := range roomServers(t) {
		t.Run(name, func(t *testing.T) {
			s, left, spent := amongPeople(t, host, func(_ context.Context, _ *App, c *crowdOf) error {
				c.talk(t)
				return nil
			})
			var late []int64
			lost := 0
			for _, r := range left {
				var found []models.Utterance
				for _, u := range lines(t, s, r.Session) {
					if u.State == models.UtteranceOK && u.SpeakerName == "Ana" {
						found, late = append(found, u), append(late, u.LateMS)
					}
				}
				lost += max(0, perTurn-len(found))
			}
			pending, err := s.Store.PendingKeys(t.Context())
			if lost != 0 || len(pending) != 0 || err != nil {
				t.Errorf("%d of %d lines are lost, %d clips wait, %v", lost, fiftyRooms*perTurn, len(pending), err)
			}
			t.Logf(
				"%d lines, %d lost; half of them within %d ms, 95 of 100 within %d ms; %v", len(late), lost, bench.Quantile(late, 0.5),
				bench.Quantile(late, 0.95), spent,
			)
		})
	}
}

// TestFiftySilentRooms measures the cost of a service in fifty rooms of two people who say nothing: one sends nothing, the other
// what browsers send during silence.
func TestFiftySilentRooms(t *testing.T) {
	for name, host := range roomServers(t) {
		t.Run(name, func(t *testing.T) {
			s, left, spent := amongPeople(t, host, func(ctx context.Context, _ *App, _ *crowdOf) error {
				select {
				case <-time.After(time.Minute):
				case <-ctx.Done():
				}
				return nil
			})
			for _, r := range left {
				if n := len(lines(t, s, r.Session)); n > 0 {
					t.Errorf("%s: %d lines of people who said nothing", r.Room, n)
				}
			}
			t.Logf("%v", spent)
		})
	}
}

// roomServers are the ways in which rooms are served: by a separate program, as with other servers, or by the service itself.
func roomServers(t *testing.T) map[string]string {
	t.Helper()
	if !longTests {
		t.Skip("takes minutes: set EARSHOT_TEST_LONG")
	}
	if _, err := os.Stat(fullSize); err != nil {
		t.Skipf("needs a model of full size: %v", err)
	}
	return map[string]string{"rooms on another server": ownLounge, "rooms of its own": ""}
}

// amongPeople starts a service with two decoders of the full-size model, brings it into fifty rooms of two people each, and measures
// the cost of the work there from the moment at which it hears all of them.
func amongPeople(
	t *testing.T, host string, work func(context.Context, *App, *crowdOf) error,
) (*App, []models.RoomState, *spending) {
	t.Helper()
	cfg := testConfig(t, t.TempDir(), "EARSHOT_DECODERS=2", "EARSHOT_MODEL="+fullSize, withPartials)
	log := slog.New(slog.NewTextHandler(logTo{t}, &slog.HandlerOptions{Level: slog.LevelError}))
	s, l := openAppFor(t, log, cfg, speech.Options{Waits: true, AllowNoWeights: true})
	s.invited("")
	if host == "" {
		host = l.Addr().String()
	}
	var left []models.RoomState
	var spent *spending
	err := s.Run(t.Context(), l, func(ctx context.Context) (err error) {
		readyDecoders(ctx, t, s)
		c := people(t, host)
		c.tells(t, "ready")
		left, err = s.inFiftyRooms(ctx, t, c.host, func(ctx context.Context) error {
			waittest.Until(t, "everybody is heard", func() bool {
				now := s.rooms.attendance.Sum()
				return now.Decoded+now.Silent >= 2*fiftyRooms
			})
			spent = s.spend()
			err := work(ctx, s, c)
			spent.stop()
			return err
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, left, spent
}

// spending is the use of the machine by a service and its decoders.
type spending struct {
	s        *App
	began    time.Time
	before   time.Duration
	took     time.Duration
	cpu      time.Duration
	mostMB   int64
	end, out chan struct{}
}

// spend starts a measurement; stop ends it.
func (a *App) spend() *spending {
	x := &spending{s: a, began: time.Now(), end: make(chan struct{}), out: make(chan struct{})}
	x.before = x.now()
	go func() {
		defer close(x.out)
		t := time.NewTicker(time.Second)
		defer t.Stop()
		for {
			x.mostMB = max(x.mostMB, a.ResidentMB())
			select {
			case <-t.C:
			case <-x.end:
				return
			}
		}
	}()
	return x
}

func (x *spending) stop() {
	x.took, x.cpu = time.Since(x.began), x.now()-x.before
	close(x.end)
	<-x.out
}

func (x *spending) now() time.Duration {
	total := cpuOf("self")
	for _, p := range x.s.decoders.main.Stats().Processes {
		total += cpuOf(strconv.Itoa(p.PID))
	}
	return total
}

// String returns the share of one core and the peak memory.
func (x *spending) String() string {
	load, _ := os.ReadFile("/proc/loadavg")
	return fmt.Sprintf("%.1f %% of a core over %.0f s, %d MB with the decoders; %d cores, load %s",
		100*x.cpu.Seconds()/x.took.Seconds(), x.took.Seconds(), x.mostMB, runtime.NumCPU(), strings.TrimSpace(string(load)))
}

// cpuOf is the CPU time that a process has used, on Linux (proc(5): fields 14 and 15, in hundredths of a second).
func cpuOf(pid string) time.Duration {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	var ticks int64
	for _, f := range fields[11:13] {
		n, _ := strconv.ParseInt(f, 10, 64)
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}
