package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"earshot/bot"
	"earshot/bot/lounge"
	"earshot/configs"
	"earshot/models"
	"earshot/transcribe/fixture"
)

// talkShare is how much of the time each speaker talks.
const talkShare = 0.3

// step is what was found with a number of speakers.
type step struct {
	Speakers   int   `json:"speakers"`
	Lines      int   `json:"lines"`
	FinalP50MS int64 `json:"final_p50_ms"` // end of speech -> stored line
	FinalP95MS int64 `json:"final_p95_ms"`
	FinalsLost int   `json:"finals_lost"`
	RSSMB      int64 `json:"rss_mb"`
	// WER is the share of wrong words; it means nothing for a model without weights.
	WER float64 `json:"wer"`
}

func (s step) within(gate time.Duration) bool {
	return s.FinalsLost == 0 && s.FinalP95MS <= gate.Milliseconds()
}

// part is what one speaker says in a step.
type part struct {
	name  string
	lines []tapeLine
	tape  taped
}

// runStep lets n speakers talk in a lounge of a fresh station, and looks at what it stored.
func runStep(ctx context.Context, cfg configs.Config, tape []tapeLine, n int, length time.Duration) (step, error) {
	parts, err := castParts(tape, n, length)
	if err != nil {
		return step{}, err
	}
	l, err := listen(ctx, cfg.Listen)
	if err != nil {
		return step{}, err
	}
	s, err := openStationWith(ctx, cfg, slog.New(slog.DiscardHandler), speechOptions{waits: true, allowNoWeights: true})
	if err != nil {
		return step{}, errors.Join(err, l.Close())
	}
	defer s.Close()
	var session models.Session
	var memory int64
	err = s.run(ctx, l, func(ctx context.Context) (err error) {
		session, err = s.perform(ctx, l.Addr().String(), parts)
		memory = s.residentMB()
		return err
	})
	if err != nil {
		return step{}, err
	}
	lines, err := s.store.Utterances(ctx, session.ID)
	if err != nil {
		return step{}, err
	}
	found := judge(parts, lines)
	found.RSSMB = memory
	return found, nil
}

// castParts gives every speaker a part: lines in an order of their own, with pauses that make the share of talk, each
// beginning at another moment.
func castParts(tape []tapeLine, n int, length time.Duration) ([]part, error) {
	parts := make([]part, n)
	for i := range parts {
		p := part{name: "Speaker " + strconv.Itoa(i+1)}
		first := true
		pause := func(line time.Duration) time.Duration {
			whole := time.Duration(float64(line) * (1 - talkShare) / talkShare)
			if first { // the beginnings are spread over the first pause
				first = false
				return 500*time.Millisecond + whole*time.Duration(i*7%max(n, 1))/time.Duration(max(n, 1))
			}
			return whole
		}
		var total time.Duration
		for j := 0; ; j++ {
			line := tape[(i*5+j*7)%len(tape)]
			d := time.Duration(len(line.pcm)) * time.Second / 48000
			if total += time.Duration(float64(d) / talkShare); total > length && j > 0 {
				break
			}
			p.lines = append(p.lines, line)
		}
		var err error
		if p.tape, err = recordTape(p.lines, pause); err != nil {
			return nil, err
		}
		if len(p.tape.frames) == 0 {
			return nil, errNoLines
		}
		parts[i] = p
	}
	return parts, nil
}

// perform plays the parts in one room while the bot listens, and returns the session when everything is decoded.
func (s *station) perform(ctx context.Context, host string, parts []part) (models.Session, error) {
	return s.performIn(ctx, host, models.Room{ID: "bench", Name: "bench", URL: "lounge://" + host + "/bench"}, parts)
}

// performIn is perform in a room of this lounge.
func (s *station) performIn(ctx context.Context, host string, room models.Room, parts []part) (models.Session, error) {
	client, err := lounge.NewClient(lounge.ClientConfig{URL: room.URL, Peer: s.peers, Log: s.log})
	if err != nil {
		return models.Session{}, err
	}
	up := newCurtain(client, len(parts))
	voices := make([]voice, len(parts))
	for i, p := range parts {
		voices[i] = voice{p.name, p.tape.source()}
	}
	var session models.Session
	listening, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	group, playing := errgroup.WithContext(listening)
	group.Go(func() (err error) {
		session, err = s.listenIn(listening, stay{room: room, connector: up})
		return err
	})
	group.Go(func() error {
		err := playAll(playing, s, "http://"+host, room.ID, voices, up)
		leave(bot.End(models.EndLeft, nil))
		return err
	})
	if err := group.Wait(); err != nil {
		return session, err
	}
	return session, s.drain(ctx)
}

// judge compares what was stored with what was said.
func judge(parts []part, lines []models.Utterance) step {
	found := step{Speakers: len(parts)}
	var late []int64
	said, got := map[string]string{}, map[string]int{}
	for _, u := range lines {
		if u.State == models.UtteranceOK {
			late = append(late, u.LateMS)
			got[u.SpeakerName]++
			said[u.SpeakerName] += u.Text + " "
		}
	}
	wrong, words := 0, 0
	for _, p := range parts {
		found.Lines += len(p.lines)
		found.FinalsLost += max(0, len(p.lines)-got[p.name])
		var ref []string
		for _, l := range p.lines {
			ref = append(ref, l.text)
		}
		e, n := fixture.WER(strings.Join(ref, " "), said[p.name])
		wrong, words = wrong+e, words+n
	}
	found.WER = float64(wrong) / float64(max(1, words))
	found.FinalP50MS, found.FinalP95MS = quantile(late, 0.5), quantile(late, 0.95)
	return found
}

// quantile is the smallest value that the share q of all values doesn't exceed; 0 of none.
func quantile(values []int64, q float64) int64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

// residentMB is the memory of this process and its decoders that is in use, in MB.
func (s *station) residentMB() int64 {
	total := residentOf("self")
	for _, p := range s.speech.pool.Stats().Processes {
		total += residentOf(strconv.Itoa(p.PID))
	}
	return total
}

func residentOf(pid string) int64 {
	status, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		return 0
	}
	_, rest, ok := strings.Cut(string(status), "VmRSS:")
	fields := strings.Fields(rest)
	if !ok || len(fields) == 0 {
		return 0
	}
	kb, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil {
		return 0
	}
	return kb / 1024
}
