package roomtest

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"syscall"
	"time"

	"earshot/bot"
	"earshot/bot/internal/relaytest"
	"earshot/bot/room"
	"earshot/models"
)

// backWithin is how soon after a server's return, or a network's, the bot must be back.
var backWithin = Within(5 * time.Second)

// Server is what a trial needs of a room's server.
type Server struct {
	// Kill ends it at once; Restart brings it back on the same port.
	Kill    func()
	Restart func() error
	// Speak lets somebody of this name talk in the room from now on, for good; what they say is Tone.
	Speak func(name string)
	// Late is how long the connector holds sound back: its time in the room is so much behind, and a gap begins so much later.
	Late time.Duration
}

// Away lets a server die while somebody talks, and come back after a time: the bot is back in 5 s, what was said before is
// stored, and the time in between is one gap.
func Away(c bot.Connector, server Server, away time.Duration, log *slog.Logger) error {
	s, err := Begin(c, log)
	if err != nil {
		return err
	}
	defer s.Leave() //nolint:errcheck // a trial that failed has said so
	if err := s.Joined(Patience, 1); err != nil {
		return err
	}
	server.Speak("Ana")
	if err := s.Hears(Patience, "Ana"); err != nil {
		return err
	}
	died := time.Now()
	server.Kill()
	dead := time.Now()
	<-time.After(away) // the outage itself
	if err := server.Restart(); err != nil {
		return fmt.Errorf("roomtest: restart: %w", err)
	}
	gone := time.Since(dead)
	if err := s.Joined(backWithin, 2); err != nil {
		return fmt.Errorf("after %v away: %w", away, err)
	}
	missed := time.Since(died)
	server.Speak("Bo")
	if err := s.Hears(Patience, "Bo"); err != nil {
		return err
	}
	if reason, err := s.Leave(); reason != models.EndStopped || err != nil {
		return fmt.Errorf("roomtest: it ended as %q, %w", reason, errOr(err))
	}
	if n := len(s.stored["Ana"]); n == 0 {
		return fmt.Errorf("roomtest: nothing of what was said before the server's death is stored")
	}
	if len(s.stored["Bo"]) == 0 {
		return fmt.Errorf("roomtest: nothing of what was said afterwards is stored")
	}
	lost := int64(0)
	for _, g := range s.gaps {
		if g.Cause == models.GapCut && g.SpeakerID == "" {
			lost += g.LostMS
		}
	}
	slack := time.Second
	if raceDetector {
		slack *= 10
	}
	if lost <= 0 || lost < (gone-server.Late-slack).Milliseconds() || lost > (missed+slack).Milliseconds() {
		return fmt.Errorf("roomtest: the gaps are %d ms, the server was away for %v and the bot for %v: %+v", lost, gone, missed, s.gaps)
	}
	return nil
}

// Network is the way between the bot and its server.
type Network struct {
	UDP *relaytest.UDP
	TCP *relaytest.TCP // nil: signalling is not impaired
}

// BlackHole lets the network swallow everything for a while, signalling too, while Ana talks: she is heard again within
// 6 s, after at most so many joins.
func BlackHole(c bot.Connector, n Network, lasts time.Duration, joins int, log *slog.Logger) error {
	s, err := Begin(c, log)
	if err != nil {
		return err
	}
	defer s.Leave() //nolint:errcheck // a trial that failed has said so
	if err := s.Hears(Patience, "Ana"); err != nil {
		return err
	}
	n.UDP.Lose(func([]byte, bool) bool { return true })
	if n.TCP != nil {
		n.TCP.Stall(true)
	}
	<-time.After(lasts) // the hole itself
	n.UDP.Lose(nil)
	if n.TCP != nil {
		n.TCP.Stall(false)
	}
	back := time.Now()
	if err := s.Hears(Within(6*time.Second), "Ana"); err != nil {
		return fmt.Errorf("after a hole of %v: %w", lasts, err)
	}
	took := time.Since(back)
	s.mu.Lock()
	defer s.mu.Unlock()
	dropped := slices.ContainsFunc(s.gaps, func(g models.Gap) bool { return g.Cause == models.GapOverload })
	if dropped && !raceDetector { // with it, and many tests at a time, a machine may be too slow for what people say
		return fmt.Errorf("roomtest: what came after the hole was dropped: %+v", s.gaps)
	}
	if s.joins > joins {
		return fmt.Errorf("roomtest: %d joins over a hole of %v, want at most %d", s.joins, lasts, joins)
	}
	log.Info("heard again", "ms", took.Milliseconds(), "joins", s.joins)
	return nil
}

// Deaf loses all sound and nothing else while Ana talks: the host is told after 10 s, and the bot joins anew after 30 s,
// which full waits for.
func Deaf(c bot.Connector, n Network, full bool, log *slog.Logger) error {
	s, err := Begin(c, log)
	if err != nil {
		return err
	}
	defer s.Leave() //nolint:errcheck // a trial that failed has said so
	if err := s.Hears(Patience, "Ana"); err != nil {
		return err
	}
	began := time.Now()
	n.UDP.Lose(relaytest.Media)
	err = s.until(Patience, "the note that somebody is not heard", func() bool {
		for _, note := range s.notes {
			if strings.Contains(note, "not heard") {
				return true
			}
		}
		return false
	})
	if err != nil {
		return err
	}
	log.Info("told", "ms", time.Since(began).Milliseconds())
	if !full {
		return nil
	}
	if err := s.Joined(2*Patience, 2); err != nil {
		return err
	}
	log.Info("joined again", "ms", time.Since(began).Milliseconds())
	n.UDP.Lose(nil)
	return s.Hears(Patience, "Ana")
}

// NoPath runs a room whose media has no way: it must end as failed:ice within 30 s, at less than 5 % of a core.
func NoPath(c bot.Connector, log *slog.Logger) error {
	s, err := Begin(c, log)
	if err != nil {
		return err
	}
	began, before := time.Now(), cpu()
	t := time.NewTimer(5 * Patience)
	defer t.Stop()
	select {
	case <-s.ended:
	case <-t.C:
		reason, err := s.Leave()
		return fmt.Errorf("roomtest: no end within %v; then %q, %w", 5*Patience, reason, errOr(err))
	}
	share := time.Duration(20)
	if raceDetector {
		share = 2 // a spin takes the whole core
	}
	took, used := time.Since(began), cpu()-before
	log.Info("ended", "reason", string(s.reason), "ms", took.Milliseconds(), "cpu_ms", used.Milliseconds())
	if s.reason != models.EndFailedICE || models.Hint(s.err) == "" {
		return fmt.Errorf("roomtest: it ended as %q, %w (hint %q)", s.reason, errOr(s.err), models.Hint(s.err))
	}
	if most := Within(30 * time.Second); took > most {
		return fmt.Errorf("roomtest: it ended after %v, want %v", took, most)
	}
	if limit := took / share; used > limit {
		return fmt.Errorf("roomtest: %v of CPU time in %v", used, took)
	}
	return nil
}

// Alone lets somebody talk and leave: the bot stays while they are there, and goes when nobody is.
func Alone(c bot.Connector, enter func(name string) (leave func()), log *slog.Logger) error {
	const alone = 4 * time.Second // within which she must be seen and be gone
	leave := enter("Ana")
	s, err := begin(c, log, room.Config{Alone: alone})
	if err != nil {
		return err
	}
	defer s.Leave() //nolint:errcheck // a trial that failed has said so
	for began := time.Now(); time.Since(began) < alone+alone/2; {
		if err := s.Hears(Patience, "Ana"); err != nil {
			return err
		}
	}
	leave()
	t := time.NewTimer(Patience)
	defer t.Stop()
	select {
	case <-s.ended:
	case <-t.C:
		return fmt.Errorf("roomtest: alone for %v and still there", Patience)
	}
	if s.reason != models.EndAlone {
		return fmt.Errorf("roomtest: it ended as %q, %w", s.reason, errOr(s.err))
	}
	return nil
}

// cpu is the time that this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
